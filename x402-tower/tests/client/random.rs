//! Servers that answer at random: whatever they say, nothing panics, and no more is signed than was allowed.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::{Address, U256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use http_body_util::Full;
use proptest::{
    prelude::{Just, Strategy, any, prop},
    prop_assert, prop_oneof,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use tokio::runtime::Builder;
use x402_core::{
    X402Version,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, encode_receipt},
};
use x402_tower::client::Progress;

use crate::support::{SHOP, Server, URL, buy, hasty, payer, receipt, usdc};

/// What a payer may pay by default, in atomic units.
const DOLLAR: u64 = 1_000_000;

/// A requirement in either version, with prices around the limit, and tokens and networks that are and are not known.
fn requirement() -> impl Strategy<Value = serde_json::Value> {
    let amount = prop_oneof![
        2 => select(vec!["1", "10000", "999999", "1000000"]),
        1 => select(vec!["0", "1000001", "1e3", "-1", "100000000000000000000"]),
    ];
    let asset = prop_oneof![9 => Just(usdc().address()), 1 => any::<[u8; 20]>().prop_map(Address::from)];
    let network = prop_oneof![
        9 => select(vec!["base", "eip155:8453"]),
        1 => select(vec!["base-sepolia", "eip155:84532", "solana", "eip155:", ""]),
    ];
    let scheme = prop_oneof![9 => Just("exact"), 1 => Just("upto")];
    (amount, asset, network, scheme, any::<u32>()).prop_map(|(amount, asset, network, scheme, seconds)| {
        json!({
            "scheme": scheme,
            "network": network,
            "amount": amount,
            "maxAmountRequired": amount,
            "resource": URL,
            "description": "",
            "mimeType": "",
            "payTo": SHOP,
            "asset": asset,
            "maxTimeoutSeconds": seconds,
        })
    })
}

/// A 402's JSON, whole or cut off.
fn offer() -> impl Strategy<Value = Vec<u8>> {
    let version = prop_oneof![9 => Just(2), 9 => Just(1), 1 => any::<i8>()];
    let error =
        prop_oneof![Just(None), select(vec!["insufficient_funds", "settlement_pending", "pay again"]).prop_map(Some)];
    let whole = (version, error, prop::collection::vec(requirement(), 0..4)).prop_map(|(version, error, accepts)| {
        let offer = json!({"x402Version": version, "error": error, "resource": {"url": URL}, "accepts": accepts});
        offer.to_string().into_bytes()
    });
    (whole, prop_oneof![9 => Just(usize::MAX), 1 => 0..200_usize]).prop_map(|(mut text, length)| {
        text.truncate(length);
        text
    })
}

fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let names = [PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, RETRY_AFTER, LOCATION];
    let encoded = |bytes: Vec<u8>| HeaderValue::try_from(STANDARD.encode(bytes)).unwrap();
    let noise = prop::collection::vec(any::<u8>(), 0..60)
        .prop_filter_map("no header value", |bytes| HeaderValue::try_from(bytes).ok());
    prop_oneof![
        4 => offer().prop_map(move |offer| (PAYMENT_REQUIRED, encoded(offer))),
        1 => Just((PAYMENT_RESPONSE, encode_receipt(&receipt(), X402Version::V2))),
        1 => any::<u16>().prop_map(|seconds| (RETRY_AFTER, seconds.into())),
        1 => (select(names.to_vec()), noise),
    ]
}

fn answer() -> impl Strategy<Value = (StatusCode, HeaderMap, Bytes)> {
    let status = prop_oneof![
        3 => Just(402),
        1 => select(vec![200, 204, 302, 307, 400, 409, 425, 429, 431, 500, 503]),
        1 => 200..1000_u16,
    ];
    let headers = prop::collection::vec(header(), 0..3);
    let body = prop_oneof![offer(), prop::collection::vec(any::<u8>(), 0..100)];
    (status, headers, body).prop_map(|(status, headers, body)| {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        (StatusCode::from_u16(status).unwrap(), map, body.into())
    })
}

#[test]
fn random_answers_never_panic_never_sign_twice_and_never_sign_above_the_limit() {
    let (paid, served) = (Cell::new(0), Cell::new(0));
    // To a request without a payment, and to each that has one.
    let asking = (header(), offer())
        .prop_map(|(header, body)| (StatusCode::PAYMENT_REQUIRED, HeaderMap::from_iter([header]), body.into()));
    let answers = (prop_oneof![3 => asking, 1 => answer()], prop::collection::vec(answer(), 1..4));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(1000) });
    let checked = runner.run(&answers, |(first, then)| {
        let server = Server::new(move |shown, payment| {
            let (status, headers, body) = if payment.is_none() { &first } else { &then[shown % then.len()] };
            let mut response = Response::new(Full::from(body.clone()));
            (*response.status_mut(), *response.headers_mut()) = (*status, headers.clone());
            response
        });
        let signed = Arc::new(AtomicUsize::new(0));
        let layer = hasty(payer()).watch({
            let signed = Arc::clone(&signed);
            move |progress| {
                signed.fetch_add(usize::from(matches!(progress, Progress::Signed(_))), Ordering::Relaxed);
            }
        });
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let result = runtime.block_on(buy(&server, layer));
        prop_assert!(signed.load(Ordering::Relaxed) <= 1);
        prop_assert!(server.payments() <= 1, "{} payments", server.payments());
        prop_assert!(server.at_stake() <= U256::from(DOLLAR), "{} at stake", server.at_stake());
        paid.set(paid.get() + server.payments());
        served.set(served.get() + usize::from(server.payments() == 1 && result.is_ok()));
        Ok(())
    });
    checked.unwrap();
    assert!(paid.get() > 50 && served.get() > 5, "{} paid, {} served", paid.get(), served.get());
}
