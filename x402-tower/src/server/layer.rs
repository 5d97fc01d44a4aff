//! The layer.

use std::{fmt, sync::Arc};

use tower_layer::Layer;
use x402_core::{
    claim::{ClaimStore, MemoryClaims},
    facilitator::Facilitator,
    server::{Gate, Offers},
};

use super::{Order, PaymentService, Pricing, Settlements, observe::Watched};
#[cfg(feature = "paywall")]
use crate::paywall::{Paywall, Served};

/// Asks for payment before a request is served.
///
/// Put it on the route or the router that is sold. Clones of one [`Gate`] share their claims; give every priced route
/// of a process a clone of the same gate, so that one payment cannot be used on two of them.
#[must_use = "a layer does nothing until it is applied"]
pub struct PaymentLayer<F, C = MemoryClaims, P = Offers> {
    /// In one piece, since routers clone a service for each request.
    pub(super) route: Arc<PricedRoute<F, C, P>>,
}

/// What is sold on a route, and how.
pub(super) struct PricedRoute<F, C, P> {
    pub(super) gate: Gate<Watched<Arc<F>>, C>,
    pub(super) pricing: Arc<P>,
    pub(super) order: Order,
    pub(super) settlements: Settlements,
    pub(super) keeps_payment_headers: bool,
    /// The page for browsers, if they get one.
    #[cfg(feature = "paywall")]
    pub(super) paywall: Option<Served>,
}

impl<F: Facilitator, C: ClaimStore> PaymentLayer<F, C> {
    /// Asks for one of these offers, whatever the request.
    pub fn new(gate: Gate<F, C>, offers: Offers) -> Self {
        Self::priced(gate, offers)
    }
}

impl<F: Facilitator, C: ClaimStore, P: Pricing> PaymentLayer<F, C, P> {
    /// Asks what the request costs, each time.
    pub fn priced(gate: Gate<F, C>, pricing: P) -> Self {
        let route = PricedRoute {
            #[cfg(feature = "paywall")]
            paywall: Some(Served::new(Paywall::new(), pricing.fixed())),
            gate: gate.map_facilitator(Watched),
            pricing: Arc::new(pricing),
            order: Order::default(),
            settlements: Settlements::default(),
            keeps_payment_headers: false,
        };
        Self { route: Arc::new(route) }
    }
}

#[cfg(feature = "paywall")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "paywall")))]
impl<F, C, P: Pricing> PaymentLayer<F, C, P> {
    /// Shows browsers this page; without a call, [`Paywall::new`].
    pub fn paywall(mut self, paywall: Paywall) -> Self {
        let served = Served::new(paywall, self.route.pricing.fixed());
        self.change().paywall = Some(served);
        self
    }

    /// Answers browsers as it answers everybody: with JSON.
    pub fn without_paywall(mut self) -> Self {
        self.change().paywall = None;
        self
    }
}

impl<F, C, P> PaymentLayer<F, C, P> {
    /// Settles before, after or beside the handler; after it, unless told otherwise.
    pub fn order(mut self, order: Order) -> Self {
        self.change().order = order;
        self
    }

    /// Shares settlements with other layers.
    pub fn settlements(mut self, settlements: Settlements) -> Self {
        self.change().settlements = settlements;
        self
    }

    /// The settlements under way: to [drain](Settlements::drain) them at shutdown.
    #[must_use]
    pub fn shared_settlements(&self) -> Settlements {
        self.route.settlements.clone()
    }

    /// Leaves the payment headers in the request for the service to see; they are removed unless told otherwise.
    ///
    /// # Security
    ///
    /// Until the payment is settled, whoever sees the header can spend it. Services log headers.
    pub fn keep_payment_headers(mut self) -> Self {
        self.change().keeps_payment_headers = true;
        self
    }

    fn change(&mut self) -> &mut PricedRoute<F, C, P> {
        Arc::make_mut(&mut self.route)
    }
}

impl<F, C, P> Clone for PaymentLayer<F, C, P> {
    fn clone(&self) -> Self {
        Self { route: Arc::clone(&self.route) }
    }
}

impl<F, C, P> Clone for PricedRoute<F, C, P> {
    fn clone(&self) -> Self {
        Self {
            gate: self.gate.clone(),
            pricing: Arc::clone(&self.pricing),
            order: self.order,
            settlements: self.settlements.clone(),
            keeps_payment_headers: self.keeps_payment_headers,
            #[cfg(feature = "paywall")]
            paywall: self.paywall.clone(),
        }
    }
}

impl<F, C, P> fmt::Debug for PaymentLayer<F, C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentLayer")
            .field("gate", &self.route.gate)
            .field("order", &self.route.order)
            .field("settlements", &self.route.settlements)
            .finish_non_exhaustive()
    }
}

impl<S, F, C, P> Layer<S> for PaymentLayer<F, C, P> {
    type Service = PaymentService<S, F, C, P>;

    fn layer(&self, inner: S) -> Self::Service {
        PaymentService { inner, layer: self.clone() }
    }
}
