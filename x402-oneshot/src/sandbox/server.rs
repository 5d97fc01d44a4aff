//! The REST API: which endpoint is whose.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post, put};

use super::auth;
use super::failure::Failure;
use super::shared::Shared;
use super::{chains, execute, methods, signatures, transactions, transfer, wallets, x402};

/// Where the API begins.
pub(super) const BASE_PATH: &str = "/v0";

/// Bytes of the longest body that is read.
const MAX_BODY: usize = 64 * 1024;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let business = Router::new()
        .route("/wallets", get(wallets::list).post(wallets::create))
        .route("/methods", get(methods::list).post(methods::create))
        .route("/transactions", get(transactions::list))
        // Not in the API, but where the published Python client looks.
        .route("/transactions/transactions", get(transactions::list));
    let api = Router::new()
        .nest("/business/{id}", business)
        .route("/chains", get(chains::list))
        .route("/chains/{id}/fees", get(chains::fees))
        .route("/chains/{id}/contracts/{address}", get(chains::contract))
        .route("/wallets/{id}", get(wallets::get).put(wallets::update).delete(wallets::delete))
        .route("/wallets/{id}/transfer", post(transfer::transfer))
        .route("/wallets/{id}/signature/{type}", get(signatures::get).post(signatures::post))
        .route("/wallets/{id}/authorizePermit2", put(transfer::authorize_permit2))
        .route("/methods/{id}", get(methods::get).put(methods::update))
        .route("/methods/{id}/test", post(execute::test))
        .route("/methods/{id}/execute", post(execute::execute))
        .route("/transactions/{id}", get(transactions::get))
        .route("/x402/supported", get(x402::supported))
        .route("/x402/verify", post(x402::verify))
        .route("/x402/settle", post(x402::settle))
        .method_not_allowed_fallback(|| async { Failure::method_not_allowed() })
        .layer(from_fn_with_state(Arc::clone(&shared), auth::require_token))
        .route("/token", post(auth::token))
        .layer(from_fn_with_state(Arc::clone(&shared), count))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new()
        .nest(BASE_PATH, api)
        .method_not_allowed_fallback(|| async { Failure::method_not_allowed() })
        .fallback(|| async { Failure::unknown_endpoint() })
        .with_state(shared)
}

/// Counts a request, if the sandbox has such an endpoint: nonsense must not grow the table.
async fn count(State(shared): State<Arc<Shared>>, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let route = path.as_ref().and_then(|path| path.as_str().strip_prefix(BASE_PATH));
    let has_such = [Method::DELETE, Method::GET, Method::POST, Method::PUT].contains(request.method());
    if let Some(route) = route.filter(|_| has_such) {
        shared.state().requests.add(request.method().as_str(), route);
    }
    next.run(request).await
}
