//! What the tests share: one seller, one buyer, one clock, and payments that can be bent before they are signed.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use alloy_primitives::{Address, B256, U256, address};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use x402_core::{
    Amount, Asset, Network, PaymentPayload, ResourceInfo, TokenDomain, UnixSeconds, X402Version,
    claim::ClaimKey,
    exact::Authorization,
    header,
    server::{Offer, Offers},
    wire,
};

pub const BOTH: [X402Version; 2] = [X402Version::V1, X402Version::V2];
pub const NOW: u64 = 1_740_672_100;
pub const URL: &str = "https://api.example.com/weather";
pub const PAY_TO: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");
pub const PRICE: u64 = 10_000;

pub fn now() -> UnixSeconds {
    UnixSeconds::from_secs(NOW)
}

pub fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

/// A well-known development key.
pub fn buyer() -> PrivateKeySigner {
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d".parse().unwrap()
}

pub fn stranger() -> PrivateKeySigner {
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80".parse().unwrap()
}

/// One cent in USDC on Base Sepolia.
pub fn offer() -> Offer {
    Offer::exact_amount(&usdc(), Amount::from_atomic(PRICE), PAY_TO).unwrap()
}

pub fn offers() -> Offers {
    offers_at(URL)
}

pub fn offers_at(url: &str) -> Offers {
    Offers::new(url, [offer()]).unwrap()
}

/// A payment to be bent, then signed.
#[derive(Clone)]
pub struct Draft {
    pub version: X402Version,
    pub authorization: Authorization,
    pub domain: TokenDomain,
    pub signer: PrivateKeySigner,
    /// v1: the name of the network.
    pub network: &'static str,
    /// v2: what is echoed.
    pub accepted: Value,
    /// v2: what is echoed, if anything.
    pub resource: Option<Value>,
}

impl Draft {
    /// Exactly what [`offer`] asks, valid for a minute.
    pub fn of(version: X402Version) -> Self {
        let authorization = Authorization {
            from: buyer().address(),
            to: PAY_TO,
            value: U256::from(PRICE),
            valid_after: U256::from(NOW - 600),
            valid_before: U256::from(NOW + 60),
            nonce: B256::repeat_byte(0x42),
        };
        Self {
            version,
            authorization,
            domain: usdc().domain(),
            signer: buyer(),
            network: "base-sepolia",
            accepted: accepted(&offers(), 0),
            resource: Some(json!({ "url": URL })),
        }
    }

    pub fn v1() -> Self {
        Self::of(X402Version::V1)
    }

    pub fn v2() -> Self {
        Self::of(X402Version::V2)
    }

    pub fn nonce(mut self, nonce: u8) -> Self {
        self.authorization.nonce = B256::repeat_byte(nonce);
        self
    }

    pub fn with(mut self, bend: impl FnOnce(&mut Self)) -> Self {
        bend(&mut self);
        self
    }

    pub fn json(&self) -> Value {
        let signed = &self.authorization;
        let signature = self.signer.sign_hash_sync(&signed.signing_hash(&self.domain)).unwrap();
        let payload = json!({
            "signature": format!("0x{}", alloy_primitives::hex::encode(signature.as_bytes())),
            "authorization": {
                "from": signed.from.to_string(),
                "to": signed.to.to_string(),
                "value": signed.value.to_string(),
                "validAfter": signed.valid_after.to_string(),
                "validBefore": signed.valid_before.to_string(),
                "nonce": signed.nonce.to_string(),
            },
        });
        match self.version {
            X402Version::V1 => {
                json!({ "x402Version": 1, "scheme": "exact", "network": self.network, "payload": payload })
            }
            X402Version::V2 => {
                let mut json = json!({ "x402Version": 2, "payload": payload, "accepted": self.accepted });
                if let Some(resource) = &self.resource {
                    json["resource"] = resource.clone();
                }
                json
            }
        }
    }

    pub fn payload(&self) -> PaymentPayload {
        wire::decode_payment_payload(self.json().to_string().as_bytes()).unwrap()
    }

    pub fn headers(&self) -> HeaderMap {
        headers(header::payment_header(self.version), &self.json().to_string())
    }

    pub fn key(&self) -> ClaimKey {
        ClaimKey {
            chain_id: 84532,
            asset: usdc().address(),
            from: self.authorization.from,
            nonce: self.authorization.nonce,
        }
    }
}

/// An entry of `accepts` as a v2 client sees it.
pub fn accepted(offers: &Offers, index: usize) -> Value {
    let json = wire::encode_payment_required(offers.required(), X402Version::V2);
    serde_json::from_slice::<Value>(&json).unwrap()["accepts"][index].clone()
}

pub fn base64(text: &str) -> HeaderValue {
    HeaderValue::try_from(BASE64_STANDARD.encode(text)).unwrap()
}

pub fn unbase64(value: &HeaderValue) -> String {
    String::from_utf8(BASE64_STANDARD.decode(value.as_bytes()).unwrap()).unwrap()
}

pub fn headers(name: HeaderName, json: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, base64(json))])
}

pub fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

pub fn described() -> ResourceInfo {
    serde_json::from_value(json!({
        "url": URL, "description": "Weather – “today”", "mimeType": "application/json", "serviceName": "Weather",
        "tags": ["weather", "now"], "iconUrl": "https://api.example.com/icon.png",
    }))
    .unwrap()
}

/// Polls a future until it is ready. Nothing here waits for anything but itself.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Some(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Polls a future so many times and drops it; whether it was ready.
pub fn poll_and_drop<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    (0..times).find_map(|_| poll(future.as_mut()))
}

/// Polls all futures in turn until all are ready.
pub fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    while futures.iter().any(|(_, output)| output.is_none()) {
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            *output = poll(future.as_mut());
        }
    }
    futures.into_iter().filter_map(|(_, output)| output).collect()
}

/// Pending once.
pub async fn wait() {
    let mut waited = false;
    std::future::poll_fn(|_: &mut Context<'_>| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        Poll::Pending
    })
    .await;
}
