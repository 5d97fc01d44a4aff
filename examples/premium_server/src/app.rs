//! The routes.

use alloy_primitives::keccak256;
use axum::{
    Extension, Router,
    response::{Html, Redirect},
    routing::get,
};
use common::reports;
use url::Url;
use x402_core::{
    Facilitator, ResourceInfo,
    claim::ClaimStore,
    server::{Gate, Identifiers, Offer, Offers, OffersError, Payment},
};
use x402_oneshot::facilitator::Listener;
use x402_tower::{
    PaymentLayer,
    paywall::{Paywall, PublicTestKey},
    server::Settlements,
};

use crate::config::Config;

/// Sells `page` through this gate. The settlements are to be drained when the server stops; the listener is told what
/// 1Shot reports.
pub(crate) fn app<F, C>(
    gate: Gate<F, C>,
    settlements: Settlements,
    listener: Option<Listener>,
    config: &Config,
    page: &Url,
) -> Result<Router, OffersError>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    let resource =
        ResourceInfo::new(page.as_str()).mime_type("text/html").description(match config.settings.is_sandbox() {
            false => "Premium content",
            true => "Premium content (sandbox: test money only)",
        });
    let offer = Offer::exact_amount(&config.settings.token, config.price, config.recipient)?;
    // A buyer that names its payment can ask for a lost page again.
    let offers = Offers::new(resource, [offer])?.payment_identifiers(Identifiers::Optional);
    let layer = PaymentLayer::new(gate, offers).order(config.order).settlements(settlements).paywall(paywall(config));
    // Around what is sold, not around the answer that another method is needed: that one is free.
    let premium = get(premium).route_layer(layer);
    Ok(Router::new()
        .route("/", get(|| async { Redirect::to("premium") }))
        .route("/premium", premium)
        .route("/1shot", reports(listener))
        .route("/healthcheck", get(|| async { "ok" })))
}

/// What a browser is shown. In the sandbox, one click pays.
fn paywall(config: &Config) -> Paywall {
    let paywall = Paywall::new().app_name("x402 for Rust");
    if !config.settings.is_sandbox() {
        return paywall;
    }
    // Every sandbox's buyer has this key, and holds nothing outside of it.
    let key = keccak256("x402 sandbox buyer");
    paywall.dangerous_test_wallet(PublicTestKey::dangerous_publish(key.0))
}

/// What is sold.
async fn premium(Extension(payment): Extension<Payment>) -> Html<String> {
    tracing::info!(payer = %payment.payer, "made the premium page");
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<title>Premium content</title>\n\
         <h1>Premium content</h1>\n<p>Paid for by {}. Thank you.</p>\n</html>\n",
        payment.payer
    ))
}
