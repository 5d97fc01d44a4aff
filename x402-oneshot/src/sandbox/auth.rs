//! OAuth2 client credentials: `POST /token`, and the bearer token everywhere else.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{parse, read};
use super::failure::Failure;
use super::shared::Shared;

/// Seconds that an access token is good for, as at 1Shot.
const LIFETIME: u64 = 3600;

/// What `POST /token` takes.
#[derive(Deserialize)]
struct Grant {
    grant_type: String,
    client_id: String,
    client_secret: String,
}

/// `POST /token`, with a form as the clients send it or JSON as the documentation has it.
pub(super) async fn token(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Value>, Failure> {
    let is_json = is_json(request.headers());
    let body = read(request, &shared).await?;
    let grant: Grant = if is_json {
        parse(&body)?
    } else {
        let refused = |_| Failure::malformed("the body is not a client credentials form");
        serde_urlencoded::from_bytes(&body).map_err(refused)?
    };
    if grant.grant_type != "client_credentials" {
        return Err(Failure::malformed("grant_type is not client_credentials"));
    }
    let credentials = &shared.account.credentials;
    if grant.client_id != credentials.key || grant.client_secret != credentials.secret {
        return Err(Failure::unauthenticated("the credentials are not those of this sandbox"));
    }
    let now = shared.now();
    let lifetime = shared.faults.token_lifetime().map_or(LIFETIME, |lifetime| lifetime.as_secs());
    let mut state = shared.state();
    state.tokens.retain(|_, expires| *expires > now);
    let token = state.entropy.hex();
    state.tokens.insert(token.clone(), now.saturating_add(lifetime));
    Ok(Json(json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": "read:api write:api",
    })))
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

/// Lets a request pass that bears a token which was issued here and has not expired.
pub(super) async fn require_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let Some(token) = bearer(request.headers()) else {
        return Err(Failure::unauthenticated("the request bears no access token"));
    };
    let expires = shared.state().tokens.get(token).copied();
    if expires.is_none_or(|expires| expires <= shared.now()) {
        return Err(Failure::unauthenticated("the access token is unknown or has expired"));
    }
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
