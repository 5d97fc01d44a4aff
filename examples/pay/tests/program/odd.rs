//! Shops that take the money and answer oddly: what was paid is told, whatever came for it.

use std::{
    pin::Pin,
    process::Stdio,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use alloy_primitives::B256;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, Response, StatusCode, header::LOCATION},
    response::IntoResponse,
    routing::any,
};
use tokio::{net::TcpListener, process::Command, sync::Notify};
use x402_core::{
    Amount, Asset, Network, PaymentRequired, PaymentRequirements, ResourceInfo, SettleResponse, X402Version,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, encode_payment_required, encode_receipt, read_payment},
    requirements::Extra,
};

use crate::{run::Run, shop::SELLER};

const HASH: B256 = B256::repeat_byte(7);

/// Asks for five cents, and answers who pays with `paid` and a receipt.
struct Odd {
    url: String,
    /// What was asked: method, body, and whether with a payment.
    asked: Arc<Mutex<Vec<(String, String, bool)>>>,
}

impl Odd {
    async fn open(paid: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        Self::asking(|_: &str| true, paid).await
    }

    /// Asks for money only where the body is such.
    async fn asking(
        has_price: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
        paid: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::<Mutex<Vec<(String, String, bool)>>>::default();
        let log = Arc::clone(&asked);
        let handler = move |headers: HeaderMap, request: Request| {
            let (log, has_price, paid) = (Arc::clone(&log), has_price.clone(), paid.clone());
            async move {
                let method = request.method().to_string();
                let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
                let body = String::from_utf8(body.to_vec()).unwrap();
                let payment = read_payment(&headers, usize::MAX).unwrap();
                log.lock().unwrap().push((method, body.clone(), payment.is_some()));
                match payment {
                    None if has_price(&body) => offer().into_response(),
                    None => "free".into_response(),
                    Some(payment) => {
                        let payer = payment.exact().unwrap().authorization.from;
                        let receipt = SettleResponse::settled(HASH, Network::BASE_SEPOLIA, payer);
                        let mut response = paid();
                        response.headers_mut().insert(PAYMENT_RESPONSE, encode_receipt(&receipt, X402Version::V2));
                        response
                    }
                }
            }
        };
        let url = serve(Router::new().fallback(any(handler))).await;
        Self { url, asked }
    }

    fn paid(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|(_, _, paid)| *paid).count()
    }
}

fn offer() -> impl IntoResponse {
    let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
    let amount = Amount::from_atomic(50_000);
    let price = PaymentRequirements::exact(usdc.network(), amount, usdc.address(), SELLER, 300, Extra::new());
    let required = PaymentRequired::new(ResourceInfo::new("/odd"), [price]);
    (StatusCode::PAYMENT_REQUIRED, [(PAYMENT_REQUIRED, encode_payment_required(&required))])
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/odd", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

fn status(status: u16) -> impl Fn() -> Response<Body> + Clone {
    move || Response::builder().status(status).body(Body::from("so")).unwrap()
}

#[tokio::test]
async fn a_settled_payment_is_told_with_whatever_status_it_comes() {
    for (answer, exit) in [(404, 1), (409, 3), (500, 3)] {
        let shop = Odd::open(status(answer)).await;
        let run = Run::of(&["--wait", "0", &shop.url]).await;
        assert_eq!(run.status, Some(exit), "{answer}: {run:?}");
        assert!(run.stderr.contains(&HASH.to_string()) && run.stderr.contains(&answer.to_string()), "{run:?}");
        let object = Run::of(&["--wait", "0", "--json", &shop.url]).await.json();
        assert_eq!((&object["settled"], &object["transaction"]), (&true.into(), &HASH.to_string().into()));
        assert_eq!(object["paid"]["amount"], "50000");
        assert_eq!(shop.paid(), 2, "once a run");
    }
}

#[tokio::test]
async fn attack_28_a_redirect_of_a_paid_request_is_told_with_its_receipt_and_not_followed() {
    let thief = Odd::open(status(200)).await;
    let location = thief.url.clone();
    let shop = Odd::open(move || {
        Response::builder().status(303).header(LOCATION, location.as_str()).body(Body::empty()).unwrap()
    })
    .await;
    let run = Run::of(&["-L", &shop.url]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains(&thief.url) && run.said("transaction") == HASH.to_string(), "{run:?}");
    assert_eq!((shop.paid(), thief.asked.lock().unwrap().len()), (1, 0));
}

#[tokio::test]
async fn content_that_breaks_off_is_status_3_with_the_receipt() {
    let shop = Odd::open(|| Response::new(Body::new(Broken::New))).await;
    let run = Run::of(&[&shop.url]).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), "the beginning"), "{run:?}");
    assert!(run.stderr.contains(&HASH.to_string()) && run.stderr.contains("do not pay again"), "{run:?}");
    assert_eq!(shop.paid(), 1);
}

/// Begins, and breaks off when that has gone out.
enum Broken {
    New,
    Begun,
    Sent,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        match *self {
            Self::New => {
                *self = Self::Begun;
                Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from("the beginning")))))
            }
            Self::Begun => {
                *self = Self::Sent;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Sent => Poll::Ready(Some(Err(std::io::Error::other("broken off")))),
        }
    }
}

#[tokio::test]
async fn attack_25_a_dry_run_pays_nothing_though_the_price_shows_with_the_body_only() {
    let shop = Odd::asking(|body| !body.is_empty(), status(200)).await;
    let run = Run::of(&["--dry-run", "-d", "a question", &shop.url]).await;
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(run.said("price"), "0.05 USDC on eip155:84532 (v2)");
    assert_eq!(*shop.asked.lock().unwrap(), [("POST".to_owned(), "a question".to_owned(), false)]);
}

#[tokio::test]
async fn content_that_is_no_text_is_base64_in_json() {
    let shop = Odd::open(|| Response::new(Body::from(&b"\xff\x00"[..]))).await;
    let object = Run::of(&["--json", &shop.url]).await.json();
    assert_eq!((&object["bodyBase64"], object.get("body")), (&"/wA=".into(), None));
}

#[cfg(unix)]
#[tokio::test]
async fn interrupted_while_the_payment_is_out_it_prints_the_payment() {
    for signal in ["-INT", "-TERM"] {
        let paid = Arc::new(Notify::new());
        let told = Arc::clone(&paid);
        let app = Router::new().fallback(move |headers: HeaderMap| {
            let told = Arc::clone(&told);
            async move {
                if headers.contains_key("payment-signature") {
                    told.notify_one();
                    std::future::pending::<()>().await;
                }
                offer()
            }
        });
        let url = serve(app).await;
        let mut command = Command::new(env!("CARGO_BIN_EXE_pay"));
        command.env_clear().arg(&url).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.kill_on_drop(true).spawn().unwrap();
        let id = child.id().unwrap().to_string();
        paid.notified().await;
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        let output = child.wait_with_output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(stderr.contains("interrupted") && stderr.contains("payment-signature: "), "{stderr}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_who_reads_stderr_is_no_reason_to_fail() {
    let shop = Odd::open(status(200)).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pay"));
    command.env_clear().arg(&shop.url).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"so"[..]));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn content_that_stdout_does_not_take_is_status_1_with_the_receipt() {
    let shop = Odd::open(status(200)).await;
    for arguments in [&[&*shop.url][..], &["--json", &shop.url]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pay"));
        command.env_clear().args(arguments).stdin(Stdio::null()).stdout(full).stderr(Stdio::piped());
        let output = command.kill_on_drop(true).spawn().unwrap().wait_with_output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("stdout") && stderr.contains(&HASH.to_string()), "{stderr}");
    }
}
