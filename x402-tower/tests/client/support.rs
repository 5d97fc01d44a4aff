//! A server that does as it is told, and counts the money that it is shown.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneSyncService};
use x402_core::{
    Amount, Asset, Network, PaymentRequired, PaymentRequirements, ResourceInfo, SettleResponse, X402Version,
    client::{Budget, Payer},
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, encode_payment_required, encode_receipt, read_payment},
    requirements::Extra,
};
use x402_tower::{
    body::ResponseBody,
    client::{ClientError, PayLayer},
};

pub(crate) const URL: &str = "https://shop.example/premium";
pub(crate) const SHOP: Address = Address::repeat_byte(0x51);

/// What the server is to answer: it is told how many payments it was shown before, and the payment, if there is one.
type Script = dyn Fn(usize, Option<Authorized>) -> Reply + Send + Sync;

pub(crate) enum Reply {
    Answer(Response<Full<Bytes>>),
    /// Takes the payment, and never answers.
    Silence,
    /// Takes the payment, and breaks the connection.
    Reset,
}

impl From<Response<Full<Bytes>>> for Reply {
    fn from(response: Response<Full<Bytes>>) -> Self {
        Self::Answer(response)
    }
}

/// What a payment lets its holder take.
#[derive(Clone, Copy)]
pub(crate) struct Authorized {
    pub(crate) nonce: B256,
    pub(crate) value: U256,
    pub(crate) to: Address,
}

#[derive(Clone)]
pub(crate) struct Server {
    script: Arc<Script>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: usize,
    presented: usize,
    payments: BTreeMap<B256, U256>,
    bodies: Vec<Bytes>,
}

/// What is wrong with the connection.
#[derive(Debug, thiserror::Error)]
#[error("connection reset")]
pub(crate) struct Reset;

pub(crate) type App = BoxCloneSyncService<Request<Full<Bytes>>, Response<ResponseBody<Full<Bytes>>>, ClientError>;

impl Server {
    pub(crate) fn new<R: Into<Reply>>(script: impl Fn(usize, Option<Authorized>) -> R + Send + Sync + 'static) -> Self {
        let script = move |shown: usize, payment: Option<Authorized>| script(shown, payment).into();
        Self { script: Arc::new(script), seen: Arc::default() }
    }

    /// The server as a service.
    pub(crate) fn http(
        &self,
    ) -> impl Service<
        Request<Full<Bytes>>,
        Response = Response<Full<Bytes>>,
        Error = Reset,
        Future = impl Future<Output = Result<Response<Full<Bytes>>, Reset>> + Send,
    > + Clone
    + Send
    + Sync
    + 'static {
        let server = self.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            let server = server.clone();
            async move {
                let (parts, body) = request.into_parts();
                let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes);
                match server.reply(&parts.headers, body) {
                    Reply::Answer(response) => Ok(response),
                    Reply::Silence => std::future::pending().await,
                    Reply::Reset => Err(Reset),
                }
            }
        })
    }

    fn reply(&self, headers: &HeaderMap, body: Bytes) -> Reply {
        let payment = read_payment(headers, usize::MAX).unwrap().map(|payment| {
            let signed = &payment.exact().unwrap().authorization;
            Authorized { nonce: signed.nonce, value: signed.value, to: signed.to }
        });
        let mut seen = self.seen.lock().unwrap();
        let shown = seen.presented;
        seen.requests += 1;
        seen.bodies.push(body);
        if let Some(payment) = payment {
            seen.presented += 1;
            seen.payments.insert(payment.nonce, payment.value);
        }
        drop(seen);
        (self.script)(shown, payment)
    }

    /// The money that this server could take: the sum of all payments that it was shown.
    pub(crate) fn at_stake(&self) -> U256 {
        self.seen.lock().unwrap().payments.values().sum()
    }

    /// How many different payments it was shown.
    pub(crate) fn payments(&self) -> usize {
        self.seen.lock().unwrap().payments.len()
    }

    /// How often it was shown one.
    pub(crate) fn presented(&self) -> usize {
        self.seen.lock().unwrap().presented
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().requests
    }

    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.seen.lock().unwrap().bodies.clone()
    }
}

pub(crate) fn buyer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256("a test buyer")).unwrap()
}

pub(crate) fn payer() -> Payer<PrivateKeySigner> {
    Payer::new(buyer())
}

pub(crate) fn budget(total: &str) -> Budget {
    Budget::new(total.parse().unwrap()).unwrap()
}

/// Buys from the server once.
pub(crate) async fn buy(
    server: &Server,
    layer: PayLayer<PrivateKeySigner>,
) -> Result<Response<ResponseBody<Full<Bytes>>>, ClientError> {
    let mut client = layer.layer(server.http());
    client.ready().await.unwrap().call(get()).await
}

pub(crate) fn get() -> Request<Full<Bytes>> {
    Request::get(URL).body(Full::default()).unwrap()
}

pub(crate) fn usdc() -> Asset {
    Asset::usdc(&Network::BASE).unwrap()
}

/// So many atomic units of USDC on Base, to the shop.
pub(crate) fn price(units: u64) -> PaymentRequirements {
    let usdc = usdc();
    PaymentRequirements::exact(usdc.network(), Amount::from_atomic(units), usdc.address(), SHOP, 60, Extra::new())
}

/// A 402 that asks for one of these.
pub(crate) fn asks(accepts: impl IntoIterator<Item = PaymentRequirements>) -> Response<Full<Bytes>> {
    let required = PaymentRequired::new(ResourceInfo::new(URL), accepts);
    answer(402, PAYMENT_REQUIRED, encode_payment_required(&required))
}

fn answer(status: u16, name: http::HeaderName, value: http::HeaderValue) -> Response<Full<Bytes>> {
    let mut response = status_only(status);
    response.headers_mut().insert(name, value);
    response
}

pub(crate) fn status_only(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("a body"));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

pub(crate) fn receipt() -> SettleResponse {
    SettleResponse::settled(B256::repeat_byte(1), Network::BASE, buyer().address())
}

/// The content, with a receipt.
pub(crate) fn served() -> Response<Full<Bytes>> {
    with_receipt(200, &receipt())
}

pub(crate) fn with_receipt(status: u16, receipt: &SettleResponse) -> Response<Full<Bytes>> {
    answer(status, PAYMENT_RESPONSE, encode_receipt(receipt, X402Version::V2))
}

pub(crate) async fn text<R: http_body::Body<Data = Bytes>>(response: Response<R>) -> String {
    let Ok(body) = response.into_body().collect().await else { panic!("the body broke off") };
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}

/// A layer that gives up within a second or so of tokio's time.
pub(crate) fn hasty(payer: Payer<PrivateKeySigner>) -> PayLayer<PrivateKeySigner> {
    PayLayer::new(payer).attempt_timeout(Duration::from_secs(5))
}

pub(crate) fn boxed(layer: &PayLayer<PrivateKeySigner>, server: &Server) -> App {
    BoxCloneSyncService::new(layer.layer(server.http()))
}
