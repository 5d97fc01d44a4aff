//! Anything at all.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use x402_core::header::{PAYMENT_SIGNATURE, X_PAYMENT, payment_header};

use crate::{
    expect::{refused, respond, value},
    support::Draft,
};

proptest! {
    #[test]
    fn no_header_whatever_is_a_5xx_or_a_panic(bytes in proptest::collection::vec(32_u8..=255, 0..400), v1: bool) {
        let name = if v1 { X_PAYMENT } else { PAYMENT_SIGNATURE };
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let headers = HeaderMap::from_iter([(name, value)]);
            let (status, _) = refused(&headers);
            prop_assert!([400, 402].contains(&status));
        }
    }

    #[test]
    fn no_mutation_of_a_good_payment_is_a_5xx_or_a_panic(
        v1: bool, at in any::<prop::sample::Index>(), byte: u8, cut in 0_usize..4,
    ) {
        let draft = if v1 { Draft::v1() } else { Draft::v2() };
        let mut text = draft.json().to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let end = (at + cut).min(text.len());
        text.drain(at..end);
        let value = value(&BASE64_STANDARD.encode(&text));
        let headers = HeaderMap::from_iter([(payment_header(draft.version), value)]);
        if respond(&headers).is_some() {
            let (status, _) = refused(&headers);
            prop_assert!([400, 402].contains(&status));
        }
    }
}
