//! What is answered, in both versions.

use serde_json::json;

use crate::{
    books::Books,
    caller::Caller,
    payment::{PRICE, Payment, SELLER, VERSIONS, buyer},
    server::Server,
};

#[tokio::test]
async fn both_versions_are_verified_and_settled_and_exactly_the_price_moves() {
    for kind in ["relayed", "native"] {
        let server = Server::start(&[("ONESHOT_FACILITATOR", kind)]).await;
        let (caller, books, payer) = (Caller::of(&server), Books::of(&server), buyer().address());
        let before = (books.balance(payer).await, books.balance(SELLER).await);
        for (count, version) in (1..).zip(VERSIONS) {
            let payment = Payment::of(version, count);
            let body = payment.body().await;
            for _ in 0..2 {
                let valid = json!({ "isValid": true, "payer": payer.to_string() });
                assert_eq!(caller.post("/verify", &body).await, (200, valid));
            }
            let (status, answer) = caller.post("/settle", &body).await;
            let transaction = books.transactions().await[0].transaction_hash.unwrap().to_string();
            let settled = json!({
                "success": true, "transaction": transaction, "network": payment.network(), "payer": payer.to_string(),
            });
            assert_eq!((status, answer), (200, settled), "{kind}");
            let moved = u64::from(count) * PRICE;
            assert_eq!(books.balance(payer).await, before.0 - moved);
            assert_eq!(books.balance(SELLER).await, before.1 + moved);
        }
        assert_eq!(books.transactions().await.len(), 2);
    }
}

#[tokio::test]
async fn what_is_supported_is_said_in_both_versions_spellings() {
    let server = Server::sandboxed().await;
    let (status, answer) = Caller::of(&server).get("/supported").await;
    assert_eq!(status, 200);
    let kinds = answer["kinds"].as_array().unwrap();
    for (version, network) in [(1, "base-sepolia"), (2, "eip155:84532")] {
        assert!(kinds.contains(&json!({ "x402Version": version, "scheme": "exact", "network": network })), "{answer}");
    }
    assert!(answer["extensions"].is_array() && answer["signers"].is_object(), "{answer}");
}

#[tokio::test]
async fn a_healthcheck_and_what_1shot_reports_need_no_token() {
    let server = Server::start(&[("FACILITATOR_TOKENS", "s3cret")]).await;
    let caller = Caller::of(&server);
    let health = caller.http.get(caller.url("/healthcheck")).send().await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().as_str()), (200, "ok"));
    // Unsigned: its own signature is what vouches for a report.
    let report = caller.http.post(caller.url("/1shot")).body("{}").send().await.unwrap();
    assert!([400, 401, 403].contains(&report.status().as_u16()), "{}", report.status());
    assert!(!report.headers().contains_key("www-authenticate"));
}
