//! The routes.

use axum::{
    Extension, Router,
    http::StatusCode,
    response::{Html, Redirect},
    routing::{get, post},
};
use url::Url;
use x402_core::{
    Facilitator, ResourceInfo,
    claim::ClaimStore,
    server::{Gate, Offer, Offers, OffersError, Payment},
};
use x402_tower::PaymentLayer;

use crate::config::Config;

/// Sells `page` through this gate.
pub(crate) fn app<F, C>(gate: Gate<F, C>, config: &Config, page: &Url) -> Result<Router, OffersError>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    let mut resource = ResourceInfo::new(page.as_str());
    resource.mime_type = Some("text/html".to_owned());
    resource.description = Some(match config.is_sandbox() {
        false => "Premium content".to_owned(),
        true => "Premium content (sandbox: test money only)".to_owned(),
    });
    let offer = Offer::exact_amount(&config.token, config.price, config.recipient)?;
    let offers = Offers::new(resource, [offer])?;
    let premium = get(premium).layer(PaymentLayer::new(gate, offers));
    Ok(Router::new()
        .route("/", get(|| async { Redirect::to("premium") }))
        .route("/premium", premium)
        // Settlements are waited for by asking; a report is acknowledged, and nothing is believed of it.
        .route("/1shot", post(|| async { StatusCode::NO_CONTENT }))
        .route("/healthcheck", get(|| async { "ok" })))
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
