//! From the first port to the last answer.

use std::net::TcpListener;

use crate::{
    buyer::Buyer,
    server::{Server, refusal},
};

#[tokio::test]
async fn a_busy_port_is_one_line_that_names_it() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for name in ["PORT", "SANDBOX_PORT"] {
        let (status, lines) = refusal(&[(name, &port)]).await;
        assert_eq!(status, Some(1), "{name}");
        assert!(lines.len() == 1 && lines[0].contains(&port) && lines[0].contains(name), "{name}: {lines:?}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_with_status_0() {
    for name in ["TERM", "INT"] {
        let server = Server::sandboxed().await;
        server.signal(name);
        let (status, stdout, stderr) = server.ended().await;
        assert_eq!(status.code(), Some(0), "{name}: {stderr}");
        assert_eq!(stdout, "", "stdout holds the facts and nothing else");
    }
}

#[tokio::test]
async fn the_last_payment_is_settled_and_answered_before_it_ends() {
    // Blocks so slow that the payment is still waiting for one when the signal comes.
    let server = Server::start(&[("SANDBOX_BLOCK_TIME_MS", "1000")]).await;
    let (buyer, url) = (Buyer::of(&server), server.url("/premium"));
    let payment = buyer.sign(&url).await;
    let books = crate::books::Books::of(&server);
    let watch_and_stop = async {
        while books.transactions().await.is_empty() {
            tokio::task::yield_now().await;
        }
        server.signal("TERM");
    };
    let (response, ()) = tokio::join!(buyer.present(&url, &payment), watch_and_stop);
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("Premium content"));
    drop((buyer, books));
    let (status, _, stderr) = server.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
}

#[tokio::test]
async fn settle_says_when_the_money_moves() {
    for (order, has_receipt) in [("after", true), ("before", true), ("background", false)] {
        let server = Server::start(&[("SETTLE", order), ("SANDBOX_BLOCK_TIME_MS", "200")]).await;
        let (buyer, url) = (Buyer::of(&server), server.url("/premium"));
        let payment = buyer.sign(&url).await;
        let books = crate::books::Books::of(&server);
        let response = buyer.present(&url, &payment).await;
        assert_eq!(response.status(), 200, "{order}");
        assert_eq!(response.headers().contains_key("payment-response"), has_receipt, "{order}");
        // It ends only when what it has begun is settled.
        while books.transactions().await.is_empty() {
            tokio::task::yield_now().await;
        }
        drop((response, buyer, books));
        server.signal("TERM");
        let (status, _, stderr) = server.ended().await;
        assert_eq!(status.code(), Some(0), "{order}: {stderr}");
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let server = Server::start(&[("RUST_LOG", "debug")]).await;
    let (buyer, url) = (Buyer::of(&server), server.url("/premium"));
    let payment = buyer.sign(&url).await;
    assert_eq!(buyer.present(&url, &payment).await.status(), 200);
    assert_eq!(buyer.present(&url, &payment).await.status(), 402);
    let header = payment.header().1.to_str().unwrap().to_owned();
    let secrets = ["buyer key:", "api secret:"].map(|name| server.fact(name).trim_start_matches("0x").to_owned());
    drop(buyer);
    server.signal("TERM");
    let (_, _, stderr) = server.ended().await;
    assert!(stderr.contains("paid"), "{stderr}");
    for secret in secrets.iter().chain([&header]) {
        assert!(!stderr.contains(secret.as_str()), "{stderr}");
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_is_no_reason_to_take_money_for_nothing() {
    let mut server = Server::sandboxed().await;
    let buyer = Buyer::of(&server);
    server.close_log();
    let (page, _) = buyer.buy(&server.url("/premium")).await;
    assert!(page.contains("Premium content"));
    drop(buyer);
    server.signal("TERM");
    assert_eq!(server.ended().await.0.code(), Some(0));
}

#[tokio::test]
async fn another_method_than_the_pages_is_refused_before_any_money_moves() {
    let server = Server::start(&[("SETTLE", "before")]).await;
    let (buyer, url) = (Buyer::of(&server), server.url("/premium"));
    let payment = buyer.sign(&url).await;
    let (name, value) = payment.header();
    let refused = crate::buyer::http().post(&url).header(name, value).send().await.unwrap();
    assert_eq!(refused.status(), 405);
    assert!(crate::books::Books::of(&server).transactions().await.is_empty());
    assert_eq!(buyer.present(&url, &payment).await.status(), 200, "it is still good");
}
