//! Payments that their payers name: what is a name, and what it stands for.

use serde_json::{Value, json};
use x402_core::{
    PaymentPayload, Reason,
    server::{Identifiers, Offers, PaymentIdentifier, Refusal, RefusalKind},
    wire,
};

use crate::support::{Draft, offers, offers_at};

const ID: &str = "pay_0123456789-A";

fn declaring(identifiers: Identifiers) -> Offers {
    offers().payment_identifiers(identifiers)
}

/// A payment that echoes this as the extension.
fn echoing(draft: &Draft, extension: &Value) -> PaymentPayload {
    let mut payment = draft.json();
    payment["extensions"] = json!({ "payment-identifier": extension });
    wire::decode_payment_payload(payment.to_string().as_bytes()).unwrap()
}

fn named(id: &str) -> PaymentPayload {
    echoing(&Draft::v2(), &json!({ "info": { "required": false, "id": id } }))
}

fn read(offers: &Offers, payment: &PaymentPayload) -> PaymentIdentifier {
    offers.identifier(payment).unwrap().unwrap()
}

fn code(refusal: &Refusal) -> (RefusalKind, Reason) {
    (refusal.kind(), refusal.reason().unwrap().clone())
}

#[test]
fn a_name_is_16_to_128_letters_digits_hyphens_and_underscores() {
    let offers = declaring(Identifiers::Optional);
    for id in [ID, &"a".repeat(16), &"Z".repeat(128), &"_".repeat(64), &"-".repeat(64), &"7".repeat(17)] {
        assert_eq!(read(&offers, &named(id)).as_str(), id);
    }
    for id in
        ["", &"a".repeat(15), &"a".repeat(129), "pay 0123456789 abc", "pay.0123456789.abc", "pay_0123456789_\u{e4}b"]
    {
        let refusal = offers.identifier(&named(id)).unwrap_err();
        assert_eq!(code(&refusal), (RefusalKind::Malformed, Reason::INVALID_IDENTIFIER), "{id}");
    }
    let number = echoing(&Draft::v2(), &json!({ "info": { "id": 1_234_567_890_123_456_789_u64 } }));
    assert_eq!(offers.identifier(&number).unwrap_err().kind(), RefusalKind::Malformed);
}

#[test]
fn a_payment_without_a_name_is_refused_only_where_one_is_required() {
    let nameless = [
        Draft::v2().payload(),
        Draft::v1().payload(),
        echoing(&Draft::v2(), &json!({ "info": {} })),
        echoing(&Draft::v2(), &json!({ "info": { "id": null } })),
    ];
    for payment in nameless {
        assert_eq!(declaring(Identifiers::Optional).identifier(&payment).unwrap(), None);
        let refusal = declaring(Identifiers::Required).identifier(&payment).unwrap_err();
        assert_eq!(code(&refusal), (RefusalKind::Malformed, Reason::IDENTIFIER_REQUIRED));
        assert_eq!(offers().identifier(&payment).unwrap(), None, "nobody asked for one");
    }
    assert_eq!(offers().identifier(&named(ID)).unwrap(), None, "nobody asked for one");
}

#[test]
fn what_is_declared_says_whether_a_name_is_required() {
    for (identifiers, required) in [(Identifiers::Optional, false), (Identifiers::Required, true)] {
        let declared = declaring(identifiers).required().extensions.clone().unwrap();
        assert_eq!(declared["payment-identifier"]["info"], json!({ "required": required }));
    }
}

#[test]
fn a_payment_that_contradicts_the_declaration_is_invalid() {
    for (identifiers, required) in [(Identifiers::Optional, false), (Identifiers::Required, true)] {
        let offers = declaring(identifiers);
        let saying = |said: &Value| echoing(&Draft::v2(), &json!({ "info": { "required": said, "id": ID } }));
        assert_eq!(read(&offers, &saying(&json!(required))).as_str(), ID);
        for said in [json!(!required), json!("true"), json!(1), Value::Null] {
            let refusal = offers.identifier(&saying(&said)).unwrap_err();
            assert_eq!(code(&refusal), (RefusalKind::Invalid, Reason::EXTENSION_ECHO_MISMATCH));
        }
    }
}

#[test]
fn a_name_stands_for_one_resource_and_one_request() {
    let offers = declaring(Identifiers::Optional);
    let scope = read(&offers, &named(ID)).scope(b"GET /weather");
    assert_eq!(read(&offers, &named(ID)).scope(b"GET /weather"), scope);
    assert_ne!(read(&offers, &named(ID)).scope(b"POST /weather"), scope);
    assert_ne!(read(&offers, &named("pay_0123456789-B")).scope(b"GET /weather"), scope);
    let elsewhere = offers_at("https://api.example.com/gold").payment_identifiers(Identifiers::Optional);
    assert_ne!(read(&elsewhere, &named(ID)).scope(b"GET /weather"), scope);
}

#[test]
fn a_names_fingerprint_is_of_the_payment_to_the_byte() {
    let offers = declaring(Identifiers::Optional);
    let info = json!({ "info": { "required": false, "id": ID } });
    let of = |draft: &Draft| read(&offers, &echoing(draft, &info)).fingerprint();
    assert_eq!(of(&Draft::v2()), of(&Draft::v2()));
    assert_ne!(of(&Draft::v2()), of(&Draft::v2().nonce(9)), "another payment");
    assert_ne!(of(&Draft::v2()), of(&Draft::v2().with(|draft| draft.resource = None)), "the same one, told otherwise");
}
