//! A 1Shot account in a sandbox, with a payer, and the bare requests that settle a payment there.

use std::{fmt, sync::Arc, time::Duration};

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use k256::ecdsa::SigningKey;
use tokio::net::TcpStream;
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, ResourceInfo,
    exact::{Authorization, ExactPayload},
    server::Offer,
};
use x402_oneshot::{
    BaseUrl, Client, Config, Credentials, MethodId,
    api::WaitPolicy,
    facilitator::{Relayed, RelayedBuilder},
    sandbox::{Sandbox, SandboxBuilder},
    transport::{ReqwestTransport, Sending, Transport},
};

use crate::loopback::{connect, learn};

/// Who is paid.
const RECIPIENT: Address = Address::repeat_byte(0x20);

/// A sandbox and somebody who pays in it, one atomic unit a time.
pub struct Account {
    sandbox: Arc<Sandbox>,
    asset: Asset,
    offer: Offer,
    payer: SigningKey,
}

impl Account {
    /// Starts a sandbox.
    ///
    /// # Panics
    ///
    /// If there is no loopback network.
    pub async fn open(sandbox: SandboxBuilder) -> Self {
        let sandbox = sandbox.start().await.expect("some port is free");
        let asset = Asset::usdc(&Network::BASE_SEPOLIA).expect("the table has it");
        let offer = Offer::exact_amount(&asset, Amount::from_atomic(1), RECIPIENT).expect("one is an amount");
        let payer = SigningKey::from_slice(sandbox.buyer_key().expose()).expect("it is a key");
        Self { sandbox: Arc::new(sandbox), asset, offer, payer }
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// A facilitator that is still to be connected.
    ///
    /// # Panics
    ///
    /// If the sandbox's URL is none.
    pub fn relayed(&self) -> RelayedBuilder {
        Relayed::builder(Client::new(self.config()).expect("plain http needs no certificates"), self.business())
            .token(self.asset.clone())
    }

    /// The same, on a chain where each block is mined as soon as something is executed, and that is asked at once.
    ///
    /// The sandbox must mine by hand.
    ///
    /// # Panics
    ///
    /// If the sandbox's URL is none.
    pub fn relayed_at_once(&self) -> RelayedBuilder {
        let base: BaseUrl = self.sandbox.base_url().parse().expect("the sandbox has a URL");
        let inner = Arc::new(ReqwestTransport::new(&base).expect("plain http needs no certificates"));
        let transport = Mining { inner, sandbox: Arc::clone(&self.sandbox) };
        Relayed::builder(Client::with_transport(self.config(), transport), self.business())
            .token(self.asset.clone())
            .wait(WaitPolicy::new().interval(Duration::ZERO).min_interval(Duration::ZERO))
    }

    fn config(&self) -> Config {
        let credentials = Credentials::new(self.sandbox.api_key(), self.sandbox.api_secret());
        Config::new(credentials).base_url(self.sandbox.base_url()).expect("the sandbox has a URL")
    }

    fn business(&self) -> x402_oneshot::BusinessId {
        self.sandbox.business_id()
    }

    /// A payment. Different numbers are different payments.
    #[must_use]
    pub fn payment(&self, number: u64) -> FacilitatorRequest {
        let authorization = Authorization {
            from: self.sandbox.buyer_address(),
            to: RECIPIENT,
            value: U256::ONE,
            valid_after: U256::ZERO,
            valid_before: U256::from(u64::MAX),
            nonce: keccak256(number.to_be_bytes()),
        };
        let hash = authorization.signing_hash(&self.asset.domain());
        let (rs, id) = self.payer.sign_prehash_recoverable(hash.as_slice());
        let mut signature = [27 + id.to_byte(); 65];
        signature[..64].copy_from_slice(&rs.to_bytes());
        let exact = ExactPayload { authorization, signature: Bytes::copy_from_slice(&signature) };
        let accepted = self.offer.requirements().clone();
        let payload = PaymentPayload::v2(accepted.clone(), exact, None, None);
        FacilitatorRequest::new(payload, accepted, ResourceInfo::new("http://127.0.0.1:8402/premium"))
    }

    /// A connection that speaks HTTP in its plainest form.
    ///
    /// # Panics
    ///
    /// If the sandbox does not answer as it should.
    pub async fn bare(&self, method: MethodId) -> Bare {
        let base = self.sandbox.base_url().strip_prefix("http://").expect("it is plain http");
        let (host, path) = base.split_once('/').expect("it has a path");
        let mut connection = connect(host.parse().expect("it is an address")).await;
        let body = format!(
            r#"{{"grant_type":"client_credentials","client_id":"{}","client_secret":"{}"}}"#,
            self.sandbox.api_key(),
            self.sandbox.api_secret()
        );
        let mut answer = Vec::new();
        learn(&mut connection, &post(&format!("/{path}/token"), "", &body), &mut answer).await;
        let token = member(&answer, "access_token");
        Bare { connection, sandbox: Arc::clone(&self.sandbox), path: format!("/{path}"), token, method, answer }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("sandbox", &self.sandbox).finish_non_exhaustive()
    }
}

/// Mines as soon as an execution is answered.
struct Mining {
    inner: Arc<ReqwestTransport>,
    sandbox: Arc<Sandbox>,
}

impl Transport for Mining {
    fn send(&self, request: http::Request<bytes::Bytes>) -> Sending<'_> {
        let executes = request.uri().path().ends_with("/execute");
        Box::pin(async move {
            let answer = self.inner.send(request).await;
            if executes {
                self.sandbox.mine();
            }
            answer
        })
    }
}

/// What settling takes at least: the two requests, and nothing around them.
#[derive(Debug)]
pub struct Bare {
    connection: TcpStream,
    sandbox: Arc<Sandbox>,
    path: String,
    token: String,
    method: MethodId,
    answer: Vec<u8>,
}

impl Bare {
    /// The request that executes a payment.
    ///
    /// # Panics
    ///
    /// If the payment is not one in USDC.
    #[must_use]
    pub fn execution(&self, payment: &FacilitatorRequest) -> String {
        let ExactPayload { authorization: signed, signature } = payment.exact().expect("it is an exact one");
        let Authorization { from, to, value, valid_after, valid_before, nonce } = signed;
        let body = format!(
            r#"{{"memo":"x402 payer={from} nonce={nonce} for={nonce}","params":{{"from":"{from}","nonce":"{nonce}","signature":"{}","to":"{to}","validAfter":"{valid_after}","validBefore":"{valid_before}","value":"{value}"}}}}"#,
            hex::encode_prefixed(signature)
        );
        post(&format!("{}/methods/{}/execute", self.path, self.method), &self.token, &body)
    }

    /// Executes a payment, has it mined, and asks what became of it.
    ///
    /// # Panics
    ///
    /// If it did not settle.
    pub async fn settle(&mut self, execution: &str) {
        self.ask(execution).await;
        self.sandbox.mine();
        let Self { path, token, answer, .. } = self;
        let id = member(answer, "id");
        let question = format!(
            "GET {path}/transactions/{id} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        self.ask(&question).await;
        assert_eq!(member(&self.answer, "status"), "Completed", "a payment settles");
    }

    async fn ask(&mut self, request: &str) {
        self.answer.clear();
        learn(&mut self.connection, request, &mut self.answer).await;
    }
}

fn post(path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The text of a member of the JSON in an answer, found without reading the rest.
fn member(answer: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(answer);
    let (_, rest) = text.split_once(&format!("\"{name}\":\"")).expect("the answer has the member");
    rest.split('"').next().unwrap_or_default().to_owned()
}
