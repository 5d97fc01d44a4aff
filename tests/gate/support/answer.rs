//! What a client gets.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use x402_core::{
    Reason, SettleResponse, X402Version,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, read_receipt, receipt_header},
};

use super::{CONTENT, buyer};

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn receipt(&self) -> Option<SettleResponse> {
        read_receipt(&self.headers).unwrap()
    }

    /// All of it as text, and what is base64 decoded too.
    pub(crate) fn everything(&self) -> String {
        let mut text = self.body.clone();
        for (name, value) in &self.headers {
            text.push_str(&format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes())));
            if let Ok(decoded) = STANDARD.decode(value.as_bytes()) {
                text.push_str(&format!(" ({})", String::from_utf8_lossy(&decoded)));
            }
        }
        text
    }

    /// The content, with a receipt of this version.
    #[track_caller]
    pub(crate) fn is_served(&self, version: X402Version) {
        assert_eq!((self.status, self.body.as_str()), (StatusCode::OK, CONTENT));
        assert!(self.headers.contains_key(receipt_header(version)));
        let receipt = self.receipt().unwrap();
        assert!(receipt.success);
        assert!(receipt.payer.unwrap() == buyer().address());
    }

    /// Neither yes nor no, and nothing was settled: present the same payment again.
    #[track_caller]
    pub(crate) fn is_unavailable(&self) {
        assert_eq!(self.status, StatusCode::SERVICE_UNAVAILABLE, "{}", self.body);
        assert!(self.headers.contains_key(RETRY_AFTER));
        assert!(!self.headers.contains_key(PAYMENT_RESPONSE) && !self.headers.contains_key(X_PAYMENT_RESPONSE));
        assert!(!self.headers.contains_key(PAYMENT_REQUIRED), "no invitation to pay");
        assert!(!self.body.contains("accepts"), "nor in the body");
    }

    /// The money may have moved: present the same payment again, and never another.
    #[track_caller]
    pub(crate) fn is_unknown(&self, version: X402Version) -> SettleResponse {
        assert_eq!(self.status, StatusCode::SERVICE_UNAVAILABLE, "{}", self.body);
        assert!(self.headers.contains_key(RETRY_AFTER));
        assert!(self.headers.contains_key(receipt_header(version)));
        assert!(!self.headers.contains_key(PAYMENT_REQUIRED), "no invitation to pay again");
        assert!(!self.body.contains("accepts"), "nor in the body");
        let receipt = self.receipt().unwrap();
        assert_eq!((receipt.success, receipt.error_reason.clone()), (false, Some(Reason::SETTLEMENT_PENDING)));
        receipt
    }

    /// The money did not move: here is the offer again.
    #[track_caller]
    pub(crate) fn is_refused_at_settlement(&self, version: X402Version, reason: &Reason) {
        assert_eq!(self.status, StatusCode::PAYMENT_REQUIRED, "{}", self.body);
        assert!(self.headers.contains_key(receipt_header(version)));
        assert!(self.headers.contains_key(PAYMENT_REQUIRED));
        let receipt = self.receipt().unwrap();
        assert_eq!((receipt.success, receipt.error_reason.as_ref()), (false, Some(reason)));
    }

    /// Not this payment: a 402 with this code.
    #[track_caller]
    pub(crate) fn is_refused(&self, reason: &Reason) {
        assert_eq!(self.status, StatusCode::PAYMENT_REQUIRED, "{}", self.body);
        assert!(self.headers.contains_key(PAYMENT_REQUIRED));
        assert!(self.body.contains(reason.as_str()), "{reason}: {}", self.body);
    }
}
