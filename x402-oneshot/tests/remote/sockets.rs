//! Over real sockets.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use x402_core::{
    Facilitator as _, Settlement,
    facilitator::{FacilitatorErrorKind, Reach},
};
use x402_oneshot::facilitator::{Remote, RemoteError};

use crate::support::{V2, judge, rendered, request, settled};

/// Reads one request, body and all.
async fn read(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        seen.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        let length = |head: &str| {
            let lower = head.to_ascii_lowercase();
            lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
        };
        match text.split_once("\r\n\r\n") {
            Some((head, body)) if body.len() >= length(head).unwrap_or(0) => return text,
            _ if read == 0 => return text,
            _ => {}
        }
    }
}

/// Answers each connection with the next of these texts, and hangs up.
async fn server(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x402", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            seen.push(read(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        seen
    });
    (url, serving)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_whole_settlement_over_the_wire() {
    let (url, serving) = server(vec![answer("200 OK", "", &settled())]).await;
    let said = Remote::new(&url).unwrap().settle(&request(V2)).await.unwrap();
    assert!(matches!(judge(&said), Settlement::Settled(_)));
    let seen = serving.await.unwrap();
    assert!(seen[0].starts_with("POST /x402/settle HTTP/1.1\r\n"), "{}", seen[0]);
}

#[tokio::test]
async fn attack_23_a_redirect_is_not_followed() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (elsewhere, other) = server(vec![answer("200 OK", "", &settled())]).await;
        let (url, serving) = server(vec![answer(status, &format!("location: {elsewhere}/settle\r\n"), "")]).await;
        let error = Remote::new(&url).unwrap().settle(&request(V2)).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Configuration, Reach::Answered));
        assert_eq!(serving.await.unwrap().len(), 1);
        assert!(!other.is_finished(), "nobody came");
        other.abort();
    }
}

#[tokio::test]
async fn a_settlement_whose_connection_is_reset_is_unknown_and_sent_once() {
    for text in ["", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"success\":tr"] {
        let (url, serving) = server(vec![text.to_owned()]).await;
        let error = Remote::new(&url).unwrap().settle(&request(V2)).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Unavailable, Reach::MaybeSent));
        assert!(!rendered(&error).contains(&url), "{}", rendered(&error));
        assert_eq!(serving.await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_unknown() {
    let (url, _serving) = server(vec![answer("200 OK", "", &" ".repeat(1024 * 1024 + 1))]).await;
    let error = Remote::new(&url).unwrap().settle(&request(V2)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered));
}

#[tokio::test]
async fn a_silent_server_is_left_after_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let short = Duration::from_millis(50);
    let remote = Remote::builder(&url).unwrap().verify_timeout(short).unwrap().build().unwrap();
    let error = remote.verify(&request(V2)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
}

#[test]
fn a_url_that_is_refused_is_a_configuration_error() {
    assert!(matches!(Remote::new("http://facilitator.example"), Err(RemoteError::Config(_))));
}
