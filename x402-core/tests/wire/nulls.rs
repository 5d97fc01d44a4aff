//! `null` is an absent member on the way in, and is never written.

use serde_json::{Value, json};
use x402_core::{
    Reason, SettleResponse, SupportedKind, SupportedResponse, VerifyResponse, X402Version,
    server::{Gate, Offers},
    testing::ScriptedFacilitator,
    wire::{
        decode_payment_payload, decode_payment_required, decode_settle_response, decode_supported_response,
        decode_verify_response, encode_facilitator_request, encode_payment_payload, encode_payment_required,
        encode_settle_response, encode_supported_response, encode_verify_response,
    },
};

use super::{offers, walk};
use crate::support::{BOTH, Draft, block_on, described, json as parse, offer, offers as ours};

fn has_no_null(json: &Value) {
    walk(json, "", &mut |path, value| assert!(!value.is_null(), "{path} is null in {json}"));
}

#[test]
fn clause_1_8_every_optional_member_may_be_null() {
    let mut v1 = offers::v1();
    v1["error"] = Value::Null;
    for member in ["description", "mimeType", "outputSchema", "extra"] {
        v1["accepts"][0][member] = Value::Null;
    }
    let read = decode_payment_required(v1.to_string().as_bytes()).unwrap();
    let entry = &read.accepts[0];
    assert_eq!((read.error.as_deref(), entry.output_schema.as_ref(), entry.extra.len()), (None, None, 0));
    assert_eq!((&read.resource.description, &read.resource.mime_type), (&None, &None));

    let mut v2 = offers::v2();
    for member in ["error", "extensions"] {
        v2[member] = Value::Null;
    }
    for member in ["description", "mimeType", "serviceName", "tags", "iconUrl"] {
        v2["resource"][member] = Value::Null;
    }
    v2["accepts"][0]["extra"] = Value::Null;
    let read = decode_payment_required(v2.to_string().as_bytes()).unwrap();
    assert_eq!((read.error.as_deref(), read.extensions.is_none()), (None, true));
    assert!(read.accepts[0].extra.is_empty());

    let mut payment = Draft::v2().json();
    payment["resource"] = Value::Null;
    payment["extensions"] = Value::Null;
    let read = decode_payment_payload(payment.to_string().as_bytes()).unwrap();
    assert!(read.resource().is_none() && read.extensions().is_none());

    let settled = json!({
        "success": true, "errorReason": null, "errorMessage": null, "payer": null, "transaction": null,
        "network": null, "amount": null, "extensions": null, "extra": null,
    });
    let read = decode_settle_response(settled.to_string().as_bytes()).unwrap();
    assert_eq!((read.payer, read.network, read.amount, read.extensions), (None, None, None, None));
    assert_eq!((read.transaction.as_str(), read.error_reason), ("", None));

    let verified = json!({ "isValid": false, "invalidReason": null, "payer": null, "invalidMessage": null });
    let read = decode_verify_response(verified.to_string().as_bytes()).unwrap();
    assert_eq!((read.invalid_reason, read.payer), (None, None));

    let supported = json!({
        "kinds": [{ "x402Version": 2, "scheme": "exact", "network": "eip155:1", "extra": null }],
        "extensions": null, "signers": null,
    });
    let read = decode_supported_response(supported.to_string().as_bytes()).unwrap();
    assert_eq!((read.kinds[0].extra.as_ref(), read.extensions.len(), read.signers.len()), (None, 0, 0));
}

#[test]
fn clause_1_8_no_required_member_may_be_null() {
    for (document, members) in [
        (
            offers::v1(),
            &["scheme", "network", "maxAmountRequired", "resource", "payTo", "maxTimeoutSeconds", "asset"][..],
        ),
        (offers::v2(), &["scheme", "network", "amount", "payTo", "maxTimeoutSeconds", "asset"][..]),
    ] {
        for member in members {
            let mut bent = document.clone();
            bent["accepts"][0][*member] = Value::Null;
            assert!(decode_payment_required(bent.to_string().as_bytes()).is_err(), "{member}");
        }
    }
    for success in [Value::Null, json!("true"), json!(1)] {
        let settle = json!({ "success": success, "transaction": "", "network": "base" });
        assert!(decode_settle_response(settle.to_string().as_bytes()).is_err());
        assert!(decode_verify_response(json!({ "isValid": success }).to_string().as_bytes()).is_err());
    }
}

#[test]
fn no_document_of_ours_holds_a_null() {
    let bare = ours();
    let full = Offers::new(described(), [offer()]).unwrap();
    for offers in [&bare, &full] {
        for version in BOTH {
            has_no_null(&parse(&encode_payment_required(offers.required(), version)));
            has_no_null(&parse(&encode_payment_required(&offers.required().clone().with_error("e"), version)));
        }
    }
    for version in BOTH {
        let draft = Draft::of(version).with(|draft| draft.resource = None);
        let facilitator = ScriptedFacilitator::willing();
        let gate = Gate::new(facilitator.clone()).clock(x402_core::testing::ManualClock::at(crate::support::now()));
        let payment = draft.payload();
        has_no_null(&parse(&encode_payment_payload(&payment)));
        drop(block_on(async { gate.admit(&ours(), payment).await.unwrap().settle().await.unwrap() }));
        has_no_null(&parse(&encode_facilitator_request(&facilitator.settled()[0])));
        let mut bare = SettleResponse::failed(Reason::VALUE, x402_core::Network::BASE, None);
        has_no_null(&parse(&encode_settle_response(&bare, version)));
        (bare.network, bare.error_reason) = (None, None);
        has_no_null(&parse(&encode_settle_response(&bare, version)));
        let kind = SupportedKind::exact(version, x402_core::Network::BASE);
        has_no_null(&parse(&encode_supported_response(&SupportedResponse::new(vec![kind]))));
    }
    has_no_null(&parse(&encode_verify_response(&VerifyResponse::invalid(Reason::VALUE, None))));
    let mut bare = VerifyResponse::valid(crate::support::PAY_TO);
    bare.payer = None;
    has_no_null(&parse(&encode_verify_response(&bare)));
    has_no_null(&parse(&encode_supported_response(&SupportedResponse::default())));
    let offered = decode_payment_required(
        json!({ "x402Version": 2, "error": null, "resource": { "url": "u" }, "extensions": null,
                "accepts": [offers::v2()["accepts"][0].clone()] })
        .to_string()
        .as_bytes(),
    )
    .unwrap();
    for version in [X402Version::V1, X402Version::V2] {
        has_no_null(&parse(&encode_payment_required(&offered, version)));
    }
}
