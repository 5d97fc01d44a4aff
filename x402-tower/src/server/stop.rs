//! What a priced request comes to: a response, or an early end.

use http::Response;
use x402_core::server::Refusal;

use crate::body::ResponseBody;

/// The answer to a request.
pub(super) type Answer<B, E> = Result<Response<ResponseBody<B>>, Stop<E>>;

/// Why a journey ends early.
pub(super) enum Stop<E> {
    Refused(Refusal),
    Failed(E),
}

impl<E> From<Refusal> for Stop<E> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
