//! What the tests share: a route that is sold, a buyer, and a service behind the layer.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{Address, B256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use axum::body::{Body, to_bytes};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneSyncService};
use x402_core::{
    Asset, Network, UnixSeconds, X402Version,
    claim::{ClaimKey, ClaimState, MemoryClaims},
    client::{Offered, Payer, SignedPayment},
    server::{Gate, Offer, Offers, Payment},
    testing::{ManualClock, ScriptedFacilitator},
};
use x402_tower::PaymentLayer;

pub(crate) const NOW: UnixSeconds = UnixSeconds::from_secs(1_800_000_000);
pub(crate) const URL: &str = "https://shop.example/premium";

pub(crate) type ShopGate = Gate<ScriptedFacilitator, Arc<MemoryClaims>>;
pub(crate) type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// A sold route whose service counts its runs and answers what the request's `x-answer` header says.
pub(crate) struct Shop {
    pub(crate) facilitator: ScriptedFacilitator,
    pub(crate) claims: Arc<MemoryClaims>,
    pub(crate) clock: ManualClock,
    pub(crate) offers: Offers,
    pub(crate) runs: Arc<AtomicUsize>,
    pub(crate) layer: PaymentLayer<ScriptedFacilitator, Arc<MemoryClaims>>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(ScriptedFacilitator::willing())
    }

    pub(crate) fn with(facilitator: ScriptedFacilitator) -> Self {
        Self::set_up(facilitator, |gate| gate, |offers| offers)
    }

    pub(crate) fn set_up(
        facilitator: ScriptedFacilitator,
        gate_of: impl FnOnce(ShopGate) -> ShopGate,
        offers_of: impl FnOnce(Offers) -> Offers,
    ) -> Self {
        let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
        let offer = Offer::exact(&usdc, &"$0.05".parse().unwrap(), Address::repeat_byte(7)).unwrap();
        let offers = offers_of(Offers::new(URL, [offer]).unwrap());
        let claims = Arc::new(MemoryClaims::default());
        let clock = ManualClock::at(NOW);
        let gate = Gate::new(facilitator.clone()).claims(Arc::clone(&claims)).clock(clock.clone());
        let layer = PaymentLayer::new(gate_of(gate), offers.clone());
        Self { facilitator, claims, clock, offers, runs: Arc::default(), layer }
    }

    pub(crate) fn app(&self) -> App {
        self.over(Arc::clone(&self.runs), &self.layer)
    }

    pub(crate) fn over(
        &self,
        runs: Arc<AtomicUsize>,
        layer: &PaymentLayer<ScriptedFacilitator, Arc<MemoryClaims>>,
    ) -> App {
        let service = service_fn(move |request: Request<Body>| {
            runs.fetch_add(1, Ordering::SeqCst);
            async move { Ok::<_, Infallible>(answer(&request)) }
        });
        BoxCloneSyncService::new(layer.layer(service).map_response(|response| response.map(Body::new)))
    }

    /// What became of the payment with this nonce.
    pub(crate) fn state(&self, nonce: u8) -> Option<ClaimState> {
        let asset = Asset::usdc(&Network::BASE_SEPOLIA).unwrap().address();
        let nonce = B256::repeat_byte(nonce);
        self.claims.state(&ClaimKey { chain_id: 84532, asset, from: buyer().address(), nonce })
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    /// A payment for this shop, signed by a test buyer; `nonce` tells payments apart.
    pub(crate) async fn sign(&self, version: X402Version, nonce: u8) -> SignedPayment {
        let payer = Payer::new(buyer()).clock(self.clock.clone()).nonces(move || Ok(B256::repeat_byte(nonce)));
        let offered = Offered::new(version, self.offers.required().clone());
        let choice = payer.choose(&offered).unwrap();
        payer.sign(&offered, choice).await.unwrap()
    }
}

/// The service that is sold.
fn answer(request: &Request<Body>) -> Response<Body> {
    let wanted = request.headers().get("x-answer").and_then(|status| status.to_str().ok());
    let status = wanted.and_then(|status| status.parse().ok()).unwrap_or(StatusCode::OK);
    let payer = request.extensions().get::<Payment>().map(|payment| payment.payer.to_string());
    let sees_payment = ["payment-signature", "x-payment"].iter().any(|name| request.headers().contains_key(*name));
    Response::builder()
        .status(status)
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2")
        .header("x-sees-payment", sees_payment.to_string())
        .body(Body::from(format!("premium for {}", payer.unwrap_or_else(|| "nobody".to_owned()))))
        .unwrap()
}

pub(crate) fn buyer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256("a test buyer")).unwrap()
}

pub(crate) fn request(headers: &[(HeaderName, HeaderValue)]) -> Request<Body> {
    let mut request = Request::get("/premium").body(Body::empty()).unwrap();
    for (name, value) in headers {
        request.headers_mut().append(name, value.clone());
    }
    request
}

pub(crate) async fn call(app: &App, request: Request<Body>) -> Response<Body> {
    app.clone().ready().await.unwrap().call(request).await.unwrap()
}

pub(crate) async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

/// Waits for something that a task of its own will do; never longer than a test may hang.
pub(crate) async fn until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), waiting).await.expect("it never happened");
}
