//! The layer.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use tower_layer::Layer;
use x402_core::{
    X402Version,
    client::{Patience, Payer},
};

use super::{PayService, Progress};

/// How long one attempt with a payment may take: longer than servers wait for a settlement.
const ATTEMPT: Duration = Duration::from_secs(90);

/// Pays for requests that are answered with 402.
///
/// Clones share the payer, and with it its budget.
#[must_use = "a layer does nothing until it is applied"]
pub struct PayLayer<S> {
    pub(super) purse: Arc<Purse<S>>,
}

/// Who pays, and how.
pub(super) struct Purse<S> {
    pub(super) payer: Payer<S>,
    pub(super) patience: Patience,
    pub(super) attempt: Duration,
    pub(super) only: Option<X402Version>,
    pub(super) unsent: Arc<Proof>,
    pub(super) watch: Arc<Watch>,
}

type Proof = dyn Fn(&(dyn Error + 'static)) -> bool + Send + Sync;
type Watch = dyn Fn(&Progress<'_>) + Send + Sync;

impl<S> PayLayer<S> {
    /// Pays with this payer, within its limits and budget.
    pub fn new(payer: Payer<S>) -> Self {
        let purse = Purse {
            payer,
            patience: Patience::default(),
            attempt: ATTEMPT,
            only: None,
            unsent: Arc::new(|_| false),
            watch: Arc::new(|_| ()),
        };
        Self { purse: Arc::new(purse) }
    }

    /// How long a payment whose outcome is open is presented again.
    pub fn patience(mut self, patience: Patience) -> Self {
        self.change().patience = patience;
        self
    }

    /// How long one attempt with a payment may take, 90 seconds unless told. Afterwards its outcome is open.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.change().attempt = timeout;
        self
    }

    /// Pays in this version of the protocol only. Otherwise in v2 where the server offers it, else in v1.
    pub fn only(mut self, version: X402Version) -> Self {
        self.change().only = Some(version);
        self
    }

    /// Tells which errors of the service below prove that no byte of the request was sent, such as a refused connection:
    /// then the payment is counted back on the budget. By default none does.
    pub fn unsent_if(mut self, proof: impl Fn(&(dyn Error + 'static)) -> bool + Send + Sync + 'static) -> Self {
        self.change().unsent = Arc::new(proof);
        self
    }

    /// Calls this at each step of a purchase.
    pub fn watch(mut self, watch: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.change().watch = Arc::new(watch);
        self
    }

    fn change(&mut self) -> &mut Purse<S> {
        Arc::make_mut(&mut self.purse)
    }
}

impl<S> Clone for PayLayer<S> {
    fn clone(&self) -> Self {
        Self { purse: Arc::clone(&self.purse) }
    }
}

impl<S> Clone for Purse<S> {
    fn clone(&self) -> Self {
        Self {
            payer: self.payer.clone(),
            patience: self.patience.clone(),
            attempt: self.attempt,
            only: self.only,
            unsent: Arc::clone(&self.unsent),
            watch: Arc::clone(&self.watch),
        }
    }
}

impl<S> fmt::Debug for PayLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayLayer")
            .field("payer", &self.purse.payer)
            .field("patience", &self.purse.patience)
            .finish_non_exhaustive()
    }
}

impl<S, I> Layer<I> for PayLayer<S> {
    type Service = PayService<I, S>;

    fn layer(&self, inner: I) -> Self::Service {
        PayService { inner, layer: self.clone() }
    }
}
