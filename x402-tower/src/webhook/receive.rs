//! Reading a body that may be too long, too slow, or never whole.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;
use x402_core::error::BoxError;

use super::Rejection;

/// The whole body, if it comes in time and is not longer than that.
pub(super) async fn receive<B>(body: B, max_body: usize, read_timeout: Duration) -> Result<Bytes, Rejection>
where
    B: Body<Error: Into<BoxError>>,
{
    // One that says so beforehand is not read at all.
    if body.size_hint().lower() > max_body as u64 {
        return Err(Rejection::too_large());
    }
    let body = std::pin::pin!(Limited::new(body, max_body));
    match timeout(read_timeout, body.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Rejection::too_large()),
        Ok(Err(_)) => Err(Rejection::malformed()),
        Err(_) => Err(Rejection::of(StatusCode::REQUEST_TIMEOUT)),
    }
}
