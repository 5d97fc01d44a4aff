//! Two servers that sell one page, with their claims in one Redis and their money in one sandbox.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use x402_core::client::SignedPayment;
use x402_oneshot::api::TransactionStatus;

use crate::{
    books::Books,
    buyer::{Buyer, code},
    redis,
    server::{Server, refusal},
};

/// What both are called in public: a payment is for one resource, whichever server it is sent to.
const PUBLIC: &str = "https://shop.example";
/// Long enough not to lapse on a busy machine while somebody lives.
const LEASE_MS: &str = "3000";
const PAGE: &str = "made the premium page";

/// The variables of a server that shares its claims.
fn sharing(redis_url: &str) -> Vec<(&str, &str)> {
    vec![
        ("REDIS_URL", redis_url),
        ("REDIS_LEASE_MS", LEASE_MS),
        ("TUNNEL_BASE_URL", PUBLIC),
        ("RUST_LOG", "warn,premium_server=info"),
    ]
}

/// The server with the sandbox, and one that uses it over HTTP.
async fn two_servers(redis_url: &str, block_time_ms: &str) -> (Server, Server) {
    let mut variables = sharing(redis_url);
    variables.push(("SANDBOX_BLOCK_TIME_MS", block_time_ms));
    let one = Server::start(&variables).await;
    let other = Server::start(&[one.account(), sharing(redis_url)].concat()).await;
    (one, other)
}

/// Ends a server, and counts how often it ran the handler.
async fn handler_runs(server: Server) -> usize {
    server.signal("TERM");
    let (_, _, stderr) = server.ended().await;
    stderr.matches(PAGE).count()
}

/// Sends a payment so many times at once, to the servers in turn; the status and the body of each answer.
async fn send_copies(
    buyer: &Arc<Buyer>,
    urls: &[String],
    payment: &Arc<SignedPayment>,
    count: usize,
) -> JoinSet<(u16, String)> {
    let mut copies = JoinSet::new();
    for url in urls.iter().cycle().take(count) {
        let (buyer, url, payment) = (Arc::clone(buyer), url.clone(), Arc::clone(payment));
        copies.spawn(async move {
            let response = buyer.present(&url, &payment).await;
            (response.status().as_u16(), response.text().await.unwrap())
        });
    }
    copies
}

/// Waits until the sandbox was asked to transfer.
async fn until_submitted(books: &Books, count: usize) {
    for _ in 0..12_000 {
        if books.transactions().await.len() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no transaction was submitted");
}

/// Presents a payment until it is answered otherwise than with "wait".
async fn insist(buyer: &Buyer, url: &str, payment: &SignedPayment) -> reqwest::Response {
    for _ in 0..2400 {
        let response = buyer.present(url, payment).await;
        if ![409, 503].contains(&response.status().as_u16()) {
            return response;
        }
        assert!(response.headers().contains_key("retry-after"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("told to wait for two minutes");
}

#[tokio::test]
async fn attack_4_of_two_hundred_copies_sent_to_two_servers_one_runs_the_handler_and_one_pays() {
    let Some(redis) = redis::Server::start() else { return };
    let (one, other) = two_servers(&redis.url(), "500").await;
    let (buyer, books) = (Arc::new(Buyer::of(&one)), Books::of(&one));
    let urls = [one.url("/premium"), other.url("/premium")];
    let payment = Arc::new(buyer.sign(&urls[0]).await);

    let answers = send_copies(&buyer, &urls, &payment, 200).await.join_all().await;
    let served: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert!(served.iter().all(|(_, page)| page.contains("Premium content")));
    // 503 if Redis was asked by so many that it did not answer in time, which may have been the one that would have
    // been served.
    assert!(answers.iter().all(|(status, _)| [200, 402, 409, 503].contains(status)), "{answers:?}");
    match served.len() {
        0 => assert_eq!(insist(&buyer, &urls[0], &payment).await.status(), 200),
        count => assert_eq!(count, 1, "one of two hundred is served"),
    }
    assert!(answers.iter().filter(|(status, _)| *status != 200).all(|(_, body)| !body.contains("Thank you")));

    // Used up, on both.
    for url in &urls {
        assert_eq!(code(insist(&buyer, url, &payment).await).await, "invalid_exact_evm_nonce_already_used");
    }
    let transactions = books.transactions().await;
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].status, TransactionStatus::Completed);
    assert_eq!(handler_runs(other).await + handler_runs(one).await, 1);
}

#[tokio::test]
async fn fault_redis_killed_in_the_middle_nothing_is_free_nothing_runs_twice_and_all_goes_on() {
    let Some(mut redis) = redis::Server::start_durable() else { return };
    let (one, other) = two_servers(&redis.url(), "1000").await;
    let (buyer, books) = (Arc::new(Buyer::of(&one)), Books::of(&one));
    let urls = [one.url("/premium"), other.url("/premium")];
    let payment = Arc::new(buyer.sign(&urls[0]).await);
    let unused = buyer.sign(&urls[0]).await;

    let copies = send_copies(&buyer, &urls, &payment, 50).await;
    until_submitted(&books, 1).await;
    redis.kill();
    let answers = copies.join_all().await;
    // The money of one was on its way; that one has paid, and is served.
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| [200, 409, 503].contains(status)), "{answers:?}");

    // Without Redis nobody is served, and nobody is told to pay again.
    for url in &urls {
        for payment in [&*payment, &unused] {
            let refused = buyer.present(url, payment).await;
            assert_eq!(refused.status(), 503);
            assert!(refused.headers().contains_key("retry-after"));
        }
        assert_eq!(buyer.get(url).await.status(), 402, "the price is still told");
    }
    assert_eq!(books.transactions().await.len(), 1, "nothing was sold meanwhile");

    redis.restart();
    // Nobody had to be restarted, and what was delivered meanwhile is known to be.
    assert_eq!(code(insist(&buyer, &urls[0], &payment).await).await, "invalid_exact_evm_nonce_already_used");
    assert_eq!(code(insist(&buyer, &urls[1], &payment).await).await, "invalid_exact_evm_nonce_already_used");
    assert_eq!(insist(&buyer, &urls[1], &unused).await.status(), 200);
    assert_eq!(books.transactions().await.len(), 2);
    assert_eq!(handler_runs(other).await + handler_runs(one).await, 2, "once for each payment");
}

