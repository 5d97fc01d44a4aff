//! Signing what was chosen.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use alloy_primitives::{B256, U256, hex};

use super::{
    Budget, Cheapest, Choice, Limits, NoChoice, Offered, OverBudget, Policy, Selector, SignedPayment, identifier,
    select,
};
use crate::{
    error::BoxError,
    exact::ExactPayload,
    payload::PaymentPayload,
    price::Price,
    signature::Signature,
    signer::{PaymentSigner, SignerError, Transfer},
    time::{Clock, SystemClock, UnixSeconds},
    version::X402Version,
};

/// How far v1 payments are back-dated, as by all v1 clients, since servers' clocks differ. v2 payments are valid since
/// ever.
const V1_BACKDATING: std::time::Duration = std::time::Duration::from_secs(600);

type Confirm = dyn Fn(Choice, Offered) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync;

/// Chooses and signs payments, within limits and a budget.
///
/// Clones share signer and budget.
pub struct Payer<S> {
    signer: Arc<S>,
    limits: Limits,
    policies: Vec<Arc<dyn Policy>>,
    selector: Arc<dyn Selector>,
    confirm: Option<(Price, Arc<Confirm>)>,
    budget: Option<Budget>,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn Fn() -> Result<B256, BoxError> + Send + Sync>,
}

impl<S: PaymentSigner> Payer<S> {
    /// Pays with this signer, at most one dollar a payment, in known tokens.
    #[must_use]
    pub fn new(signer: S) -> Self {
        Self {
            signer: Arc::new(signer),
            limits: Limits::default(),
            policies: Vec::new(),
            selector: Arc::new(Cheapest),
            confirm: None,
            budget: None,
            clock: Arc::new(SystemClock),
            nonces: Arc::new(random_nonce),
        }
    }

    /// Pays within other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Pays only what this rule allows too. All rules must agree.
    #[must_use]
    pub fn policy(mut self, policy: impl Policy + 'static) -> Self {
        self.policies.push(Arc::new(policy));
        self
    }

    /// Picks among the ways to pay by another rule than the lowest price.
    #[must_use]
    pub fn selector(mut self, selector: impl Selector + 'static) -> Self {
        self.selector = Arc::new(selector);
        self
    }

    /// Asks before it signs a payment of more than this; without a yes nothing is signed.
    ///
    /// # Security
    ///
    /// The offer's texts are the server's own words. Show price, recipient and host beside them.
    #[must_use]
    pub fn confirm_above<F, A>(mut self, price: Price, ask: F) -> Self
    where
        F: Fn(Choice, Offered) -> A + Send + Sync + 'static,
        A: Future<Output = bool> + Send + 'static,
    {
        self.confirm = Some((price, Arc::new(move |choice, offered| Box::pin(ask(choice, offered)))));
        self
    }

    /// Pays no more than this budget has left.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
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
    pub fn signer(&self) -> &S {
        &self.signer
    }

