//! From the first port to the last answer.

use std::net::TcpListener;

use serde_json::json;
use x402_core::X402Version;

use crate::{
    books::Books,
    caller::Caller,
    payment::Payment,
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
async fn redis_that_cannot_be_reached_is_one_line_without_its_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (status, lines) = refusal(&[("REDIS_URL", &format!("redis://alice:s3cret@127.0.0.1:{port}"))]).await;
    assert_eq!(status, Some(1));
    assert!(lines.len() == 1 && lines[0].starts_with("REDIS_URL: ") && !lines[0].contains("s3cret"), "{lines:?}");
}

#[tokio::test]
async fn a_settlement_in_flight_is_answered_before_it_ends() {
    for name in ["TERM", "INT"] {
        let server = Server::start(&[("SANDBOX_BLOCK_TIME_MS", "1000")]).await;
        let (caller, books) = (Caller::of(&server), Books::of(&server));
        let body = Payment::of(X402Version::V1, 1).body().await;
        let watch_and_stop = async {
            while books.transactions().await.is_empty() {
                tokio::task::yield_now().await;
            }
            server.signal(name);
        };
        let ((status, answer), ()) = tokio::join!(caller.post("/settle", &body), watch_and_stop);
        assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
        drop((caller, books));
        let (status, printed, logged) = server.ended().await;
        assert_eq!(status.code(), Some(0), "{logged}");
        assert_eq!(printed, "", "stdout holds the facts and nothing else");
    }
}

#[tokio::test]
async fn a_settlement_whose_caller_hung_up_goes_on_and_is_waited_for() {
    let server = Server::start(&[("SANDBOX_BLOCK_TIME_MS", "500")]).await;
    let (caller, books) = (Caller::of(&server), Books::of(&server));
    let body = Payment::of(X402Version::V2, 1).body().await;
    {
        let settling = caller.post("/settle", &body);
        let submitted = async {
            while books.transactions().await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = settling => panic!("answered before the block: {answer:?}"),
            () = submitted => {}
        }
    }
    drop((caller, books));
    server.signal("TERM");
    let (status, _, logged) = server.ended().await;
    assert_eq!(status.code(), Some(0), "{logged}");
    assert!(logged.contains("waiting for settlements") && logged.contains(" settled transaction="), "{logged}");
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let server = Server::start(&[("RUST_LOG", "debug")]).await;
    let (caller, body) = (Caller::of(&server), Payment::of(X402Version::V1, 1).body().await);
    for path in ["/verify", "/settle"] {
        caller.post(path, &body).await;
    }
    let signature = body["paymentPayload"]["payload"]["signature"].as_str().unwrap().trim_start_matches("0x");
    let secrets = ["buyer key:", "api secret:"].map(|name| server.fact(name).trim_start_matches("0x").to_owned());
    drop(caller);
    server.signal("TERM");
    let (_, _, logged) = server.ended().await;
    assert!(logged.contains("settled"), "{logged}");
    for secret in secrets.iter().map(String::as_str).chain([signature]) {
        assert!(!logged.contains(secret), "{logged}");
    }
}
