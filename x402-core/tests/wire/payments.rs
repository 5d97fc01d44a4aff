//! Payments, and what goes to a facilitator.

use alloy_primitives::{B256, Bytes, U256};
use serde_json::{Value, json};
use x402_core::{
    FacilitatorRequest, Network, PaymentPayload, ResourceInfo, X402Version,
    exact::ExactPayload,
    payload::SchemePayload,
    server::Gate,
    testing::{ManualClock, ScriptedFacilitator},
    wire::{
        decode_facilitator_request, decode_payment_payload, decode_payment_required, encode_facilitator_request,
        encode_payment_payload,
    },
};

use super::offers;
use crate::support::{BOTH, Draft, PAY_TO, block_on, buyer, json as parse, now, offers as our_offers};

fn decode(json: &Value) -> PaymentPayload {
    decode_payment_payload(json.to_string().as_bytes()).unwrap()
}

#[test]
fn clauses_1_2_and_2_3_a_payment_decodes_into_the_model_and_encodes_back() {
    for version in BOTH {
        let json = Draft::of(version).json();
        let payment = decode(&json);
        assert_eq!((payment.version(), payment.scheme().as_str()), (version, "exact"));
        assert_eq!(payment.network(), &Network::BASE_SEPOLIA);
        let exact = payment.exact().unwrap();
        assert_eq!(exact.authorization, Draft::of(version).authorization);
        assert_eq!(json!(exact.signature.to_string()), json["payload"]["signature"]);
        assert_eq!(payment.accepted().is_some(), version == X402Version::V2);
        assert_eq!(payment.resource().is_some(), version == X402Version::V2);
        assert_eq!(parse(&encode_payment_payload(&payment)), json);
    }
}

#[test]
fn clauses_1_2_and_2_3_a_payment_made_from_the_model_is_the_same_document() {
    for version in BOTH {
        let json = Draft::of(version).json();
        let read = decode(&json);
        let exact = read.exact().unwrap().clone();
        let made = match version {
            X402Version::V1 => PaymentPayload::v1(Network::BASE_SEPOLIA, exact),
            X402Version::V2 => {
                let accepted = our_offers().offers()[0].requirements().clone();
                PaymentPayload::v2(accepted, exact, read.resource().cloned(), None)
            }
        };
        assert_eq!(parse(&encode_payment_payload(&made)), json);
    }
}

#[test]
fn numbers_are_written_as_digits_and_hashes_with_all_their_zeros() {
    let mut authorization = Draft::v1().authorization;
    authorization.value = U256::MAX;
    authorization.nonce = B256::with_last_byte(1);
    let signature = Bytes::from_static(&[0, 1, 0xab]);
    let made = PaymentPayload::v1(Network::BASE, ExactPayload { authorization, signature });
    let json = parse(&encode_payment_payload(&made));
    let signed = &json["payload"]["authorization"];
    assert_eq!(json["payload"]["signature"], "0x0001ab");
    assert_eq!(signed["nonce"], format!("0x{}1", "0".repeat(63)));
    assert_eq!(signed["value"], U256::MAX.to_string());
    assert_eq!(signed["from"], buyer().address().to_string(), "checksummed");
    assert_eq!(decode(&json).exact(), made.exact());
}

#[test]
fn clauses_1_5_and_2_8_a_facilitator_is_asked_in_the_payments_own_version() {
    for version in BOTH {
        let payment = decode(&Draft::of(version).json());
        let document = if version == X402Version::V1 { offers::v1() } else { offers::v2() };
        let offer = decode_payment_required(document.to_string().as_bytes()).unwrap();
        let request = FacilitatorRequest::new(payment, offer.accepts[0].clone(), ResourceInfo::clone(&offer.resource));
        let body = parse(&encode_facilitator_request(&request));
        let expected = json!({
            "x402Version": version.as_u64(),
            "paymentPayload": Draft::of(version).json(),
            "paymentRequirements": document["accepts"][0],
        });
        assert_eq!(body, expected);
        let read = decode_facilitator_request(body.to_string().as_bytes()).unwrap();
        assert_eq!(read.requirements(), request.requirements());
        assert_eq!(read.exact(), request.exact());
        assert_eq!(parse(&encode_facilitator_request(&read)), expected);
        if version == X402Version::V1 {
            assert_eq!(read.resource(), request.resource());
        }
    }
}

#[test]
fn a_facilitator_request_that_lacks_a_part_is_refused() {
    for version in BOTH {
        let document = if version == X402Version::V1 { offers::v1() } else { offers::v2() };
        let whole = json!({
            "x402Version": version.as_u64(), "paymentPayload": Draft::of(version).json(),
            "paymentRequirements": document["accepts"][0],
        });
        assert!(decode_facilitator_request(whole.to_string().as_bytes()).is_ok());
        for member in ["paymentPayload", "paymentRequirements"] {
            for part in [None, Some(Value::Null), Some(json!("text")), Some(json!({}))] {
                let mut bent = whole.clone();
                match part {
                    None => drop(bent.as_object_mut().unwrap().remove(member)),
                    Some(part) => bent[member] = part,
                }
                assert!(decode_facilitator_request(bent.to_string().as_bytes()).is_err(), "{member}");
            }
        }
    }
}

#[test]
fn payloads_of_other_schemes_and_transfer_methods_are_kept_whole() {
    let mut permit2 = Draft::v2().json();
    permit2["payload"] = json!({ "signature": "0x12", "permit2Authorization": { "from": PAY_TO, "n": [1.5, null] } });
    let mut upto = Draft::v1().json();
    upto["scheme"] = json!("upto");
    upto["payload"] = json!({ "anything": { "deep": true } });
    for json in [permit2, upto] {
        let payment = decode(&json);
        assert!(payment.exact().is_none());
        let SchemePayload::Other(members) = payment.payload() else { panic!("{payment:?}") };
        assert_eq!(Value::Object(members.clone()), json["payload"]);
        assert_eq!(parse(&encode_payment_payload(&payment)), json);
    }
}

/// Whoever holds the signature can spend the authorization, so that it must not be in any log line.
#[test]
fn no_debug_output_shows_a_signature() {
    for version in BOTH {
        let json = Draft::of(version).json();
        let signature = json["payload"]["signature"].as_str().unwrap()[2..].to_owned();
        let shows_nothing = |debug: String| {
            assert!(!debug.to_lowercase().contains(&signature[..64]), "{debug}");
            assert!(!debug.is_empty());
        };
        let payment = decode(&json);
        shows_nothing(format!("{payment:?} {payment:#?}"));
        shows_nothing(format!("{:?}", payment.payload()));
        let requirements = our_offers().offers()[0].requirements().clone();
        let request = FacilitatorRequest::new(payment, requirements, ResourceInfo::default());
        shows_nothing(format!("{request:?}"));
        let gate = Gate::new(ScriptedFacilitator::willing()).clock(ManualClock::at(now()));
        let admission = block_on(gate.admit(&our_offers(), decode(&json))).unwrap();
        shows_nothing(format!("{admission:?} {gate:?}"));
        let settled = block_on(admission.settle()).unwrap();
        shows_nothing(format!("{settled:?}"));
    }
    let mut permit2 = Draft::v2().json();
    permit2["payload"] = json!({ "signature": "0x5ec3e7", "permit2Authorization": {} });
    assert!(!format!("{:?}", decode(&permit2)).contains("5ec3e7"));
}
