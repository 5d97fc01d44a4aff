//! A shop for the paywall's browser tests: things of every kind in a sandbox, and one whose words mean ill.
//!
//! It prints what `premium_server` prints in its sandbox.

use std::{
    convert::Infallible,
    error::Error,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use alloy_primitives::{Address, address};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use http_body::Frame;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use x402_core::{
    Asset, Network, ResourceInfo,
    server::{Gate, Identifiers, Offer, Offers},
};
use x402_oneshot::{Client, Config, Credentials, api::WaitPolicy, facilitator::Relayed, sandbox::Sandbox};
use x402_tower::{
    PaymentLayer,
    paywall::{Paywall, PublicTestKey, Text},
};

const SELLER: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");
const BLOCK_TIME: Duration = Duration::from_millis(50);

/// A green square.
const PNG: &[u8] = include_bytes!("square.png");

/// Words that run, break out or shine through where they are not escaped for their place.
const HOSTILE: &str = "</script><script>window.pwned=1</script><!--<img src=x onerror=\"window.pwned=1\">'\"`{{nonce}}{{data}}\
    \u{2028}&lt;b&gt;";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let sandbox = Sandbox::builder().block_time(BLOCK_TIME).start().await?;
    let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("no USDC on Base Sepolia")?;
    let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
    let client = Client::new(Config::new(credentials).base_url(sandbox.base_url())?)?;
    let facilitator = Relayed::builder(client, sandbox.business_id())
        .token(usdc.clone())
        .wait(WaitPolicy::for_block_time(BLOCK_TIME).min_interval(Duration::from_millis(20)))
        .connect()
        .await?;
    let gate = Gate::new(facilitator);

    let test_key = || PublicTestKey::dangerous_publish(*sandbox.buyer_key().expose());
    let offer = Offer::exact(&usdc, &"$0.05".parse()?, SELLER)?;
    let sold = |path: &str,
                description: &str,
                paywall: Paywall,
                handler: MethodRouter|
     -> Result<MethodRouter, Box<dyn Error>> {
        let resource = ResourceInfo::new(format!("{origin}{path}")).description(description);
        let offers = Offers::new(resource, [offer.clone()])?.payment_identifiers(Identifiers::Optional);
        Ok(handler.layer(PaymentLayer::new(gate.clone(), offers).paywall(paywall)))
    };
    let plain = |path: &str, handler| sold(path, "A thing that is sold", Paywall::new(), handler);
    let clicked = Paywall::new().app_name("The Weather Office").dangerous_test_wallet(test_key());

    // The offers of this one are another's than ours: a token, a resource and a seller with a name that means ill.
    let ill = Asset::new(84532, Address::repeat_byte(6), HOSTILE, HOSTILE, "2", 6);
    let resource = ResourceInfo::new(format!("{origin}/hostile?{HOSTILE}")).description(HOSTILE);
    let offers = Offers::new(resource, [Offer::exact(&ill, &"$1".parse()?, SELLER)?, offer.clone()])?;
    let paywall = Paywall::new().app_name(HOSTILE).text(Text::Heading, HOSTILE).language(HOSTILE);
    let hostile = get(|| async { "never" }).layer(PaymentLayer::new(gate.clone(), offers).paywall(paywall));

    // Sold here, and lying elsewhere: on what is another origin to a browser.
    let elsewhere = origin.replace("127.0.0.1", "localhost") + "/free";
    let moved = get(move || async move { Redirect::to(&elsewhere) });
    let halves = Halves::default();
    let first = |content_type| {
        let halves = halves.clone();
        get(move || async move { halves.first(content_type) })
    };
    let rest = halves.clone();
    let rest = get(move || async move { rest.rest() });

    let app = Router::new()
        .route("/click", sold("/click", "Tomorrow's weather, as far as we know", clicked, get(document))?)
        .route("/document", plain("/document", get(document))?)
        .route("/json", plain("/json", get(|| typed("application/json", r#"{"answer":[42]}"#)))?)
        .route("/text", plain("/text", get(|| typed("text/plain", "<b>plain</b>")))?)
        .route("/image", plain("/image", get(|| typed("image/png", PNG)))?)
        .route("/file", plain("/file", get(file))?)
        .route("/moved", plain("/moved", moved)?)
        .route("/free", get(|| async { Html("<!doctype html><title>Elsewhere</title>") }))
        .route("/halves", plain("/halves", first("text/plain"))?)
        .route("/events", plain("/events", first("text/event-stream"))?)
        .route("/rest", rest)
        .route("/done", plain("/done", get(|| async { StatusCode::NO_CONTENT }))?)
        .route("/broken", plain("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))?)
        .route("/hostile", hostile);

    println!("listening on {origin}");
    println!("facilitator: sandbox at {}", sandbox.base_url());
    println!("buyer key: {}", sandbox.buyer_key().to_hex());
    println!("api key: {}", sandbox.api_key());
    println!("api secret: {}", sandbox.api_secret());
    println!("business id: {}", sandbox.business_id());
    println!("pay with: cargo run -p pay -- {origin}/json");
    axum::serve(listener, app).await?;
    Ok(())
}

async fn typed(content_type: &'static str, body: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

/// A text of two halves, of which the second comes when it is asked for.
#[derive(Clone, Default)]
struct Halves(Arc<Mutex<Option<UnboundedSender<Bytes>>>>);

impl Halves {
    fn first(&self, content_type: &'static str) -> Response {
        let (sender, receiver) = unbounded_channel();
        let _ = sender.send(Bytes::from_static(b"one half, "));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        ([(CONTENT_TYPE, content_type)], Body::new(Coming(receiver))).into_response()
    }

    fn rest(&self) -> StatusCode {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match sender.and_then(|sender| sender.send(Bytes::from_static(b"and the other")).ok()) {
            Some(()) => StatusCode::OK,
            None => StatusCode::NOT_FOUND,
        }
    }
}

/// A body that comes when it comes.
struct Coming(UnboundedReceiver<Bytes>);

impl HttpBody for Coming {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|part| part.map(|part| Ok(Frame::data(part))))
    }
}

/// A document with a policy of its own, a handler in an attribute, and a script without a nonce.
async fn document() -> Response {
    let policy = [(CONTENT_SECURITY_POLICY, "script-src 'unsafe-inline'; img-src data:")];
    let html = "<!doctype html><html lang=\"en\"><title>Sold</title><body onload=\"document.body.dataset.loaded='yes'\">\
        <h1>What was sold</h1><script>document.body.dataset.script='ran'</script></body></html>";
    (policy, Html(html)).into_response()
}

async fn file(headers: HeaderMap) -> Response {
    // The page asks as a browser does that opens a page.
    let wants_html = headers.get("accept").is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let name = if wants_html {
        "attachment; filename=\"re:port.csv\"; filename*=UTF-8''b%C3%A9richt.csv"
    } else {
        "attachment"
    };
    ([(CONTENT_TYPE, "text/csv"), (CONTENT_DISPOSITION, name)], "a,b\n1,2\n").into_response()
}
