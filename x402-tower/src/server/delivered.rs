//! Whether a response is what was paid for.

use http::{Response, StatusCode};

/// Whether the service did the work: no error status, and no gRPC failure, which hides behind a 200.
///
/// A gRPC status that comes in trailers is not seen: the response counts as delivered when its head is there.
pub(super) fn is_delivered<B>(response: &Response<B>) -> bool {
    let grpc_failed = response.headers().get("grpc-status").is_some_and(|status| status != "0");
    response.status().as_u16() < 400 && !grpc_failed
}

/// Whether a response can be given to another request than the one that it was made for. An upgrade cannot: what
/// follows it belongs to its connection.
pub(super) fn is_portable<B>(response: &Response<B>) -> bool {
    response.status() != StatusCode::SWITCHING_PROTOCOLS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_grpc_failures_are_not_charged() {
        let of = |status: StatusCode| {
            let mut response = Response::new(());
            *response.status_mut() = status;
            response
        };
        assert!(is_delivered(&of(StatusCode::OK)));
        assert!(is_delivered(&of(StatusCode::SEE_OTHER)));
        assert!(!is_delivered(&of(StatusCode::NOT_FOUND)));
        assert!(!is_delivered(&of(StatusCode::INTERNAL_SERVER_ERROR)));
        let mut grpc = of(StatusCode::OK);
        grpc.headers_mut().insert("grpc-status", http::HeaderValue::from_static("0"));
        assert!(is_delivered(&grpc));
        grpc.headers_mut().insert("grpc-status", http::HeaderValue::from_static("12"));
        assert!(!is_delivered(&grpc));
    }
}
