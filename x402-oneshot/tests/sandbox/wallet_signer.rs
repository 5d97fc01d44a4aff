//! A server wallet pays: from the offer of a 402 to the tokens on the chain.

use alloy_primitives::U256;
use x402_core::client::{PayError, Payer, read_offer};
use x402_core::server::{Offer, Offers, Refusal};
use x402_core::testing::ManualClock;
use x402_core::{Amount, Asset, Facilitator, FacilitatorRequest, Network, ResourceInfo, UnixSeconds, wire};
use x402_oneshot::facilitator::Native;
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::signer::WalletSigner;

use crate::harness::{NOW, SELLER, client};

const PRICE: u64 = 50_000;

fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

/// A sandbox that mines at once, whose wallet holds a dollar.
async fn start() -> Sandbox {
    let builder = Sandbox::builder().block_time(std::time::Duration::ZERO);
    let sandbox = builder.clock(clock()).start().await.unwrap();
    let wallet = client(&sandbox).wallets().get(sandbox.wallet_id()).await.unwrap();
    sandbox.mint(wallet.chain_id, usdc().address(), wallet.account_address, U256::from(1_000_000)).unwrap();
    sandbox
}

fn clock() -> ManualClock {
    ManualClock::at(UnixSeconds::from_secs(NOW))
}

#[tokio::test]
async fn a_server_wallet_pays_for_a_402_in_both_versions() {
    let sandbox = start().await;
    let signer = WalletSigner::connect(client(&sandbox), sandbox.wallet_id()).await.unwrap();
    let payer = Payer::new(signer).clock(clock());
    let native = Native::builder(client(&sandbox), sandbox.business_id()).clock(clock());
    let facilitator = native.token(usdc()).connect().await.unwrap();
    let offer = Offer::exact_amount(&usdc(), Amount::from_atomic(PRICE), SELLER).unwrap();
    let response = Offers::new("https://shop.example/", [offer.clone()]).unwrap().refuse(&Refusal::unpaid());
    let v2 = read_offer(response.headers(), response.body()).unwrap();
    let v1 = read_offer(&http::HeaderMap::new(), response.body()).unwrap();
    for (paid, offered) in (1..).zip([v1, v2]) {
        let choice = payer.choose(&offered).unwrap();
        let signed = payer.sign(&offered, choice).await.unwrap();
        let sent = wire::encode_payment_payload(signed.payload());
        let payload = wire::decode_payment_payload(&sent).unwrap();
        let resource = ResourceInfo::new("https://shop.example/");
        let request = FacilitatorRequest::new(payload, offer.requirements().clone(), resource);
        let verified = facilitator.verify(&request).await.unwrap();
        assert!(verified.is_valid, "{verified:?}");
        let settled = facilitator.settle(&request).await.unwrap();
        assert!(settled.success, "{settled:?}");
        assert_eq!(sandbox.balance_of(SELLER), U256::from(paid * PRICE), "{}", offered.version);
    }
    assert_eq!(sandbox.requests().of("POST", "/wallets/{id}/signature/{type}"), 2);
}

#[tokio::test]
async fn a_wallet_does_not_pay_on_another_chain() {
    let sandbox = start().await;
    let signer = WalletSigner::connect(client(&sandbox), sandbox.wallet_id()).await.unwrap();
    let payer = Payer::new(signer).clock(clock());
    let base = Asset::usdc(&Network::BASE).unwrap();
    let offer = Offer::exact_amount(&base, Amount::from_atomic(PRICE), SELLER).unwrap();
    let response = Offers::new("https://shop.example/", [offer]).unwrap().refuse(&Refusal::unpaid());
    let offered = read_offer(response.headers(), response.body()).unwrap();
    let choice = payer.choose(&offered).unwrap();
    let error = payer.sign(&offered, choice).await.unwrap_err();
    assert!(matches!(error, PayError::Signer(_)), "{error:?}");
    assert_eq!(sandbox.requests().of("POST", "/wallets/{id}/signature/{type}"), 0, "it was not even asked");
}
