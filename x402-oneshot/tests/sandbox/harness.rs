//! A client of the sandbox, and authorizations to feed it.

use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};
use k256::ecdsa::SigningKey;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use x402_core::testing::ManualClock;
use x402_core::{Asset, UnixSeconds};
use x402_oneshot::sandbox::{Sandbox, SandboxBuilder};
#[cfg(feature = "reqwest")]
use x402_oneshot::{Client, Config, Credentials, RetryPolicy};

/// When the tests take place.
pub(crate) const NOW: u64 = 1_750_000_000;

/// The well-known development key of account 1, which holds nothing in the sandbox.
pub(crate) const STRANGER: [u8; 32] = hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

/// Who is paid.
pub(crate) const SELLER: Address = alloy_primitives::address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

sol! {
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
}

/// Our own client of a sandbox.
#[cfg(feature = "reqwest")]
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()));
    Client::new(config.base_url(sandbox.base_url()).unwrap().retry(RetryPolicy::none())).unwrap()
}

/// A sandbox, a client and the token it has been given.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: ManualClock,
    http: reqwest::Client,
    token: String,
}

impl Api {
    /// Mines by hand and stops the clock.
    pub(crate) async fn start() -> Self {
        Self::with(Sandbox::builder().manual_mining()).await
    }

    pub(crate) async fn with(builder: SandboxBuilder) -> Self {
        let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
        Self { clock: clock.clone(), ..Self::at(builder.clock(clock)).await }
    }

    /// With the builder's own clock; the harness's does nothing then.
    pub(crate) async fn at(builder: SandboxBuilder) -> Self {
        // Another test of the process may have been first; plain HTTP only wants that there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
        let sandbox = builder.start().await.unwrap();
        let http = reqwest::Client::new();
        let mut api = Self { sandbox, clock, http, token: String::new() };
        let (status, answer) = api.ask(Method::POST, "/token", Some(api.grant())).await;
        assert_eq!(status, 200);
        api.token = answer["access_token"].as_str().unwrap().to_owned();
        api
    }

    pub(crate) fn grant(&self) -> Value {
        json!({
            "grant_type": "client_credentials",
            "client_id": self.sandbox.api_key(),
            "client_secret": self.sandbox.api_secret(),
        })
    }

    /// A request without the token, to put anything in.
    pub(crate) fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.base_url()))
    }

    /// A request with the token, to put anything in.
    pub(crate) fn authorized(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn send(request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.expect("every answer of the API is JSON"))
    }

    /// Sends a request over a connection of its own and brings back every byte of the answer, in whatever way it ends.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &str) -> (Vec<u8>, std::io::Result<()>) {
        let address = self.sandbox.base_url().trim_start_matches("http://").trim_end_matches("/v0");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} /v0{path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer).await;
        (answer, end.map(drop))
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.authorized(method, path);
        Self::send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    pub(crate) async fn ask_raw(&self, method: Method, path: &str, body: String) -> (u16, Value) {
        let request = self.authorized(method, path);
        Self::send(request.header("content-type", "application/json").body(body)).await
    }

    /// Asks for what must be there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, 200, "GET {path}: {answer}");
        answer
    }

    /// Posts what must be accepted.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(Method::POST, path, Some(body)).await;
        assert_eq!(status, 200, "POST {path}: {answer}");
        answer
    }

    /// A path below the business.
    pub(crate) fn business(&self, rest: &str) -> String {
        format!("/business/{}{rest}", self.sandbox.business_id())
    }

    /// A declaration of one of the token's functions.
    pub(crate) fn declaration(&self, function: &str, inputs: Value) -> Value {
        json!({
            "chainId": self.sandbox.chain_id(),
            "contractAddress": self.sandbox.token_address(),
            "walletId": self.sandbox.wallet_id(),
            "name": format!("USDC {function}"),
            "description": "",
            "functionName": function,
            "stateMutability": "nonpayable",
            "inputs": inputs,
            "outputs": [],
        })
    }

    /// A declaration of one of another token's functions, with the first wallet of its chain.
    pub(crate) fn declaration_on(&self, token: &Asset, function: &str, inputs: Value) -> Value {
        let chain_id = token.network().chain_id().unwrap();
        let wallets = self.sandbox.wallets();
        let wallet = wallets.iter().find(|wallet| wallet.chain_id == chain_id).unwrap();
        let mut declaration = self.declaration(function, inputs);
        declaration["chainId"] = json!(chain_id);
        declaration["contractAddress"] = json!(token.address());
        declaration["walletId"] = json!(wallet.id);
        declaration
    }

    /// Puts what must be accepted.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(Method::PUT, path, Some(body)).await;
        assert_eq!(status, 200, "PUT {path}: {answer}");
        answer
    }

    /// Creates a contract method and gives its id.
    pub(crate) async fn create(&self, declaration: Value) -> String {
        let method = self.post(&self.business("/methods"), declaration).await;
        method["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn create_overload(&self, overload: Overload) -> String {
        self.create(self.declaration("transferWithAuthorization", overload.inputs())).await
    }

    /// Executes and mines; gives the transaction in its final state.
    pub(crate) async fn execute(&self, method: &str, params: Value) -> Value {
        let path = format!("/methods/{method}/execute");
        let queued = self.post(&path, json!({"params": params, "memo": "a test"})).await;
        assert_eq!(queued["status"], "Pending");
        self.sandbox.mine();
        self.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await
    }

    /// A payment of 0.05 USDC from the buyer to the seller that is good now.
    pub(crate) fn authorization(&self) -> TransferWithAuthorization {
        TransferWithAuthorization {
            from: self.sandbox.buyer_address(),
            to: SELLER,
            value: U256::from(50_000),
            validAfter: U256::from(NOW - 60),
            validBefore: U256::from(NOW + 60),
            nonce: B256::repeat_byte(0xa5),
        }
    }
}

