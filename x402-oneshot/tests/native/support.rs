//! Payments, and an API that answers from files.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_signer_local::PrivateKeySigner;
use http::{Request, Response, StatusCode};
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, PaymentSigner, ResourceInfo, X402Version,
    server::Offer, signer::Transfer, wire,
};
use x402_oneshot::{
    Client, Config, Credentials, RetryPolicy,
    api::WaitPolicy,
    facilitator::{Native, NativeBuilder},
    sandbox::{Sandbox, SandboxBuilder},
    transport::{Sending, Transport},
};

pub(crate) const SELLER: Address = Address::repeat_byte(7);
pub(crate) const BUSINESS: &str = "d5f4e3a1-85ad-42fa-8e21-75545145c7cb";
pub(crate) const VERSIONS: [X402Version; 2] = [X402Version::V1, X402Version::V2];

/// Blocks come at once, so that nothing is waited for.
pub(crate) fn builder() -> SandboxBuilder {
    Sandbox::builder().block_time(Duration::ZERO)
}

pub(crate) fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()));
    Client::new(config.base_url(sandbox.base_url()).unwrap().retry(RetryPolicy::none())).unwrap()
}

/// Asks often, and gives up after half a minute.
pub(crate) fn native_builder(sandbox: &Sandbox) -> NativeBuilder {
    let often = Duration::from_millis(5);
    let wait = WaitPolicy::new().interval(often).min_interval(often).deadline(Duration::from_secs(30));
    Native::builder(client(sandbox), sandbox.business_id()).wait(wait)
}

pub(crate) async fn native(sandbox: &Sandbox) -> Native {
    native_builder(sandbox).token(usdc()).connect().await.unwrap()
}

/// A payment of the sandbox's buyer, good for five minutes unless set otherwise.
pub(crate) struct Payment {
    pub(crate) version: X402Version,
    pub(crate) key: B256,
    pub(crate) value: u64,
    pub(crate) seconds: u64,
    pub(crate) nonce: u8,
    /// Bytes after the signature.
    pub(crate) more: usize,
}

impl Payment {
    pub(crate) fn of(sandbox: &Sandbox, version: X402Version) -> Self {
        let key = B256::from(*sandbox.buyer_key().expose());
        Self { version, key, value: 50_000, seconds: 300, nonce: 1, more: 0 }
    }

    /// As it would come: decoded from the bytes that a client sends.
    pub(crate) async fn request(&self) -> FacilitatorRequest {
        let asset = usdc();
        let signer = PrivateKeySigner::from_bytes(&self.key).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the sandbox has the system's clock here")]
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let transfer = Transfer {
            asset: asset.clone(),
            to: SELLER,
            value: U256::from(self.value),
            valid_after: U256::ZERO,
            valid_before: U256::from(now + self.seconds),
            nonce: B256::repeat_byte(self.nonce),
        };
        let mut signed = signer.sign(&transfer).await.unwrap();
        signed.signature = [signed.signature.as_ref(), &vec![0; self.more]].concat().into();
        let offer = Offer::exact_amount(&asset, Amount::from_atomic(50_000), SELLER).unwrap();
        let accepted = offer.requirements().clone();
        let payload = match self.version {
            X402Version::V1 => PaymentPayload::v1(Network::BASE_SEPOLIA, signed),
            _ => PaymentPayload::v2(accepted.clone(), signed, None, None),
        };
        let payload = wire::decode_payment_payload(&wire::encode_payment_payload(&payload)).unwrap();
        FacilitatorRequest::new(payload, accepted, ResourceInfo::new("https://shop.example/"))
    }
}

/// Answers `/supported`, then every call with the same text.
#[derive(Clone)]
pub(crate) struct Canned {
    supported: &'static str,
    status: u16,
    answer: &'static str,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    pub(crate) fn new(supported: &'static str, status: u16, answer: &'static str) -> Self {
        Self { supported, status, answer, calls: Arc::default() }
    }

    pub(crate) async fn connect(&self) -> Result<Native, x402_oneshot::facilitator::ProvisionError> {
        let config = Config::new(Credentials::new("key", "secret")).retry(RetryPolicy::none());
        let client = Client::with_transport(config, self.clone());
        Native::builder(client, BUSINESS.parse().unwrap()).token(usdc()).unconfirmed().connect().await
    }

    /// What was asked since the connection.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl Transport for Canned {
    fn send(&self, request: Request<bytes::Bytes>) -> Sending<'_> {
        let path = request.uri().path();
        let (status, body) = match path {
            "/v0/token" => (200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#),
            "/v0/x402/supported" => (200, self.supported),
            path => {
                self.calls.lock().unwrap().push(format!("{} {path}", request.method()));
                (self.status, self.answer)
            }
        };
        let mut response = Response::new(Bytes::from_static(body.as_bytes()).0);
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Box::pin(async { Ok(response) })
    }
}
