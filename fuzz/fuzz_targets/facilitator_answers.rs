//! A server reads what a facilitator answers, and a facilitator what a server asks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use x402_core::wire;

fuzz_target!(|bytes: &[u8]| {
    // What is settled is the receipt's target.
    if let Ok(answer) = wire::decode_verify_response(bytes) {
        let written = wire::encode_verify_response(&answer);
        assert_eq!(wire::decode_verify_response(&written), Ok(answer));
    }
    if let Ok(answer) = wire::decode_supported_response(bytes) {
        let written = wire::encode_supported_response(&answer);
        let read = wire::decode_supported_response(&written).expect("what is written can be read");
        assert_eq!(read.kinds.len(), answer.kinds.len());
    }
    if let Ok(request) = wire::decode_facilitator_request(bytes) {
        let written = wire::encode_facilitator_request(&request);
        let read = wire::decode_facilitator_request(&written).expect("what is written can be read");
        let (read, received) = (read.payload(), request.payload());
        assert_eq!(wire::encode_payment_payload(read), wire::encode_payment_payload(received));
    }
});