/// The parts of a raw answer.
pub(crate) fn head_and_body(answer: &[u8]) -> (String, String) {
    let text = String::from_utf8(answer.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("the head ends");
    (head.to_owned(), body.to_owned())
}

/// The two forms of `transferWithAuthorization`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Overload {
    Bytes,
    Vrs,
}

impl Overload {
    pub(crate) const BOTH: [Self; 2] = [Self::Bytes, Self::Vrs];

    /// As the demo and the facilitator declare them.
    pub(crate) fn inputs(self) -> Value {
        let mut inputs = vec![
            json!({"name": "from", "type": "address", "index": 0}),
            json!({"name": "to", "type": "address", "index": 1}),
            json!({"name": "value", "type": "uint", "index": 2}),
            json!({"name": "validAfter", "type": "uint", "index": 3}),
            json!({"name": "validBefore", "type": "uint", "index": 4}),
            json!({"name": "nonce", "type": "bytes", "typeSize": 32, "index": 5}),
        ];
        match self {
            Self::Bytes => inputs.push(json!({"name": "signature", "type": "bytes", "index": 6})),
            Self::Vrs => inputs.extend([
                json!({"name": "v", "type": "uint", "typeSize": 8, "index": 6}),
                json!({"name": "r", "type": "bytes", "typeSize": 32, "index": 7}),
                json!({"name": "s", "type": "bytes", "typeSize": 32, "index": 8}),
            ]),
        }
        Value::Array(inputs)
    }

    /// The parameters of a call, signed with this key for Base Sepolia's USDC.
    pub(crate) fn params(self, authorization: &TransferWithAuthorization, key: &[u8; 32]) -> Value {
        self.params_in(&domain(), authorization, key)
    }

    /// The parameters of a call, signed with this key for any token.
    pub(crate) fn params_in(
        self,
        domain: &Eip712Domain,
        authorization: &TransferWithAuthorization,
        key: &[u8; 32],
    ) -> Value {
        let digest = authorization.eip712_signing_hash(domain);
        let key = SigningKey::from_slice(key).unwrap();
        let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice());
        let (signature, v) = (signature.to_bytes(), 27 + recovery.to_byte());
        let mut params = json!({
            "from": authorization.from,
            "to": authorization.to,
            "value": authorization.value.to_string(),
            "validAfter": authorization.validAfter.to_string(),
            "validBefore": authorization.validBefore.to_string(),
            "nonce": authorization.nonce,
        });
        match self {
            Self::Bytes => {
                let whole = [signature.as_slice(), &[v]].concat();
                params["signature"] = json!(hex::encode_prefixed(whole));
            }
            Self::Vrs => {
                let (r, s) = signature.split_at(32);
                params["v"] = json!(v);
                params["r"] = json!(hex::encode_prefixed(r));
                params["s"] = json!(hex::encode_prefixed(s));
            }
        }
        params
    }
}

/// The EIP-712 domain of any token.
pub(crate) fn domain_of(token: &Asset) -> Eip712Domain {
    eip712_domain! {
        name: token.name().to_owned(),
        version: token.version().to_owned(),
        chain_id: token.network().chain_id().unwrap(),
        verifying_contract: token.address(),
    }
}

/// Base Sepolia's USDC.
fn domain() -> Eip712Domain {
    eip712_domain! {
        name: "USDC",
        version: "2",
        chain_id: 84532,
        verifying_contract: alloy_primitives::address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
    }
}
