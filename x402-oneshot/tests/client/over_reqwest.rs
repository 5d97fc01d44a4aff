//! The reqwest transport against real sockets: what it sends, and how failures are told apart.

use bytes::Bytes;
use http::{Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use x402_oneshot::transport::{ReqwestTransport, Transport, TransportError, TransportErrorKind};
use x402_oneshot::{BaseUrl, Client, Config, Credentials, Reach};

use crate::support::ID;

/// Reads one request, up to the end of its head and the body its length announces.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let n = stream.read(&mut chunk).await.unwrap();
        seen.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        if n == 0 {
            return text;
        }
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .next()
            .unwrap_or(0);
        if body.len() >= length {
            return text;
        }
    }
}

/// A server that answers each connection's requests with the next of these texts, then hangs up.
async fn server(answers: Vec<String>) -> (BaseUrl, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v0", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            seen.push(read_request(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        seen
    });
    (base.parse().unwrap(), serving)
}

fn http_answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

async fn post(base: &BaseUrl) -> Result<http::Response<Bytes>, TransportError> {
    let request = Request::post(format!("{base}/x")).body(Bytes::from_static(b"{}"));
    let transport = ReqwestTransport::new(base).unwrap().max_body(100);
    transport.send(request.unwrap()).await
}

#[tokio::test]
async fn a_whole_call_over_the_wire() {
    let transaction = format!(r#"{{"id":"{ID}","status":"Completed","chainId":84532}}"#);
    let (base, serving) = server(vec![
        http_answer("200 OK", r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#),
        http_answer("200 OK", &transaction),
    ])
    .await;
    let config = Config::new(Credentials::new("k", "s"));
    let client = Client::new(config.base_url(base.as_str()).unwrap()).unwrap();
    let read = client.transactions().get(ID.parse().unwrap()).await.unwrap();
    assert!(read.status.is_final());
    let seen = serving.await.unwrap();
    assert!(seen[0].starts_with("POST /v0/token HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].ends_with("\r\n\r\ngrant_type=client_credentials&client_id=k&client_secret=s"));
    assert!(seen[1].starts_with(&format!("GET /v0/transactions/{ID} HTTP/1.1\r\n")));
    let version = concat!("user-agent: x402-oneshot/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(seen[1].contains(version), "{}", seen[1]);
    assert!(seen[1].contains("authorization: Bearer t\r\n"), "{}", seen[1]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\n\
                    content-length: 0\r\nconnection: close\r\n\r\n";
    let (base, serving) = server(vec![redirect.to_owned()]).await;
    assert_eq!(post(&base).await.unwrap().status(), 307);
    assert_eq!(serving.await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_over_the_cap_is_refused_with_and_without_a_length() {
    let long = "x".repeat(101);
    let unsized_body = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    let refusal = http_answer("403 Forbidden", &long);
    for (text, status) in [(http_answer("200 OK", &long), 200), (unsized_body, 200), (refusal, 403)] {
        let (base, _serving) = server(vec![text]).await;
        let error = post(&base).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::BodyTooLarge);
        assert_eq!(error.reach(), Reach::Answered);
        assert_eq!(error.status().unwrap(), status);
    }
    let (base, _serving) = server(vec![http_answer("200 OK", &"x".repeat(100))]).await;
    assert_eq!(post(&base).await.unwrap().body().len(), 100);
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = post(&base.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.reach(), Reach::NotSent);
    assert_no_url(&error, &base);
}

#[tokio::test]
async fn a_connection_lost_before_or_within_the_answer_may_have_been_sent_and_is_sent_once() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"id\"";
    for (text, status) in [("", None), (cut, Some(StatusCode::OK))] {
        let (base, serving) = server(vec![text.to_owned()]).await;
        let error = post(&base).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Io, "{text}");
        assert_eq!((error.reach(), error.status()), (Reach::MaybeSent, status));
        assert_no_url(&error, base.as_str());
        assert_eq!(serving.await.unwrap().len(), 1);
    }
}

/// reqwest's errors name the URL unless told not to.
fn assert_no_url(error: &TransportError, base: &str) {
    let mut text = format!("{error} {error:?}");
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text.push_str(&format!(" {source} {source:?}"));
        next = source.source();
    }
    assert!(!text.contains(base), "{text}");
}

#[test]
fn a_plain_http_transport_needs_no_certificates_and_an_https_one_builds_here() {
    let local: BaseUrl = "http://127.0.0.1:9".parse().unwrap();
    assert!(ReqwestTransport::new(&local).is_ok());
    if let Err(error) = ReqwestTransport::new(&BaseUrl::production()) {
        // A machine without certificates: the error says that it is the set-up.
        assert_eq!(error.kind(), TransportErrorKind::Setup);
    }
}