#[tokio::test]
async fn fault_a_server_killed_between_settling_and_answering_serves_the_payment_once_after_its_restart() {
    let Some(redis) = redis::Server::start() else { return };
    let (redis_url, sandbox) = (redis.url(), Server::start(&[("SANDBOX_BLOCK_TIME_MS", "400")]).await);
    let (buyer, books) = (Arc::new(Buyer::of(&sandbox)), Books::of(&sandbox));
    let variables = [sandbox.account(), sharing(&redis_url)].concat();
    let shop = Server::start(&variables).await;
    let payment = Arc::new(buyer.sign(&shop.url("/premium")).await);
    let before = books.balance(buyer.address()).await;

    let paying = tokio::spawn({
        let (buyer, payment, url) = (Arc::clone(&buyer), Arc::clone(&payment), shop.url("/premium"));
        async move { buyer.try_present(&url, &payment).await }
    });
    until_submitted(&books, 1).await;
    shop.signal("KILL");
    let (_, _, stderr) = shop.ended().await;
    assert_eq!(stderr.matches(PAGE).count(), 1);
    assert!(paying.await.unwrap().is_err(), "nobody answered");

    let shop = Server::start(&variables).await;
    let url = shop.url("/premium");
    assert_eq!(buyer.present(&url, &payment).await.status(), 409, "the dead server's lease has not lapsed");
    let served = insist(&buyer, &url, &payment).await;
    assert_eq!(served.status(), 200);
    assert!(served.headers().contains_key("payment-response"), "with the receipt of the first settlement");
    assert!(served.text().await.unwrap().contains("Thank you"));
    for _ in 0..2 {
        assert_eq!(code(buyer.present(&url, &payment).await).await, "invalid_exact_evm_nonce_already_used");
    }
    assert_eq!(books.transactions().await.len(), 1, "one transfer");
    assert_eq!(before - books.balance(buyer.address()).await, 50_000);
    assert_eq!(handler_runs(shop).await, 1);
}

#[tokio::test]
async fn redis_that_cannot_be_used_is_one_line_and_status_1_and_shows_no_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // One where nobody listens, and one that speaks something else.
    let shop = Server::sandboxed().await;
    for address in [format!("127.0.0.1:{port}"), shop.fact("listening on").trim_start_matches("http://").to_owned()] {
        let (status, lines) = refusal(&[("REDIS_URL", &format!("redis://alice:s3cret@{address}"))]).await;
        assert_eq!(status, Some(1), "{lines:?}");
        assert!(lines.len() == 1 && lines[0].starts_with("REDIS_URL: "), "{lines:?}");
        assert!(!lines[0].contains("s3cret"), "{lines:?}");
    }
}
