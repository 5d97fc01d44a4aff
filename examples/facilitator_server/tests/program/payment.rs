//! Payments, and what is asked of a facilitator about them.

use std::time::{Duration, SystemTime};

use alloy_primitives::{Address, B256, U256, address, keccak256};
use alloy_signer_local::PrivateKeySigner;
use serde_json::Value;
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, PaymentSigner as _, ResourceInfo, X402Version,
    server::Offer, signer::Transfer, wire,
};

pub(crate) const SELLER: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");
pub(crate) const PRICE: u64 = 50_000;
pub(crate) const VERSIONS: [X402Version; 2] = [X402Version::V1, X402Version::V2];

/// The sandbox's buyer, whose key is well known.
pub(crate) fn buyer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256("x402 sandbox buyer")).unwrap()
}

/// A payment of the buyer's, to be bent before it is signed.
#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) version: X402Version,
    pub(crate) signer: PrivateKeySigner,
    pub(crate) value: u64,
    pub(crate) valid_for: Duration,
    pub(crate) nonce: u8,
    /// Whether the last bit of the signature's first half is another.
    pub(crate) is_forged: bool,
}

impl Payment {
    pub(crate) fn of(version: X402Version, nonce: u8) -> Self {
        let valid_for = Duration::from_secs(300);
        Self { version, signer: buyer(), value: PRICE, valid_for, nonce, is_forged: false }
    }

    /// As a server asks: decoded from the bytes that it sends.
    pub(crate) async fn request(&self) -> FacilitatorRequest {
        let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the sandbox has the system's clock")]
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let transfer = Transfer {
            asset: usdc.clone(),
            to: SELLER,
            value: U256::from(self.value),
            valid_after: U256::ZERO,
            valid_before: U256::from((now + self.valid_for).as_secs()),
            nonce: B256::repeat_byte(self.nonce),
        };
        let mut signed = self.signer.sign(&transfer).await.unwrap();
        if self.is_forged {
            let mut bytes = signed.signature.to_vec();
            bytes[31] ^= 1;
            signed.signature = bytes.into();
        }
        let requirements =
            Offer::exact_amount(&usdc, Amount::from_atomic(PRICE), SELLER).unwrap().requirements().clone();
        let payload = match self.version {
            X402Version::V1 => PaymentPayload::v1(Network::BASE_SEPOLIA, signed),
            X402Version::V2 => PaymentPayload::v2(requirements.clone(), signed, None, None),
        };
        let request = FacilitatorRequest::new(payload, requirements, ResourceInfo::new("https://shop.example/"));
        wire::decode_facilitator_request(&wire::encode_facilitator_request(&request)).unwrap()
    }

    /// The body of that request.
    pub(crate) async fn body(&self) -> Value {
        serde_json::from_slice(&wire::encode_facilitator_request(&self.request().await)).unwrap()
    }

    /// How this version spells the network.
    pub(crate) const fn network(&self) -> &'static str {
        match self.version {
            X402Version::V1 => "base-sepolia",
            X402Version::V2 => "eip155:84532",
        }
    }
}
