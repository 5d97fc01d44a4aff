//! What is echoed or forwarded goes on as it came, to the byte.

use x402_core::{
    FacilitatorRequest, ResourceInfo, X402Version,
    client::{Offered, Payer},
    payload::PaymentPayload,
    testing::ManualClock,
    wire::{
        decode_facilitator_request, decode_payment_payload, decode_payment_required, encode_facilitator_request,
        encode_payment_payload, encode_payment_required,
    },
};

use crate::support::{Draft, block_on, buyer, now};

/// Numbers that a float, a `u64` or a tidy printer would change, odd spacing, escapes, odd order.
const ODD: &str = r#"{"b":60.0,"a":18446744073709551616,"c":1.10,"d":-0.0,"e":1E+2,"f":0.1000000000000000055511151231257827,
 "g":"\u0041\/","h":[ 1 , null ],"":{"z":{},"y":[]}}"#;

fn v2_requirements() -> String {
    format!(
        r#"{{"payTo":"0x209693bc6afc0c5328ba36faf03c514ef312287c", "maxTimeoutSeconds":60.0,"unknown":{ODD},
        "extra":{{"name":"USDC","version":"2","odd":{ODD}}},"asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "amount":"10000","network":"eip155:84532","scheme":"exact"}}"#
    )
}

fn v1_requirements() -> String {
    format!(
        r#"{{"payTo":"0x209693bc6afc0c5328ba36faf03c514ef312287c", "maxTimeoutSeconds":60.0,"unknown":{ODD},
        "extra":{{"name":"USDC","version":"2","odd":{ODD}}},"asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "maxAmountRequired":"10000","network":"base-sepolia","scheme":"exact","resource":"https://x.example",
        "description":"","mimeType":"","outputSchema":{ODD}}}"#
    )
}

fn resource() -> String {
    format!(r#"{{ "mimeType":"text/plain","unknown":{ODD},"url":"https:\/\/x.example"}}"#)
}

fn extensions() -> String {
    format!(r#"{{ "bazaar":{{"info":{ODD},"schema":{ODD}}} }}"#)
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}

/// A v2 payment with everything that can be in one, in an order of its own.
fn payment() -> String {
    let signed = Draft::v2().json()["payload"].to_string();
    format!(
        r#"{{"unknown":{ODD},"accepted":{},"extensions":{},"resource":{}, "payload":{signed},"x402Version":2}}"#,
        v2_requirements(),
        extensions(),
        resource()
    )
}

#[test]
fn accepted_resource_and_extensions_of_a_v2_offer_are_echoed_to_the_byte() {
    let offer = format!(
        r#"{{"x402Version":2,"resource":{},"accepts":[{}],"extensions":{},"unknown":1}}"#,
        resource(),
        v2_requirements(),
        extensions()
    );
    let required = decode_payment_required(offer.as_bytes()).unwrap();
    let offered = {
        let mut headers = http::HeaderMap::new();
        headers.insert(x402_core::header::PAYMENT_REQUIRED, crate::support::base64(&offer));
        x402_core::client::read_offer(&headers, b"").unwrap()
    };
    let payer = Payer::new(buyer()).clock(ManualClock::at(now()));
    let choice = payer.choose(&offered).unwrap();
    let signed = block_on(payer.sign(&offered, choice)).unwrap();
    let echoed = text(encode_payment_payload(signed.payload()));
    for part in [v2_requirements(), resource(), extensions()] {
        assert!(echoed.contains(&part), "{echoed}\n{part}");
    }
    // And by whoever only passes the offer on.
    let again = text(encode_payment_required(&required, X402Version::V2));
    for part in [v2_requirements(), resource(), extensions()] {
        assert!(again.contains(&part), "{again}\n{part}");
    }
}

#[test]
fn the_entries_of_a_v1_offer_are_passed_on_to_the_byte() {
    let offer = format!(r#"{{"x402Version":1,"accepts":[{}]}}"#, v1_requirements());
    let offered = Offered::from_v1_body(offer.as_bytes()).unwrap();
    assert!(text(encode_payment_required(&offered.required, X402Version::V1)).contains(&v1_requirements()));
}

#[test]
fn a_whole_payment_goes_on_to_the_facilitator_to_the_byte() {
    let v1 = Draft::v1().json().to_string().replacen('{', &format!("{{ \"unknown\":{ODD},"), 1);
    for sent in [payment(), v1] {
        let payload = decode_payment_payload(sent.as_bytes()).unwrap();
        assert_eq!(text(encode_payment_payload(&payload)), sent);
        let ours = crate::support::offers().offers()[0].requirements().clone();
        let request = FacilitatorRequest::new(payload, ours, ResourceInfo::new("https://x.example"));
        assert!(text(encode_facilitator_request(&request)).contains(&format!("\"paymentPayload\":{sent}")));
    }
}

#[test]
fn a_facilitator_that_passes_a_request_on_changes_nothing() {
    let v1 = Draft::v1().json().to_string();
    for (version, payment, requirements) in [(1, v1, v1_requirements()), (2, payment(), v2_requirements())] {
        let body =
            format!(r#"{{"x402Version":{version},"paymentPayload":{payment},"paymentRequirements":{requirements}}}"#);
        let request = decode_facilitator_request(body.as_bytes()).unwrap();
        assert_eq!(text(encode_facilitator_request(&request)), body);
    }
}

#[test]
fn what_a_payment_echoes_survives_being_taken_apart_and_put_together() {
    let read = decode_payment_payload(payment().as_bytes()).unwrap();
    let made = PaymentPayload::v2(
        read.accepted().unwrap().clone(),
        read.exact().unwrap().clone(),
        read.resource().cloned(),
        read.extensions().cloned(),
    );
    let json = text(encode_payment_payload(&made));
    for part in [v2_requirements(), resource(), extensions()] {
        assert!(json.contains(&part), "{json}\n{part}");
    }
    assert_eq!(read.accepted().unwrap().raw(), Some(v2_requirements().as_str()));
    assert_eq!(read.resource().unwrap().raw(), Some(resource().as_str()));
}

#[test]
fn the_model_beside_the_text_has_every_member() {
    let read = decode_payment_payload(payment().as_bytes()).unwrap();
    let accepted = read.accepted().unwrap();
    assert_eq!(accepted.max_timeout_seconds, 60);
    assert_eq!(accepted.unknown["unknown"]["g"], "A/");
    assert!(accepted.extra.contains_key("odd"));
    assert_eq!(read.resource().unwrap().url, "https://x.example");
    assert!(read.extensions().unwrap().contains_key("bazaar"));
}

/// Nothing downstream could tell what was meant.
#[test]
fn a_number_that_is_no_number_is_refused() {
    for number in ["1e400", "-1e999", "NaN", "Infinity", "01", "1.", ".5", "0x1", "+1"] {
        let bent = payment().replacen("60.0,\"a\"", &format!("{number},\"a\""), 1);
        assert!(bent.contains(number));
        assert!(decode_payment_payload(bent.as_bytes()).is_err(), "{number}");
    }
}
