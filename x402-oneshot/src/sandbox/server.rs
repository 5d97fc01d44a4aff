//! The REST API: which endpoint is whose.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::{DATE, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, post, put};

use super::auth;
use super::batch::Item;
use super::delegated_batch::DelegatedItem;
use super::failure::Failure;
use super::faults::inject;
use super::route::{self, BASE_PATH, MAX_BODY};
use super::shared::Shared;
use super::webhooks::{deliveries, endpoints, triggers};
use super::{
    batch, chains, contract_events, delegated, delegations, execute, imports, methods, prompts, signatures, simulate,
    structs, transactions, transfer, wallets, x402,
};

/// Bytes of the longest body that has an ABI in it.
const MAX_ABI: usize = 1024 * 1024;

/// The end of the year 9999, beyond which HTTP has no dates.
const LAST_DATE: u64 = 253_402_300_799;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let business = Router::new()
        .route("/wallets", get(wallets::list).post(wallets::create))
        .route("/methods", get(methods::list).post(methods::create))
        .route("/methods/abi", post(imports::from_abi).layer(DefaultBodyLimit::max(MAX_ABI)))
        .route("/methods/prompt", post(imports::from_prompt))
        .route("/events", get(contract_events::list).post(contract_events::create))
        .route("/transactions", get(transactions::list))
        .route("/transactions/transactions", get(transactions::list_misplaced))
        .route("/webhooks/endpoints", get(endpoints::list).post(endpoints::create))
        .route("/webhooks/triggers", get(triggers::list).post(triggers::create));
    let api = Router::new()
        .nest("/business/{id}", business)
        .route("/chains", get(chains::list))
        .route("/chains/{id}/fees", get(chains::fees))
        .route("/chains/{id}/contracts/{address}", get(chains::contract))
        .route("/wallets/{id}", get(wallets::get).put(wallets::update).delete(wallets::delete))
        .route("/wallets/{id}/transfer", post(transfer::transfer))
        .route("/wallets/{id}/signature/{type}", get(signatures::get).post(signatures::post))
        .route("/wallets/{id}/authorizePermit2", put(transfer::authorize_permit2))
        .route("/wallets/{id}/delegations", get(delegations::list).post(delegations::create))
        .route("/wallets/{id}/delegations/redelegate", post(delegations::redelegate_data))
        .route("/delegation/{id}", delete(delegations::delete))
        .route("/delegation/{id}/redelegate", post(delegations::redelegate))
        .route("/methods/executeBatch", post(batch::execute_batch::<Item>))
        .route("/methods/executeAsDelegatorBatch", post(batch::execute_batch::<DelegatedItem>))
        .route("/methods/{id}", get(methods::get).put(methods::update).delete(methods::delete))
        .route("/methods/{id}/test", post(simulate::test))
        .route("/methods/{id}/estimate", post(simulate::estimate))
        .route("/methods/{id}/encode", post(simulate::encode))
        .route("/methods/{id}/read", post(simulate::read))
        .route("/methods/{id}/execute", post(execute::execute))
        .route("/methods/{id}/executeAsDelegator", post(delegated::execute))
        .route("/structs/{id}", put(structs::rename))
        .route("/structs/{id}/params", post(structs::add_param).put(structs::update_params))
        .route("/structs/{id}/params/{param}", delete(structs::remove_param))
        .route("/events/{id}", get(contract_events::get).put(contract_events::update).delete(contract_events::delete))
        .route("/events/{id}/search", post(contract_events::search))
        .route("/prompts/search", post(prompts::search))
        .route("/transactions/{id}", get(transactions::get))
        .route("/webhooks", get(triggers::events))
        .route("/webhooks/triggers/{id}", put(triggers::update).delete(triggers::delete))
        .route("/webhooks/endpoints/{id}", get(endpoints::get).put(endpoints::update).delete(endpoints::delete))
        .route("/webhooks/endpoints/{id}/rotate", put(endpoints::rotate))
        .route("/webhooks/endpoints/{id}/webhooks", get(deliveries::list))
        .route("/webhooks/{id}/attempts", get(deliveries::attempts))
        .route("/x402/supported", get(x402::supported))
        .route("/x402/verify", post(x402::verify))
        .route("/x402/settle", post(x402::settle))
        .method_not_allowed_fallback(|| async { Failure::method_not_allowed() })
        .layer(from_fn_with_state(Arc::clone(&shared), auth::require_token))
        .route("/token", post(auth::token))
        .layer(from_fn_with_state(Arc::clone(&shared), inject))
        .layer(from_fn_with_state(Arc::clone(&shared), count))
        .layer(from_fn_with_state(Arc::clone(&shared), date))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new()
        .nest(BASE_PATH, api)
        .method_not_allowed_fallback(|| async { Failure::method_not_allowed() })
        .fallback(|| async { Failure::unknown_endpoint() })
        .with_state(shared)
}

/// Counts a request, if the sandbox has such an endpoint: nonsense must not grow the table.
async fn count(State(shared): State<Arc<Shared>>, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let route = path.as_ref().and_then(route::of);
    let has_such = [Method::DELETE, Method::GET, Method::POST, Method::PUT].contains(request.method());
    if let Some(route) = route.filter(|_| has_such) {
        shared.state().requests.add(request.method().as_str(), route);
    }
    next.run(request).await
}

/// Dates an answer by the sandbox's clock, which need not be the system's.
async fn date(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = UNIX_EPOCH + Duration::from_secs(shared.now().min(LAST_DATE));
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
    response
}
