//! What handlers take from a request, refused in the API's own words.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::failure::Failure;
use super::shared::Shared;

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        parse(&read(request, state).await?).map(Self)
    }
}

/// Reads a body up to the server's limit.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|refusal| Failure::unreadable(refusal.status(), "the body cannot be read"))
}

/// Parses a JSON body: what is not JSON is malformed, what is of the wrong shape is named.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            let path = error.path().to_string();
            Failure::invalid("body", &path, format!("body: {error}"))
        } else {
            Failure::malformed("the body is not JSON")
        }
    })?;
    json.end().map_err(|_| Failure::malformed("the body goes on after its JSON"))?;
    Ok(value)
}

/// The query, whichever way it writes its blanks.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|error| {
            let cause = std::error::Error::source(&error);
            Failure::invalid("query", "", cause.map_or(error.to_string(), ToString::to_string))
        })
    }
}

/// The id in the path.
pub(super) struct Id(pub(super) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = Path::<Uuid>::from_request_parts(parts, state).await;
        let refused = |_| Failure::invalid("path", "id", "the id in the path is not a UUID");
        id.map(|Path(id)| Self(id)).map_err(refused)
    }
}

/// The id of a chain in the path.
pub(super) struct ChainId(pub(super) u64);

impl<S: Send + Sync> FromRequestParts<S> for ChainId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = Path::<u64>::from_request_parts(parts, state).await;
        let refused = |_| Failure::invalid("path", "chainId", "the chain id in the path is no number");
        id.map(|Path(id)| Self(id)).map_err(refused)
    }
}

/// All that varies in the path, where that is more than one segment.
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let segments = Path::<T>::from_request_parts(parts, state).await;
        let refused = |_| Failure::invalid("path", "id", "the id in the path is none");
        segments.map(|Path(segments)| Self(segments)).map_err(refused)
    }
}

/// Proof that the business in the path is the caller's.
pub(super) struct OwnBusiness;

impl FromRequestParts<Arc<Shared>> for OwnBusiness {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Failure> {
        let Id(business) = Id::from_request_parts(parts, shared).await?;
        if business == shared.account.business_id {
            Ok(Self)
        } else {
            Err(Failure::unauthorized("the business belongs to someone else"))
        }
    }
}
