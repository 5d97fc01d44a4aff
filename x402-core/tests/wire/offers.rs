//! The offer of a 402.

use serde_json::{Value, json};
use x402_core::{
    Amount, Network, PaymentRequired, PaymentRequirements, ResourceInfo, X402Version,
    wire::{DecodeErrorKind, decode_payment_required, encode_payment_required},
};

use crate::support::{PAY_TO, URL, described, json as parse, usdc};

fn decode(json: &Value) -> Result<PaymentRequired, x402_core::wire::DecodeError> {
    decode_payment_required(json.to_string().as_bytes())
}

/// The example of protocol 1.1.
pub(crate) fn v1() -> Value {
    json!({
        "x402Version": 1, "error": "X-PAYMENT header is required",
        "accepts": [{
            "scheme": "exact", "network": "base-sepolia", "maxAmountRequired": "10000",
            "resource": "https://api.example.com/weather", "description": "Weather data",
            "mimeType": "application/json", "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
            "maxTimeoutSeconds": 60, "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "outputSchema": { "input": { "type": "http", "method": "GET", "discoverable": true } },
            "extra": { "name": "USDC", "version": "2" },
        }],
    })
}

/// The example of protocol 2.2.
pub(crate) fn v2() -> Value {
    json!({
        "x402Version": 2, "error": "Payment required",
        "resource": {
            "url": "https://api.example.com/weather", "description": "Weather data", "mimeType": "application/json",
        },
        "accepts": [{
            "scheme": "exact", "network": "eip155:84532", "amount": "10000",
            "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 60,
            "extra": { "name": "USDC", "version": "2" },
        }],
        "extensions": {},
    })
}

#[test]
fn clause_1_1_a_v1_offer_decodes_into_the_model_and_encodes_back() {
    let offer = decode(&v1()).unwrap();
    assert_eq!(offer.error.as_deref(), Some("X-PAYMENT header is required"));
    assert_eq!(offer.resource.url, URL);
    assert_eq!(offer.resource.description.as_deref(), Some("Weather data"));
    assert_eq!(offer.resource.mime_type.as_deref(), Some("application/json"));
    let entry = &offer.accepts[0];
    assert_eq!((entry.scheme.as_str(), &entry.network), ("exact", &Network::BASE_SEPOLIA));
    assert_eq!((entry.amount, entry.max_timeout_seconds), (Amount::from_atomic(10_000), 60));
    assert_eq!(entry.asset, usdc().address());
    assert_eq!(entry.pay_to, PAY_TO);
    assert_eq!(entry.extra["name"], "USDC");
    assert_eq!(entry.output_schema.as_ref().unwrap()["input"]["method"], "GET");
    assert!(entry.unknown.is_empty());
    assert_eq!(parse(&encode_payment_required(&offer, X402Version::V1)), v1());
}

#[test]
fn clause_2_2_a_v2_offer_decodes_into_the_model_and_encodes_back() {
    let offer = decode(&v2()).unwrap();
    assert_eq!(offer.resource.url, URL);
    assert_eq!(offer.accepts[0].amount, Amount::from_atomic(10_000));
    assert!(offer.extensions.as_ref().unwrap().is_empty());
    assert_eq!(parse(&encode_payment_required(&offer, X402Version::V2)), v2());
}

#[test]
fn one_model_is_written_in_both_versions() {
    let requirements = || {
        let extra = json!({ "name": "USDC", "version": "2" }).as_object().unwrap().clone();
        PaymentRequirements::exact(
            Network::BASE_SEPOLIA,
            Amount::from_atomic(10_000),
            usdc().address(),
            PAY_TO,
            60,
            extra,
        )
    };
    let mut resource = ResourceInfo::new(URL);
    resource.description = Some("Weather data".to_owned());
    resource.mime_type = Some("application/json".to_owned());
    let mut entry = requirements();
    entry.output_schema = Some(v1()["accepts"][0]["outputSchema"].clone());
    let offer = PaymentRequired::new(resource, [entry]);
    let in_v1 = offer.clone().with_error("X-PAYMENT header is required");
    assert_eq!(parse(&encode_payment_required(&in_v1, X402Version::V1)), v1());
    let mut expected = v2();
    expected.as_object_mut().unwrap().remove("extensions");
    let in_v2 = offer.with_error("Payment required");
    assert_eq!(parse(&encode_payment_required(&in_v2, X402Version::V2)), expected);
    // An offer read in one version can be written in the other.
    let read = decode(&v2()).unwrap();
    let mut without_schema = v1();
    without_schema["accepts"][0].as_object_mut().unwrap().remove("outputSchema");
    without_schema["error"] = json!("Payment required");
    assert_eq!(parse(&encode_payment_required(&read, X402Version::V1)), without_schema);
}

