//! Signing what was chosen.

use std::{fmt, sync::Arc, time::Duration};

use alloy_primitives::{B256, U256};
use http::{HeaderName, HeaderValue};

use super::{Choice, Limits, NoChoice, Offered};
use crate::{
    error::BoxError,
    exact::ExactPayload,
    header::{encode_payment, payment_header},
    payload::PaymentPayload,
    signature::Signature,
    signer::{PaymentSigner, SignerError, Transfer},
    time::{Clock, SystemClock},
    version::X402Version,
};

/// The longest that a signed payment stays valid, whatever the server's `maxTimeoutSeconds`: one hour.
///
/// It is the life of a bearer instrument in somebody else's hands.
const MAX_VALIDITY: Duration = Duration::from_secs(3600);

/// How far v1 payments are back-dated, as by all v1 clients, since servers' clocks differ. v2 payments are valid since
/// ever.
const V1_BACKDATING: Duration = Duration::from_secs(600);

/// Chooses and signs payments, within limits.
pub struct Payer<S> {
    signer: S,
    limits: Limits,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn Fn() -> Result<B256, BoxError> + Send + Sync>,
}

impl<S: PaymentSigner> Payer<S> {
    /// Pays with this signer, at most one dollar a payment, in known tokens.
    #[must_use]
    pub fn new(signer: S) -> Self {
        Self { signer, limits: Limits::default(), clock: Arc::new(SystemClock), nonces: Arc::new(random_nonce) }
    }

    /// Pays within other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes the time from another clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes nonces from elsewhere than the operating system.
    ///
    /// # Security
    ///
    /// A nonce that repeats is a payment that fails; one that can be guessed lets others spoil it.
    #[must_use]
    pub fn nonces(mut self, nonces: impl Fn() -> Result<B256, BoxError> + Send + Sync + 'static) -> Self {
        self.nonces = Arc::new(nonces);
        self
    }

    /// The signer.
    #[must_use]
    pub const fn signer(&self) -> &S {
        &self.signer
    }

    /// Chooses among the ways to pay: `exact` on an EVM chain, in an allowed token, within the limit, the cheapest.
    ///
    /// # Errors
    ///
    /// If there is none, with the reason of the one that came closest.
    pub fn choose(&self, offered: &Offered) -> Result<Choice, NoChoice> {
        self.limits.choose(offered)
    }

    /// Signs a payment for what was chosen.
    ///
    /// # Errors
    ///
    /// If there is no randomness, the signer fails, or what it signed is not what it was asked.
    pub async fn sign(&self, offered: &Offered, choice: Choice) -> Result<SignedPayment, PayError> {
        let now = self.clock.now();
        let timeout = Duration::from_secs(choice.requirements.max_timeout_seconds).min(MAX_VALIDITY);
        let valid_after = match offered.version {
            X402Version::V1 => now.saturating_sub(V1_BACKDATING).as_secs(),
            X402Version::V2 => 0,
        };
        let transfer = Transfer {
            asset: choice.asset.clone(),
            to: choice.pay_to,
            value: choice.amount().as_u256(),
            valid_after: U256::from(valid_after),
            valid_before: U256::from(now.saturating_add(timeout).as_secs()),
            nonce: (self.nonces)().map_err(PayError::Nonce)?,
        };
        let signed = self.signer.sign(&transfer).await.map_err(PayError::Signer)?;
        self.check(&signed, &transfer)?;
        let payload = match offered.version {
            X402Version::V1 => PaymentPayload::v1(choice.requirements.network.clone(), signed),
            X402Version::V2 => PaymentPayload::v2(
                choice.requirements.clone(),
                signed,
                Some(offered.required.resource.clone()),
                offered.required.extensions.clone(),
            ),
        };
        Ok(SignedPayment { payload, choice })
    }

    /// Whether the signer signed what it was asked to. It may have chosen its own nonce and a narrower window.
    fn check(&self, signed: &ExactPayload, asked: &Transfer) -> Result<(), PayError> {
        let authorization = &signed.authorization;
        let signer = Signature::from_bytes(&signed.signature)
            .and_then(|signature| signature.recover(authorization.signing_hash(&asked.asset.domain())));
        let mismatch = if authorization.to != asked.to {
            "another recipient"
        } else if authorization.value != asked.value {
            "another value"
        } else if authorization.valid_before > asked.valid_before {
            "a longer validity"
        } else if authorization.from != self.signer.payer() || signer != Ok(authorization.from) {
            "by another account"
        } else {
            return Ok(());
        };
        Err(PayError::Mismatch(mismatch))
    }
}

impl<S> fmt::Debug for Payer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payer").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn random_nonce() -> Result<B256, BoxError> {
    let mut nonce = B256::ZERO;
    getrandom::fill(nonce.as_mut_slice())?;
    Ok(nonce)
}

/// A payment, ready to be sent. It can be sent again as it is; signing anew would pay anew.
#[derive(Clone, Debug)]
#[must_use]
pub struct SignedPayment {
    payload: PaymentPayload,
    choice: Choice,
}

impl SignedPayment {
    /// The payment.
    #[must_use]
    pub const fn payload(&self) -> &PaymentPayload {
        &self.payload
    }

    /// What it pays.
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The header to send it in. The value is marked sensitive: whoever sees it can spend it.
    #[must_use]
    pub fn header(&self) -> (HeaderName, HeaderValue) {
        (payment_header(self.payload.version()), encode_payment(&self.payload))
    }
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayError {
    /// The signer signed something else than it was asked to.
    #[error("the signer signed something else than it was asked to: {0}")]
    Mismatch(&'static str),
    /// There was no randomness for a nonce.
    #[error("no random nonce could be had")]
    Nonce(#[source] BoxError),
    /// The signer failed.
    #[error("the payment was not signed")]
    Signer(#[source] SignerError),
}
