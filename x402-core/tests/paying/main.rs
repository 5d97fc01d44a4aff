//! The paying side: what may be paid, how much in all, and what the answers mean for the money.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod budget;
mod choosing;
mod extensions;
mod presenting;
#[path = "../support/mod.rs"]
mod support;

use alloy_primitives::{Address, B256};
use alloy_signer_local::PrivateKeySigner;
use x402_core::{
    Amount, Asset, Network, PaymentRequired, PaymentRequirements, ResourceInfo, X402Version,
    client::{Offered, Origin, Payer, SignedPayment},
    requirements::Extra,
    testing::ManualClock,
};

use support::{PAY_TO, block_on, buyer, now};

/// A payer whose nonces count up.
fn payer() -> Payer<PrivateKeySigner> {
    let count = std::sync::atomic::AtomicU64::new(0);
    Payer::new(buyer()).clock(ManualClock::at(now())).nonces(move || {
        let next = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(B256::left_padding_from(&next.to_be_bytes()))
    })
}

fn usdc() -> Asset {
    Asset::usdc(&Network::BASE).unwrap()
}

fn requirement(asset: &Asset, units: u128) -> PaymentRequirements {
    let amount = Amount::from(alloy_primitives::U256::from(units));
    PaymentRequirements::exact(asset.network(), amount, asset.address(), PAY_TO, 60, Extra::new())
}

fn offered(accepts: impl IntoIterator<Item = PaymentRequirements>) -> Offered {
    offered_at("https://api.example.com", accepts)
}

fn offered_at(origin: &str, accepts: impl IntoIterator<Item = PaymentRequirements>) -> Offered {
    let url = format!("{origin}/x");
    let required = PaymentRequired::new(ResourceInfo::new(&url), accepts);
    Offered::new(X402Version::V2, required).asked(Origin::parse(&url).unwrap())
}

/// So many cents in USDC on Base.
fn cents(cents: u128) -> Offered {
    offered([requirement(&usdc(), cents * 10_000)])
}

fn pay(payer: &Payer<PrivateKeySigner>, offered: &Offered) -> Result<SignedPayment, x402_core::client::PayError> {
    block_on(payer.sign(offered, payer.choose(offered).unwrap()))
}

const STRANGER: Address = Address::repeat_byte(0xbb);
