//! What is sold, and to whom it is not.

use alloy_primitives::address;
use x402_core::{
    Amount, Network, X402Version,
    client::Offered,
    header::{PAYMENT_REQUIRED, PAYMENT_SIGNATURE, X_PAYMENT},
};
use x402_oneshot::api::TransactionStatus;

use crate::{
    books::Books,
    buyer::{Buyer, code, http, offer},
    server::Server,
};

const SELLER: alloy_primitives::Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

#[tokio::test]
async fn the_whole_path_moves_exactly_the_price_for_each_page() {
    let server = Server::sandboxed().await;
    let (buyer, books, url) = (Buyer::of(&server), Books::of(&server), server.url("/premium"));
    let before = (books.balance(buyer.address()).await, books.balance(SELLER).await);

    let mut hashes = Vec::new();
    for count in 1..=2 {
        let (page, receipt) = buyer.buy(&url).await;
        assert!(page.contains("Premium content"), "{page}");
        assert!(page.contains(&buyer.address().to_string()), "{page}");
        assert!(receipt.success);
        assert_eq!(receipt.network, Some(Network::BASE_SEPOLIA));
        assert_eq!(books.balance(buyer.address()).await, before.0 - count * 50_000);
        assert_eq!(books.balance(SELLER).await, before.1 + count * 50_000);
        hashes.push(receipt.transaction);
    }
    assert_ne!(hashes[0], hashes[1], "the second page is paid for with a nonce of its own");

    let transactions = books.transactions().await;
    assert_eq!(transactions.len(), 2);
    for (transaction, hash) in transactions.iter().rev().zip(&hashes) {
        assert_eq!(transaction.status, TransactionStatus::Completed);
        assert_eq!(transaction.transaction_hash.unwrap().to_string(), *hash);
    }
}

#[tokio::test]
async fn a_payment_that_has_a_name_can_ask_for_its_page_again() {
    let server = Server::sandboxed().await;
    let (buyer, books, url) = (Buyer::of(&server), Books::of(&server), server.url("/premium"));
    let payment = buyer.sign_offer(&offer(buyer.get(&url).await).await).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let response = buyer.present(&url, &payment).await;
        assert_eq!(response.status(), 200);
        pages.push(response.text().await.unwrap());
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(books.transactions().await.len(), 1, "it was paid for once");
}

#[tokio::test]
async fn a_payment_buys_once() {
    let server = Server::sandboxed().await;
    let (buyer, books, url) = (Buyer::of(&server), Books::of(&server), server.url("/premium"));
    let payment = buyer.sign(&url).await;
    assert_eq!(buyer.present(&url, &payment).await.status(), 200);
    for _ in 0..2 {
        let again = buyer.present(&url, &payment).await;
        assert_eq!(code(again).await, "invalid_exact_evm_nonce_already_used");
    }
    assert_eq!(books.transactions().await.len(), 1);
}

#[tokio::test]
async fn v1_is_sold_beside_v2_on_one_route() {
    let server = Server::sandboxed().await;
    let (buyer, books, url) = (Buyer::of(&server), Books::of(&server), server.url("/premium"));
    let response = buyer.get(&url).await;
    assert!(response.headers().contains_key(PAYMENT_REQUIRED));
    let offered = Offered::from_v1_body(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(offered.version, X402Version::V1);
    let payment = buyer.sign_offer(&offered).await;
    let response = buyer.present(&url, &payment).await;
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("x-payment-response"));
    assert_eq!(books.balance(SELLER).await, 50_000);
}

#[tokio::test]
async fn the_offer_says_what_the_environment_says() {
    let recipient = "0x00000000000000000000000000000000DeaDBeef";
    let server = Server::start(&[
        ("MAX_AMOUNT_REQUIRED", "120000"),
        ("RECIPIENT_ADDRESS", recipient),
        ("TUNNEL_BASE_URL", "https://shop.example/api"),
    ])
    .await;
    let buyer = Buyer::of(&server);
    let url = server.url("/premium");
    let offered = offer(buyer.get(&url).await).await;
    assert_eq!(offered.required.resource.url, "https://shop.example/api/premium");
    let requirements = &offered.required.accepts[0];
    assert_eq!(requirements.amount, Amount::from_atomic(120_000));
    assert_eq!(requirements.pay_to.to_string(), recipient);

    let payment = buyer.sign_offer(&offered).await;
    assert_eq!(buyer.present(&url, &payment).await.status(), 200);
    assert_eq!(Books::of(&server).balance(recipient.parse().unwrap()).await, 120_000);
}

#[tokio::test]
async fn a_browser_is_shown_a_page_and_a_program_the_offer() {
    let server = Server::sandboxed().await;
    let ask = http().get(server.url("/premium")).header("accept", "text/html,*/*;q=0.8");
    let page = ask.header("user-agent", "Mozilla/5.0 (X11; Linux x86_64)").send().await.unwrap();
    assert_eq!(page.status(), 402);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.headers().contains_key(PAYMENT_REQUIRED));
    let text = page.text().await.unwrap();
    assert!(text.contains("0.05 USDC") && text.contains("sandbox"), "{text}");
    assert!(text.contains(server.fact("buyer key:")), "the sandbox's page pays with one click");

    let answer = http().get(server.url("/premium")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn the_other_routes_are_free() {
    let server = Server::sandboxed().await;
    let home = http().get(server.url("/")).send().await.unwrap();
    assert!(home.status().is_redirection());
    assert_eq!(home.url().join(home.headers()["location"].to_str().unwrap()).unwrap().path(), "/premium");
    assert_eq!(http().get(server.url("/healthcheck")).send().await.unwrap().status(), 200);
    assert_eq!(http().post(server.url("/1shot")).body("{}").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_malformed_payment_is_the_clients_fault() {
    let server = Server::sandboxed().await;
    let url = server.url("/premium");
    for header in [PAYMENT_SIGNATURE, X_PAYMENT] {
        for value in ["!", "e30", "e30=", "bnVsbA==", "W10=", "eyJ4NDAyVmVyc2lvbiI6IjIifQ=="] {
            let answer = http().get(&url).header(&header, value).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{header}: {value}");
        }
        let answer = http().get(&url).header(&header, "A".repeat(16 * 1024 + 1)).send().await.unwrap();
        assert_eq!(answer.status(), 431, "{header}");
    }
    assert_eq!(Books::of(&server).transactions().await.len(), 0);
}

#[tokio::test]
async fn attack_30_a_forged_webhook_is_believed_by_nobody() {
    let server = Server::sandboxed().await;
    let (buyer, url) = (Buyer::of(&server), server.url("/premium"));
    let forged = r#"{"eventName":"TransactionExecutionSuccess","data":{"transactionMemo":"x402"},"signature":"AAAA"}"#;
    let http = http();
    for body in [forged, "", "[", "null"] {
        let answer = http.post(server.url("/1shot")).body(body).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    assert_eq!(buyer.get(&url).await.status(), 402);
    assert!(Books::of(&server).transactions().await.is_empty());
}
