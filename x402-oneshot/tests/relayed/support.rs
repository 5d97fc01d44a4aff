//! A sandbox, a facilitator in it, and payments to settle.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, PaymentSigner, ResourceInfo, server::Offer,
    signer::Transfer,
};
use x402_oneshot::{
    Client, Config, Credentials, MethodId, RetryPolicy,
    api::WaitPolicy,
    facilitator::{Relayed, RelayedBuilder},
    sandbox::{Sandbox, SandboxBuilder},
    transport::Transport,
};

pub(crate) const SELLER: Address = Address::repeat_byte(7);

/// Blocks come at once, so that nothing is waited for.
pub(crate) fn builder() -> SandboxBuilder {
    Sandbox::builder().block_time(Duration::ZERO)
}

pub(crate) fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

pub(crate) fn config(sandbox: &Sandbox) -> Config {
    Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()))
        .base_url(sandbox.base_url())
        .unwrap()
        .retry(RetryPolicy::none())
}

/// Asks often, and gives up after half a minute: for what ends at once.
pub(crate) fn wait() -> WaitPolicy {
    let often = Duration::from_millis(5);
    WaitPolicy::new().interval(often).min_interval(often).deadline(Duration::from_secs(30))
}

/// For what never ends.
pub(crate) async fn impatient(sandbox: &Sandbox) -> Relayed {
    let soon = wait().deadline(Duration::from_millis(200));
    relayed_builder(sandbox).token(usdc()).wait(soon).connect().await.unwrap()
}

pub(crate) async fn relayed(sandbox: &Sandbox) -> Relayed {
    relayed_builder(sandbox).token(usdc()).connect().await.unwrap()
}

/// Without a token, yet.
pub(crate) fn relayed_builder(sandbox: &Sandbox) -> RelayedBuilder {
    builder_over(sandbox, Client::new(config(sandbox)).unwrap())
}

pub(crate) async fn over(sandbox: &Sandbox, transport: impl Transport + 'static) -> Relayed {
    let client = Client::with_transport(config(sandbox), transport);
    builder_over(sandbox, client).token(usdc()).connect().await.unwrap()
}

fn builder_over(sandbox: &Sandbox, client: Client) -> RelayedBuilder {
    Relayed::builder(client, sandbox.business_id()).wait(wait())
}

pub(crate) fn method_of(facilitator: &Relayed) -> MethodId {
    facilitator.method(&Network::BASE_SEPOLIA, usdc().address()).unwrap()
}

/// What is wrong with a payment; nothing unless set.
pub(crate) struct Payment {
    pub(crate) key: B256,
    pub(crate) value: u64,
    pub(crate) valid_after: u64,
    pub(crate) valid_before: u64,
    pub(crate) nonce: u8,
    /// Bytes after the signature.
    pub(crate) more: usize,
    /// What is bought.
    pub(crate) resource: &'static str,
}

impl Payment {
    pub(crate) fn by_buyer_of(sandbox: &Sandbox) -> Self {
        let key = B256::from(*sandbox.buyer_key().expose());
        let resource = "https://shop.example/";
        Self { key, value: 50_000, valid_after: 0, valid_before: 4_000_000_000, nonce: 1, more: 0, resource }
    }

    pub(crate) async fn request(&self) -> FacilitatorRequest {
        let asset = usdc();
        let signer = PrivateKeySigner::from_bytes(&self.key).unwrap();
        let transfer = Transfer {
            asset: asset.clone(),
            to: SELLER,
            value: U256::from(self.value),
            valid_after: U256::from(self.valid_after),
            valid_before: U256::from(self.valid_before),
            nonce: B256::repeat_byte(self.nonce),
        };
        let mut signed = signer.sign(&transfer).await.unwrap();
        signed.signature = [signed.signature.as_ref(), &vec![0; self.more]].concat().into();
        let offer = Offer::exact_amount(&asset, Amount::from_atomic(self.value.max(1)), SELLER).unwrap();
        let payload = PaymentPayload::v2(offer.requirements().clone(), signed, None, None);
        FacilitatorRequest::new(payload, offer.requirements().clone(), ResourceInfo::new(self.resource))
    }
}
