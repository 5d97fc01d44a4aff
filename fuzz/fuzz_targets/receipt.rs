//! A client reads the receipt of a response, and a server what a facilitator has settled.

#![no_main]

use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use x402_core::{
    X402Version,
    header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, encode_receipt, read_receipt, receipt_header},
    wire,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        for name in [PAYMENT_RESPONSE, X_PAYMENT_RESPONSE] {
            let _ = read_receipt(&HeaderMap::from_iter([(name, value.clone())]));
        }
    }
    // The JSON as well: a fuzzer learns it sooner than its base64.
    if let Ok(settled) = wire::decode_settle_response(bytes) {
        for version in [X402Version::V1, X402Version::V2] {
            let header = (receipt_header(version), encode_receipt(&settled, version));
            let read = read_receipt(&HeaderMap::from_iter([header]));
            let read = read.expect("what is written can be read").expect("the header is there");
            assert_eq!(
                (read.success, read.error_reason, read.transaction, read.payer, read.amount),
                (
                    settled.success,
                    settled.error_reason.clone(),
                    settled.transaction.clone(),
                    settled.payer.clone(),
                    settled.amount
                ),
            );
        }
    }
});
