//! Protocol 2.5: the rows of the table of the reference server's behaviour.

use alloy_primitives::U256;
use serde_json::{Value, json};
use x402_core::{Reason, wire};

use crate::{
    expect::{checked, which},
    support::{BOTH, Draft, PAY_TO, URL, accepted, now, offers, stranger, usdc},
};

fn bent(bend: impl FnOnce(&mut Value)) -> Result<usize, Reason> {
    checked(&Draft::v2().with(|draft| bend(&mut draft.accepted)))
}

/// The accepted entry as this text, for what `Value` cannot spell.
fn spelled(accepted: &str) -> Result<usize, Reason> {
    let text = Draft::v2().with(|draft| draft.accepted = json!("ACCEPTED")).json().to_string();
    let text = text.replace("\"ACCEPTED\"", accepted);
    which(&offers(), &wire::decode_payment_payload(text.as_bytes()).unwrap())
}

fn differs<T>() -> Result<T, Reason> {
    Err(Reason::INVALID_PAYMENT_REQUIREMENTS)
}

#[test]
fn row_1_the_same_object_yes() {
    assert_eq!(bent(|_| {}), Ok(0));
}

#[test]
fn row_2_reordered_keys_yes() {
    let usdc = usdc().address();
    let reordered = format!(
        r#"{{"extra":{{"version":"2","name":"USDC"}},"payTo":"{PAY_TO}","maxTimeoutSeconds":300,
        "asset":"{usdc}","amount":"10000","network":"eip155:84532","scheme":"exact"}}"#
    );
    assert_eq!(spelled(&reordered), Ok(0));
}

#[test]
fn row_3_an_additional_key_inside_extra_yes() {
    assert_eq!(bent(|accepted| accepted["extra"]["color"] = json!({ "deep": [1, null] })), Ok(0));
}

#[test]
fn row_4_the_timeout_as_300_point_0_yes() {
    let text = accepted(&offers(), 0).to_string();
    assert_eq!(spelled(&text.replace(":300", ":300.0")), Ok(0));
    assert_eq!(spelled(&text.replace(":300", ":3e2")), Ok(0));
}

#[test]
fn row_5_a_key_missing_from_extra_no() {
    assert_eq!(bent(|accepted| drop(accepted["extra"].as_object_mut().unwrap().remove("name"))), differs());
    assert_eq!(bent(|accepted| accepted["extra"]["name"] = json!("USD Coin")), differs());
    assert_eq!(bent(|accepted| accepted["extra"]["version"] = json!(2)), differs(), "a number is no string");
}

#[test]
fn row_6_extra_absent_no() {
    assert_eq!(bent(|accepted| drop(accepted.as_object_mut().unwrap().remove("extra"))), differs());
    assert_eq!(bent(|accepted| accepted["extra"] = Value::Null), differs());
    assert_eq!(bent(|accepted| accepted["extra"] = json!({})), differs());
}

#[test]
fn row_7_an_additional_top_level_key_no() {
    assert_eq!(bent(|accepted| accepted["color"] = json!("red")), differs());
    assert_eq!(bent(|accepted| accepted["maxAmountRequired"] = json!("10000")), differs(), "v1's name for it");
    assert_eq!(bent(|accepted| accepted["resource"] = json!(URL)), differs());
}

/// DIFFERENCE: the reference servers compare addresses as texts.
#[test]
fn row_8_the_asset_in_other_letter_case_yes() {
    let lower = |accepted: &mut Value, member: &str| {
        accepted[member] = json!(accepted[member].as_str().unwrap().to_lowercase());
    };
    assert_eq!(bent(|accepted| lower(accepted, "asset")), Ok(0));
    assert_eq!(bent(|accepted| lower(accepted, "payTo")), Ok(0));
}

#[test]
fn row_9_another_timeout_no() {
    assert_eq!(bent(|accepted| accepted["maxTimeoutSeconds"] = json!(299)), differs());
    assert_eq!(bent(|accepted| accepted["maxTimeoutSeconds"] = json!(u64::MAX)), differs());
}

#[test]
fn attack_18_tampered_terms_get_the_code_of_what_was_tampered_with() {
    assert_eq!(bent(|accepted| accepted["amount"] = json!("1")), Err(Reason::VALUE_MISMATCH));
    let stranger = json!(stranger().address().to_string());
    assert_eq!(bent(|accepted| accepted["payTo"] = stranger), Err(Reason::RECIPIENT_MISMATCH));
    assert_eq!(bent(|accepted| accepted["scheme"] = json!("upto")), Err(Reason::UNSUPPORTED_SCHEME));
    assert_eq!(bent(|accepted| accepted["asset"] = json!("USD")), differs());
}

#[test]
fn attack_18_terms_that_fit_a_tampered_authorization_do_not_fit_ours() {
    // The client lowers the price in both places, consistently.
    let cheap = Draft::v2().with(|draft| {
        draft.authorization.value = U256::ONE;
        draft.accepted["amount"] = json!("1");
    });
    assert_eq!(checked(&cheap), Err(Reason::VALUE_MISMATCH));
}

/// An offer in the currency of another transfer method may say so; a payment by it is none that we check.
#[test]
fn payments_by_another_transfer_method_are_not_taken() {
    let mut permit2 = Draft::v2().json();
    permit2["payload"] = json!({ "signature": "0x12", "permit2Authorization": { "from": PAY_TO.to_string() } });
    let payload = wire::decode_payment_payload(permit2.to_string().as_bytes()).unwrap();
    assert_eq!(offers().check(&payload, now()).map(drop), Err(Reason::INVALID_PAYLOAD));
}

/// A facilitator could settle the permit, over and over, while every copy is claimed by another authorization's
/// nonce.
#[test]
fn attack_4_a_payment_by_two_transfer_methods_at_once_is_not_taken() {
    for version in BOTH {
        let mut both = Draft::of(version).json();
        both["payload"]["permit2Authorization"] = json!({ "from": PAY_TO.to_string() });
        let refused = match wire::decode_payment_payload(both.to_string().as_bytes()) {
            Ok(payload) => offers().check(&payload, now()).map(drop).is_err(),
            Err(_) => true,
        };
        assert!(refused, "{version}");
    }
}

#[test]
fn attack_5_a_v2_payment_for_another_resource_is_refused() {
    let resource = |resource: Value| checked(&Draft::v2().with(|draft| draft.resource = Some(resource)));
    assert_eq!(resource(json!({ "url": URL })), Ok(0));
    assert_eq!(resource(json!({ "url": URL, "description": "described otherwise", "color": 1 })), Ok(0));
    assert_eq!(checked(&Draft::v2().with(|draft| draft.resource = None)), Ok(0), "the resource is optional");
    assert_eq!(resource(Value::Null), Ok(0));
    for url in
        ["https://api.example.com/weathe", "https://api.example.com/weather/", "http://api.example.com/weather", ""]
    {
        assert_eq!(resource(json!({ "url": url })), Err(Reason::INVALID_PAYMENT_REQUIREMENTS), "{url}");
    }
}
