//! Webhooks, verified and passed on to whoever waits.

use x402_core::{Clock, SystemClock};

use super::Relayed;
use crate::{
    api::{Report, Reports, TransactionStatus},
    webhook::{Delivery, Execution, ExecutionOutcome, KeySource, MethodKeys, Verifier, VerifyError},
};

/// Verifies the webhooks of a facilitator's contract methods, and wakes the settlements that they are about.
///
/// Made by [`Relayed::listener`], or of a [`Verifier`] that is set up otherwise. Put it behind the route of
/// [`RelayedBuilder::callback_url`](super::RelayedBuilder::callback_url). Clones are one and the same.
#[derive(Clone, Debug)]
pub struct Listener<S = MethodKeys, C = SystemClock> {
    verifier: Verifier<S, C>,
    reports: Reports,
}

impl<S, C> Listener<S, C> {
    /// Tells these reports what this verifier lets through.
    #[must_use]
    pub const fn new(verifier: Verifier<S, C>, reports: Reports) -> Self {
        Self { verifier, reports }
    }
}

impl<S: KeySource + 'static, C: Clock> Listener<S, C> {
    /// Verifies a webhook and passes on what it says.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], whose [`status`](VerifyError::status) is what to answer. Then nothing was passed on.
    pub async fn hear(&self, body: &[u8]) -> Result<Delivery, VerifyError> {
        let delivery = self.verifier.verify(body).await?;
        if let Some(execution) = delivery.event().execution() {
            self.reports.tell_execution(&execution);
        }
        Ok(delivery)
    }
}

impl Relayed {
    /// Where webhooks are passed on to the settlements that wait for them.
    #[must_use]
    pub fn reports(&self) -> &Reports {
        &self.setup().reports
    }

    /// The keys that sign the webhooks of this facilitator's contract methods; `None` if it has no tokens.
    #[must_use]
    pub fn method_keys(&self) -> Option<MethodKeys> {
        let mut methods = self.methods();
        let keys = MethodKeys::new(self.setup().client.clone(), methods.next()?);
        Some(methods.fold(keys, MethodKeys::and))
    }

    /// What to put behind the callback URL's route; `None` if there are no tokens.
    ///
    /// Only the keys of this facilitator's own contract methods count. With [`Listener::hear`] a server needs nothing
    /// else to have its settlements confirmed by webhook:
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use x402_core::{Asset, Network};
    /// use x402_oneshot::{Client, Config, Credentials, facilitator::Relayed, sandbox::Sandbox, webhook::VerifyError};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()));
    /// let client = Client::new(config.base_url(sandbox.base_url())?)?;
    /// let facilitator = Relayed::builder(client, sandbox.business_id())
    ///     .token(Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?)
    ///     .callback_url("http://127.0.0.1:8402/1shot")
    ///     .connect()
    ///     .await?;
    ///
    /// let listener = facilitator.listener().ok_or("no tokens")?;
    /// // For each request to /1shot:
    /// let forged = br#"{"eventName":"TransactionExecutionSuccess","timestamp":0,"data":{}}"#;
    /// let refused: VerifyError = listener.hear(forged).await.unwrap_err();
    /// assert!(refused.status().is_client_error());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sandbox"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn listener(&self) -> Option<Listener> {
        Some(Listener::new(Verifier::new(self.method_keys()?), self.reports().clone()))
    }
}

impl Reports {
    /// Takes what a webhook says of a transaction. That it was sent to the chain says nothing of its end.
    ///
    /// # Security
    ///
    /// As for [`tell`](Self::tell): of a verified webhook only.
    pub fn tell_execution(&self, execution: &Execution) {
        let status = match &execution.outcome {
            ExecutionOutcome::Succeeded => TransactionStatus::Completed,
            ExecutionOutcome::Failed { .. } => TransactionStatus::Failed,
            ExecutionOutcome::Submitted => return,
        };
        let report = Report::new(execution.transaction_id, status).logs(execution.logs.clone());
        self.tell(match execution.transaction_hash {
            Some(hash) => report.transaction_hash(hash),
            None => report,
        });
    }
}
