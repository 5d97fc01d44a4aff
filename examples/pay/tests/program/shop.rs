//! Shops to pay in.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy_primitives::{Address, address};
use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::Redirect,
    routing::{any, get},
};
use tokio::net::TcpListener;
use x402_core::{Asset, Facilitator, Network};
use x402_oneshot::{Client, Config, Credentials, api::WaitPolicy, facilitator::Relayed, sandbox::Sandbox};
use x402_tower::{
    PaymentLayer,
    server::{Gate, Offer, Offers},
};

pub(crate) const SELLER: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

/// A shop that listens, and what it was asked.
pub(crate) struct Shop {
    url: String,
    requests: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Shop {
    /// Sells `/premium` for five cents; `/free` is free, `/broken` takes no money, `/mute` says 402 and no
    /// more, `/moved` leads to `/premium`.
    pub(crate) async fn open(facilitator: impl Facilitator + 'static) -> Self {
        let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
        let offer = Offer::exact(&usdc, &"$0.05".parse().unwrap(), SELLER).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let offers = Offers::new(format!("{url}/premium"), [offer]).unwrap();
        let layer = PaymentLayer::new(Gate::new(facilitator), offers);
        let requests = Arc::<Mutex<Vec<HeaderMap>>>::default();
        let log = Arc::clone(&requests);
        let app = Router::new()
            // What was asked comes back, so that a test sees that it is the same the second time.
            .route("/premium", any(|body: Bytes| async move { [b"premium\n", &*body].concat() }))
            .route("/broken", any(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .layer(layer)
            .route("/free", get(|| async { "free\n" }))
            .route("/mute", get(|| async { StatusCode::PAYMENT_REQUIRED }))
            .route("/moved", get(|| async { Redirect::to("/premium") }))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                log.lock().unwrap().push(request.headers().clone());
                next.run(request)
            }));
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { url, requests }
    }

    /// A shop that settles in a sandbox.
    pub(crate) async fn sandboxed() -> (Self, Sandbox) {
        let block_time = Duration::from_millis(50);
        let sandbox = Sandbox::builder().block_time(block_time).start().await.unwrap();
        let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
        let client = Client::new(Config::new(credentials).base_url(sandbox.base_url()).unwrap()).unwrap();
        let relayed = Relayed::builder(client, sandbox.business_id())
            .token(Asset::usdc(&Network::BASE_SEPOLIA).unwrap())
            .wait(WaitPolicy::for_block_time(block_time).min_interval(Duration::from_millis(10)))
            .connect()
            .await
            .unwrap();
        (Self::open(relayed).await, sandbox)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The headers of every request so far.
    pub(crate) fn requests(&self) -> Vec<HeaderMap> {
        self.requests.lock().unwrap().clone()
    }

    /// The payments that were presented so far, as they were sent.
    pub(crate) fn presented(&self) -> Vec<String> {
        let requests = self.requests();
        let payment = |headers: &HeaderMap| {
            let value = headers.get("payment-signature").or_else(|| headers.get("x-payment"))?;
            Some(value.to_str().unwrap().to_owned())
        };
        requests.iter().filter_map(payment).collect()
    }
}
