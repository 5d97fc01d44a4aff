//! The server that sells.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use alloy_primitives::{Address, B256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use axum::{Router, routing::any};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use x402_core::{
    Asset, Network, UnixSeconds, X402Version,
    claim::{ClaimKey, ClaimState, MemoryClaims},
    client::{Offered, Payer},
    server::{Gate, Identifiers, Offer, Offers},
    testing::ManualClock,
};
use x402_oneshot::facilitator::Remote;
use x402_tower::{
    PaymentLayer,
    server::{Order, Settlements},
};

use super::{Answer, CONTENT, Connections, Facilitator, Sockets, Work, handler, within};

pub(crate) const BOTH: [X402Version; 2] = [X402Version::V1, X402Version::V2];
pub(crate) const NOW: UnixSeconds = UnixSeconds::from_secs(1_800_000_000);

/// Five cents.
pub(crate) const PREMIUM: &str = "/premium";
/// Five cents too, to the same recipient.
pub(crate) const OTHER: &str = "/other";
/// One cent, to the same recipient.
pub(crate) const CHEAP: &str = "/cheap";

/// How a shop is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) order: Order,
    pub(crate) identifiers: Option<Identifiers>,
    pub(crate) verify_timeout: Duration,
    pub(crate) settle_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let long = Duration::from_secs(600);
        Self { order: Order::After, identifiers: None, verify_timeout: long, settle_timeout: long }
    }
}

/// A shop behind a socket, with a facilitator behind another.
pub(crate) struct Shop {
    pub(crate) facilitator: Facilitator,
    pub(crate) claims: Arc<MemoryClaims>,
    pub(crate) clock: ManualClock,
    pub(crate) settlements: Settlements,
    pub(crate) work: Work,
    pub(crate) connections: Connections,
    pub(crate) address: SocketAddr,
    offers: Vec<(&'static str, Offers)>,
    http: reqwest::Client,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::over(Facilitator::start().await, settings).await
    }

    pub(crate) async fn over(facilitator: Facilitator, settings: Settings) -> Self {
        let remote = Remote::builder(&facilitator.url()).unwrap();
        let remote = remote.verify_timeout(settings.verify_timeout).unwrap();
        let remote = remote.settle_timeout(settings.settle_timeout).unwrap().build().unwrap();
        let (claims, clock) = (Arc::new(MemoryClaims::default()), ManualClock::at(NOW));
        let (settlements, work) = (Settlements::default(), Work::default());
        let gate = Gate::new(remote).claims(Arc::clone(&claims)).clock(clock.clone());

        let offers: Vec<_> = [(PREMIUM, "$0.05"), (OTHER, "$0.05"), (CHEAP, "$0.01")]
            .map(|(path, price)| (path, offer(&Network::BASE_SEPOLIA, path, price, settings.identifiers)))
            .into();
        let mut app = Router::new();
        for (path, offers) in &offers {
            let layer = PaymentLayer::new(gate.clone(), offers.clone());
            let layer = layer.order(settings.order).settlements(settlements.clone());
            app = app.route(path, any(handler).layer(layer));
        }
        let sockets = Sockets::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let (address, connections) = (sockets.address(), sockets.connections());
        let app = app.with_state(work.clone());
        tokio::spawn(async move { axum::serve(sockets, app).await });

        Self { facilitator, claims, clock, settlements, work, connections, address, offers, http: client() }
    }

    pub(crate) fn offers(&self, path: &str) -> &Offers {
        &self.offers.iter().find(|(of, _)| *of == path).unwrap().1
    }

    /// A payment for a route, signed by the buyer; `nonce` tells payments apart.
    pub(crate) async fn sign(&self, version: X402Version, path: &str, nonce: u8) -> (HeaderName, HeaderValue) {
        self.pay(self.offers(path), version, nonce).await
    }

    /// A payment of as much to the same recipient on another network.
    pub(crate) async fn sign_for(
        &self,
        network: &Network,
        version: X402Version,
        nonce: u8,
    ) -> (HeaderName, HeaderValue) {
        self.pay(&offer(network, PREMIUM, "$0.05", None), version, nonce).await
    }

    async fn pay(&self, offers: &Offers, version: X402Version, nonce: u8) -> (HeaderName, HeaderValue) {
        let payer = Payer::new(buyer()).clock(self.clock.clone()).nonces(move || Ok(B256::repeat_byte(nonce)));
        let offered = Offered::new(version, offers.required().clone());
        let choice = payer.choose(&offered).unwrap();
        payer.sign(&offered, choice).await.unwrap().header()
    }

    /// What became of the payment with this nonce.
    pub(crate) fn state(&self, nonce: u8) -> Option<ClaimState> {
        let asset = usdc(&Network::BASE_SEPOLIA).address();
        let nonce = B256::repeat_byte(nonce);
        self.claims.state(&ClaimKey { chain_id: 84532, asset, from: buyer().address(), nonce })
    }

    /// Asks for a route, and looks that nothing leaks.
    pub(crate) async fn get(&self, path: &str, headers: &[(HeaderName, HeaderValue)]) -> Answer {
        self.ask(Method::GET, path, headers).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, headers: &[(HeaderName, HeaderValue)]) -> Answer {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(name, value.clone());
        }
        let request = self.http.request(method, format!("http://{}{path}", self.address)).headers(all);
        let response = within(request.send()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = within(response.text()).await.unwrap();
        let answer = Answer { status, headers, body };
        self.check(&answer);
        answer
    }

    /// Nothing of the facilitator's reaches a client, and nothing of the content one that is refused.
    fn check(&self, answer: &Answer) {
        let everything = answer.everything();
        for secret in [&self.facilitator.address().to_string(), "hunter2", "ECONNREFUSED", "10.0.0.7"] {
            assert!(!everything.contains(secret), "{everything}");
        }
        if answer.status != StatusCode::OK {
            assert!(!everything.contains(&CONTENT[..CONTENT.len() / 2]), "{everything}");
        }
    }

    /// A connection, to be abused.
    pub(crate) async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// A connection on which this payment was sent.
    pub(crate) async fn send(&self, path: &str, payment: &(HeaderName, HeaderValue)) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(head(path, payment).as_bytes()).await.unwrap();
        stream
    }

    /// Waits until all clients are gone, as the server sees it, of which there were so many, and no settlement is
    /// under way any more.
    pub(crate) async fn quiet(&self, clients: usize) {
        self.connections.over(clients).await;
        within(async {
            while self.settlements.in_flight() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// Each request has a connection of its own, so that what the server holds open is what is being served.
pub(crate) fn client() -> reqwest::Client {
    // Nothing here is encrypted, so that nobody need be trusted.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().pool_max_idle_per_host(0);
    builder.build().unwrap()
}

/// The head of a request.
pub(crate) fn head(path: &str, (name, value): &(HeaderName, HeaderValue)) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\n{name}: {}\r\n\r\n", value.to_str().unwrap())
}

fn offer(network: &Network, path: &str, price: &str, identifiers: Option<Identifiers>) -> Offers {
    let offer = Offer::exact(&usdc(network), &price.parse().unwrap(), Address::repeat_byte(7)).unwrap();
    let offers = Offers::new(format!("https://shop.example{path}"), [offer]).unwrap();
    match identifiers {
        Some(identifiers) => offers.payment_identifiers(identifiers),
        None => offers,
    }
}

fn usdc(network: &Network) -> Asset {
    Asset::usdc(network).unwrap()
}

pub(crate) fn buyer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256("a test buyer")).unwrap()
}
