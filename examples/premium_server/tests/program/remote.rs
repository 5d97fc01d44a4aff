//! With an account at 1Shot, played by the sandbox of another server.

use std::net::TcpListener;

use x402_core::header::PAYMENT_RESPONSE;

use crate::{
    books::Books,
    buyer::{Buyer, http},
    server::{Server, refusal},
};

#[tokio::test]
async fn an_account_is_used_over_http_and_its_contract_method_is_made_once() {
    let sandbox = Server::sandboxed().await;
    let books = Books::of(&sandbox);
    assert_eq!(books.transfer_methods().await, 1);
    for count in 1..=2 {
        let shop = Server::start(&sandbox.account()).await;
        assert_eq!(shop.facts().len(), 2, "an account's secrets are not printed: {:?}", shop.facts());
        let (page, _) = Buyer::of(&sandbox).buy(&shop.url("/premium")).await;
        assert!(page.contains("Premium content"));
        assert_eq!(books.transfer_methods().await, 1);
        assert_eq!(books.transactions().await.len(), count);
        let ask = http().get(shop.url("/premium")).header("accept", "text/html").header("user-agent", "Mozilla/5.0");
        let paywall = ask.send().await.unwrap().text().await.unwrap();
        assert!(paywall.contains("0.05 USDC") && !paywall.contains(sandbox.fact("buyer key:")), "no key of anybody");
    }
}

#[tokio::test]
async fn a_wrong_account_is_one_line_that_names_the_variable_before_anything_is_sold() {
    let sandbox = Server::sandboxed().await;
    let (other, nobody) = (Server::sandboxed().await, TcpListener::bind("127.0.0.1:0").unwrap());
    let closed = format!("http://{}/v0", nobody.local_addr().unwrap());
    drop(nobody);
    for kind in ["relayed", "native"] {
        for (name, wrong, status) in [
            ("ONESHOT_API_SECRET", other.fact("api secret:"), 2),
            ("ONESHOT_API_KEY", other.fact("api key:"), 2),
            ("ONESHOT_BUSINESS_ID", other.fact("business id:"), 2),
            ("ONESHOT_API_URL", &closed, 1),
            ("ONESHOT_API_URL", other.fact("listening on"), 1),
        ] {
            let variables = [sandbox.account(), vec![("ONESHOT_FACILITATOR", kind), (name, wrong)]].concat();
            let (ended, lines) = refusal(&variables).await;
            assert_eq!(ended, Some(status), "{kind}, {name}: {lines:?}");
            assert!(lines.len() == 1 && lines[0].contains(name), "{kind}, {name}: {lines:?}");
            assert!(!lines[0].contains(sandbox.fact("api secret:")) && !lines[0].contains(wrong), "{lines:?}");
        }
    }
}

#[tokio::test]
async fn an_unplugged_facilitator_is_no_fault_of_the_payment() {
    let sandbox = Server::sandboxed().await;
    let shop = Server::start(&sandbox.account()).await;
    let (buyer, url) = (Buyer::of(&sandbox), shop.url("/premium"));
    let payment = buyer.sign(&url).await;
    sandbox.signal("KILL");
    sandbox.ended().await;

    let response = buyer.present(&url, &payment).await;
    assert_eq!(response.status(), 503, "never a 402, with which a client would pay twice");
    assert!(response.headers().contains_key("retry-after"));
    assert!(!response.headers().contains_key(PAYMENT_RESPONSE), "nothing was sent, so nothing can be pending");
    assert_eq!(buyer.get(&url).await.status(), 402, "the price is still told");
    shop.signal("TERM");
    assert_eq!(shop.ended().await.0.code(), Some(0));
}
