//! The layer.

use std::{fmt, sync::Arc};

use tower_layer::Layer;
use x402_core::{
    claim::MemoryClaims,
    server::{Gate, Offers},
};

use super::PaymentService;
#[cfg(feature = "paywall")]
use crate::paywall::Page;

/// Asks for payment before a request is served.
///
/// Put it on the route or the router that is sold. Clones of one [`Gate`] share their claims; give every priced route
/// of a process a clone of the same gate, so that one payment cannot be used on two of them.
#[must_use = "a layer does nothing until it is applied"]
pub struct PaymentLayer<F, C = MemoryClaims> {
    /// In one piece, since routers clone a service for each request.
    pub(super) route: Arc<PricedRoute<F, C>>,
}

pub(super) struct PricedRoute<F, C> {
    pub(super) gate: Gate<F, C>,
    pub(super) offers: Offers,
    pub(super) keeps_payment_headers: bool,
    #[cfg(feature = "paywall")]
    pub(super) page: Page,
}

impl<F, C> PaymentLayer<F, C> {
    /// Asks for one of these offers.
    pub fn new(gate: Gate<F, C>, offers: Offers) -> Self {
        Self {
            route: Arc::new(PricedRoute {
                #[cfg(feature = "paywall")]
                page: Page::for_offers(&offers),
                gate,
                offers,
                keeps_payment_headers: false,
            }),
        }
    }

    /// Leaves the payment headers in the request for the service to see; they are removed unless told otherwise.
    ///
    /// # Security
    ///
    /// Until the payment is settled, whoever sees the header can spend it. Services log headers.
    pub fn keep_payment_headers(mut self) -> Self {
        Arc::make_mut(&mut self.route).keeps_payment_headers = true;
        self
    }
}

impl<F, C> Clone for PaymentLayer<F, C> {
    fn clone(&self) -> Self {
        Self { route: Arc::clone(&self.route) }
    }
}

impl<F, C> Clone for PricedRoute<F, C> {
    fn clone(&self) -> Self {
        Self {
            gate: self.gate.clone(),
            offers: self.offers.clone(),
            keeps_payment_headers: self.keeps_payment_headers,
            #[cfg(feature = "paywall")]
            page: self.page.clone(),
        }
    }
}

impl<F, C> fmt::Debug for PaymentLayer<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentLayer").field("offers", &self.route.offers).finish_non_exhaustive()
    }
}

impl<S, F, C> Layer<S> for PaymentLayer<F, C> {
    type Service = PaymentService<S, F, C>;

    fn layer(&self, inner: S) -> Self::Service {
        PaymentService { inner, layer: self.clone() }
    }
}
