//! A server reads the payment of a request.

#![no_main]

use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use x402_core::{
    header::{DEFAULT_MAX_LEN, PAYMENT_SIGNATURE, X_PAYMENT, encode_payment, payment_header, read_payment},
    wire,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        for name in [PAYMENT_SIGNATURE, X_PAYMENT] {
            let _ = read_payment(&HeaderMap::from_iter([(name, value.clone())]), DEFAULT_MAX_LEN);
        }
    }
    // The JSON as well: a fuzzer learns it sooner than its base64.
    if let Ok(payment) = wire::decode_payment_payload(bytes) {
        let header = (payment_header(payment.version()), encode_payment(&payment));
        let read = read_payment(&HeaderMap::from_iter([header]), usize::MAX);
        let read = read.expect("what is written can be read").expect("the header is there");
        assert_eq!(wire::encode_payment_payload(&read), wire::encode_payment_payload(&payment));
    }
});