#[test]
fn clause_1_8_a_v1_body_holds_only_networks_that_v1_clients_know_and_always_their_required_members() {
    let entry =
        |network| PaymentRequirements::exact(network, Amount::from_atomic(1), PAY_TO, PAY_TO, 1, <_>::default());
    let networks = [Network::eip155(42161), Network::BASE, Network::eip155(42220), Network::eip155(31337)];
    let offer = PaymentRequired::new(ResourceInfo::new(URL), networks.map(entry));
    let body = parse(&encode_payment_required(&offer, X402Version::V1));
    let accepts = body["accepts"].as_array().unwrap();
    assert_eq!(accepts.len(), 1);
    assert_eq!(accepts[0]["network"], "base");
    assert_eq!((&accepts[0]["description"], &accepts[0]["mimeType"]), (&json!(""), &json!("")));
    assert!(accepts[0].get("outputSchema").is_none() && accepts[0].get("extra").is_none());
    let header = parse(&encode_payment_required(&offer, X402Version::V2));
    assert_eq!(header["accepts"].as_array().unwrap().len(), 4);
}

#[test]
fn clause_2_2_everything_that_describes_a_resource_is_written_and_read() {
    let offer = PaymentRequired::new(
        described(),
        [PaymentRequirements::exact(Network::BASE, Amount::from_atomic(1), PAY_TO, PAY_TO, 1, <_>::default())],
    );
    let json = encode_payment_required(&offer, X402Version::V2);
    assert_eq!(parse(&json)["resource"]["tags"], json!(["weather", "now"]));
    assert_eq!(*decode_payment_required(&json).unwrap().resource, described());
}

#[test]
fn addresses_that_are_no_evm_addresses_and_networks_that_no_table_knows_are_read() {
    let mut solana = v1();
    solana["accepts"][0]["network"] = json!("solana");
    solana["accepts"][0]["asset"] = json!("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");
    solana["accepts"][0]["payTo"] = json!("2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4");
    let entry = &decode(&solana).unwrap().accepts[0];
    assert_eq!((entry.network.to_string().as_str(), entry.asset.evm()), ("solana", None));
    let mut fiat = v2();
    fiat["accepts"][0]["asset"] = json!("USD");
    fiat["accepts"][0]["payTo"] = json!("merchant");
    assert_eq!(decode(&fiat).unwrap().accepts[0].asset.as_str(), "USD");
}

#[test]
fn an_offer_that_accepts_nothing_or_lacks_a_member_is_refused() {
    for (document, entry) in [
        (v1(), &["scheme", "network", "maxAmountRequired", "resource", "payTo", "maxTimeoutSeconds", "asset"][..]),
        (v2(), &["scheme", "network", "amount", "payTo", "maxTimeoutSeconds", "asset"][..]),
    ] {
        let kind = |json: &Value| decode(json).unwrap_err().kind();
        let mut empty = document.clone();
        empty["accepts"] = json!([]);
        assert_eq!(kind(&empty), DecodeErrorKind::Shape);
        for member in ["x402Version", "accepts"] {
            let mut without = document.clone();
            without.as_object_mut().unwrap().remove(member);
            assert_eq!(kind(&without), DecodeErrorKind::Shape, "{member}");
        }
        for member in entry {
            let mut without = document.clone();
            without["accepts"][0].as_object_mut().unwrap().remove(*member);
            let error = decode(&without).unwrap_err();
            assert_eq!(error.kind(), DecodeErrorKind::Shape);
            let message = error.to_string();
            assert!(message.contains("accepts[0]") && message.contains(member), "{message}");
        }
    }
    let mut without = v2();
    without.as_object_mut().unwrap().remove("resource");
    assert!(decode(&without).unwrap_err().to_string().contains("resource"));
}
