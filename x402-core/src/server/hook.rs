//! A say in what the gate does.

use std::{future::Future, pin::Pin, sync::Arc};

use alloy_primitives::B256;

use super::Payment;
use crate::{error::BoxError, reason::Reason, settlement::Receipt};

/// What a hook decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// As it would be without the hook.
    Proceed,
    /// Before verification: the payment counts as verified, and the facilitator is not asked. It still has to settle.
    /// As with verification [switched off](super::Gate::verify), the claim store must outlive the process.
    /// After verification it is the same as [`Proceed`](Self::Proceed), and so it is for the payment of a
    /// [contract wallet](super::Gate::contract_wallets), whose signature only the facilitator can check.
    Grant,
    /// The payment is refused with this code, and released: nobody is charged.
    Refuse(Reason),
}

/// Hooks into a payment's life. Each one does nothing unless it is implemented.
///
/// A hook that fails refuses the request with 503, and nobody is charged. The two that come after money has moved, or
/// may have, can only observe; they run before the response is handed over, and delay it.
///
/// ```
/// use std::collections::HashSet;
/// use alloy_primitives::Address;
/// use x402_core::{Reason, error::BoxError, server::{Decision, Hooks, Payment}};
///
/// /// Takes no money from some.
/// struct Blocked(HashSet<Address>);
///
/// impl Hooks for Blocked {
///     async fn before_verify(&self, payment: &Payment) -> Result<Decision, BoxError> {
///         Ok(match self.0.contains(&payment.payer) {
///             true => Decision::Refuse(Reason::parse("payer_blocked").ok_or("not a code")?),
///             false => Decision::Proceed,
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(note = "every method of `Hooks` has a default")]
pub trait Hooks: Send + Sync {
    /// The payment fits the offer and is claimed; the facilitator has not been asked.
    ///
    /// Where [contract wallets](super::Gate::contract_wallets) are taken, the payer may be one whom somebody else has
    /// named: count nothing against them here.
    fn before_verify(&self, payment: &Payment) -> impl Future<Output = Result<Decision, BoxError>> + Send {
        let _ = payment;
        std::future::ready(Ok(Decision::Proceed))
    }

    /// The payment counts as verified: the facilitator says that it would settle, or is not asked, since it was
    /// [granted](Decision::Grant) or the gate [does not verify](super::Gate::verify). The signature is the payer's.
    fn after_verify(&self, payment: &Payment) -> impl Future<Output = Result<Decision, BoxError>> + Send {
        let _ = payment;
        std::future::ready(Ok(Decision::Proceed))
    }

    /// The money moved. Called by whoever found out; again only if the store could not write it down, and not at all if
    /// that one was dropped just then.
    fn after_settle(&self, payment: &Payment, receipt: &Receipt) -> impl Future<Output = ()> + Send {
        let _ = (payment, receipt);
        std::future::ready(())
    }

    /// The money may have moved. The transaction, if one was named. Once, after the settlement, and not each time that
    /// it is asked about in vain; not for a settlement that was dropped before it had an answer.
    fn on_unknown(&self, payment: &Payment, transaction: Option<B256>) -> impl Future<Output = ()> + Send {
        let _ = (payment, transaction);
        std::future::ready(())
    }
}

/// No hooks.
impl Hooks for () {}

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The object-safe twin of [`Hooks`].
trait Erased: Send + Sync {
    fn before_verify<'a>(&'a self, payment: &'a Payment) -> Later<'a, Result<Decision, BoxError>>;
    fn after_verify<'a>(&'a self, payment: &'a Payment) -> Later<'a, Result<Decision, BoxError>>;
    fn after_settle<'a>(&'a self, payment: &'a Payment, receipt: &'a Receipt) -> Later<'a, ()>;
    fn on_unknown<'a>(&'a self, payment: &'a Payment, transaction: Option<B256>) -> Later<'a, ()>;
}

impl<H: Hooks> Erased for H {
    fn before_verify<'a>(&'a self, payment: &'a Payment) -> Later<'a, Result<Decision, BoxError>> {
        Box::pin(Hooks::before_verify(self, payment))
    }

    fn after_verify<'a>(&'a self, payment: &'a Payment) -> Later<'a, Result<Decision, BoxError>> {
        Box::pin(Hooks::after_verify(self, payment))
    }

    fn after_settle<'a>(&'a self, payment: &'a Payment, receipt: &'a Receipt) -> Later<'a, ()> {
        Box::pin(Hooks::after_settle(self, payment, receipt))
    }

    fn on_unknown<'a>(&'a self, payment: &'a Payment, transaction: Option<B256>) -> Later<'a, ()> {
        Box::pin(Hooks::on_unknown(self, payment, transaction))
    }
}

/// The hooks of a gate; none, and no cost, unless set.
#[derive(Clone, Default)]
pub(super) struct SharedHooks(Option<Arc<dyn Erased>>);

impl SharedHooks {
    pub(super) fn new(hooks: impl Hooks + 'static) -> Self {
        Self(Some(Arc::new(hooks)))
    }

    pub(super) async fn before_verify(&self, payment: &Payment) -> Result<Decision, BoxError> {
        match &self.0 {
            Some(hooks) => hooks.before_verify(payment).await,
            None => Ok(Decision::Proceed),
        }
    }

    pub(super) async fn after_verify(&self, payment: &Payment) -> Result<Decision, BoxError> {
        match &self.0 {
            Some(hooks) => hooks.after_verify(payment).await,
            None => Ok(Decision::Proceed),
        }
    }

    pub(super) async fn after_settle(&self, payment: &Payment, receipt: &Receipt) {
        if let Some(hooks) = &self.0 {
            hooks.after_settle(payment, receipt).await;
        }
    }

    pub(super) async fn on_unknown(&self, payment: &Payment, transaction: Option<B256>) {
        if let Some(hooks) = &self.0 {
            hooks.on_unknown(payment, transaction).await;
        }
    }
}
