//! A client reads the offer of a 402.

#![no_main]

use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use x402_core::{X402Version, header, wire};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        let _ = header::decode_payment_required(&value);
    }
    // The body of v1, and the JSON of v2: a fuzzer learns it sooner than its base64.
    if let Ok(offer) = wire::decode_payment_required(bytes) {
        assert!(!offer.accepts.is_empty(), "an offer can be accepted");
        for version in [X402Version::V1, X402Version::V2] {
            let written = wire::encode_payment_required(&offer, version);
            if let Ok(read) = wire::decode_payment_required(&written) {
                assert!(read.accepts.len() <= offer.accepts.len(), "nothing is offered that was not");
            }
        }
    }
});
