//! A shop behind a real socket.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::IntoResponse,
};
use tokio::net::TcpListener;
use x402_core::header::{PAYMENT_SIGNATURE, X_PAYMENT};

use crate::support::{asks, price, served};

/// The payments that a server was shown.
pub(crate) type Shown = Arc<Mutex<Vec<HeaderValue>>>;

pub(crate) async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

pub(crate) fn payment(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(PAYMENT_SIGNATURE).or_else(|| headers.get(X_PAYMENT)).cloned()
}

/// Asks for a cent, and serves who shows a payment.
pub(crate) async fn shop(State(shown): State<Shown>, headers: HeaderMap, body: String) -> axum::response::Response {
    match payment(&headers) {
        None => asks([price(10_000)]).into_response(),
        Some(payment) => {
            shown.lock().unwrap().push(payment);
            let (parts, _) = served().into_parts();
            (parts.status, parts.headers, format!("premium: {body}")).into_response()
        }
    }
}