    /// The time by the payer's clock.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.clock.now()
    }

    /// Chooses among the ways to pay: `exact` on an EVM chain, in an allowed token, within the limits and policies, the
    /// cheapest unless a [`selector`](Self::selector) says otherwise.
    ///
    /// # Errors
    ///
    /// If there is none, with the reason of the one that came closest.
    pub fn choose(&self, offered: &Offered) -> Result<Choice, NoChoice> {
        select::choose(offered, &self.limits, &self.policies, &*self.selector)
    }

    /// Signs a payment for what was chosen, and counts it on the budget.
    ///
    /// # Errors
    ///
    /// If the offer came unencrypted from another machine, what was chosen is not part of it or not within this payer's
    /// limits and policies, it was not confirmed, the budget has no room for it, there is no randomness, the signer
    /// fails, or what it signed is not what it was asked. Nothing stays counted then, except after the last: that
    /// signature exists.
    pub async fn sign(&self, offered: &Offered, choice: Choice) -> Result<SignedPayment, PayError> {
        if let Some(host) = self.limits.insecure_host(offered) {
            return Err(PayError::Insecure { host });
        }
        // It may have been chosen by another payer, or for another offer.
        let choice = select::confirm(&choice, offered, &self.limits, &self.policies).map_err(PayError::NotAllowed)?;
        self.confirmed(offered, &choice).await?;
        let now = self.clock.now();
        let valid_after = match offered.version {
            X402Version::V1 => now.saturating_sub(V1_BACKDATING).as_secs(),
            X402Version::V2 => 0,
        };
        let validity = self.limits.validity(choice.requirements.max_timeout_seconds);
        let transfer = Transfer {
            asset: choice.asset.clone(),
            to: choice.pay_to,
            value: choice.amount().as_u256(),
            valid_after: U256::from(valid_after),
            valid_before: U256::from(now.saturating_add(validity).as_secs()),
            nonce: (self.nonces)().map_err(PayError::Nonce)?,
        };
        let reservation = match &self.budget {
            Some(budget) => Some(budget.reserve(&choice, offered.asked.as_ref(), now).map_err(PayError::OverBudget)?),
            None => None,
        };
        let signed = self.signer.sign(&transfer).await.map_err(|error| {
            // A signer that fails has made no signature.
            if let Some(reservation) = &reservation {
                reservation.returned();
            }
            PayError::Signer(error)
        })?;
        self.check(&signed, &transfer)?;
        let payload = match offered.version {
            X402Version::V1 => PaymentPayload::v1(choice.requirements.network.clone(), signed),
            X402Version::V2 => {
                let id = hex::encode(signed.authorization.nonce);
                let extensions = offered.required.extensions.as_ref();
                PaymentPayload::v2(
                    choice.requirements.clone(),
                    signed,
                    Some(offered.required.resource.clone()),
                    extensions.map(|declared| identifier::echo(declared, &id)),
                )
            }
        };
        Ok(SignedPayment::new(payload, choice, reservation))
    }

    async fn confirmed(&self, offered: &Offered, choice: &Choice) -> Result<(), PayError> {
        let Some((threshold, ask)) = &self.confirm else { return Ok(()) };
        // A threshold that is no amount of the token is no permission.
        let is_above = threshold.in_asset(&choice.asset).map_or(true, |threshold| choice.amount() > threshold);
        match is_above && !ask(choice.clone(), offered.clone()).await {
            true => Err(PayError::NotConfirmed),
            false => Ok(()),
        }
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

impl<S> Clone for Payer<S> {
    fn clone(&self) -> Self {
        Self {
            signer: Arc::clone(&self.signer),
            limits: self.limits.clone(),
            policies: self.policies.clone(),
            selector: Arc::clone(&self.selector),
            confirm: self.confirm.clone(),
            budget: self.budget.clone(),
            clock: Arc::clone(&self.clock),
            nonces: Arc::clone(&self.nonces),
        }
    }
}

impl<S> fmt::Debug for Payer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payer").field("limits", &self.limits).field("budget", &self.budget).finish_non_exhaustive()
    }
}

fn random_nonce() -> Result<B256, BoxError> {
    let mut nonce = B256::ZERO;
    getrandom::fill(nonce.as_mut_slice())?;
    Ok(nonce)
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayError {
    /// A payment may not be sent unencrypted to another machine: whoever is on the way could have made the offer, and
    /// can take the payment. See [`Limits::insecure_http`].
    #[error("payments are not sent over http to {host}")]
    Insecure {
        /// The host.
        host: String,
    },
    /// The signer signed something else than it was asked to.
    #[error("the signer signed something else than it was asked to: {0}")]
    Mismatch(&'static str),
    /// There was no randomness for a nonce.
    #[error("no random nonce could be had")]
    Nonce(#[source] BoxError),
    /// What was chosen may not be paid by this payer, or not for this offer.
    #[error("the payment was not signed")]
    NotAllowed(#[source] NoChoice),
    /// The payment was to be confirmed, and was not.
    #[error("the payment was not confirmed")]
    NotConfirmed,
    /// The budget has no room for it.
    #[error("the payment was not signed")]
    OverBudget(#[source] OverBudget),
    /// The signer failed.
    #[error("the payment was not signed")]
    Signer(#[source] SignerError),
}
