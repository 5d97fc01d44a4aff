//! What the gate makes of a store that is away, or whose lease has lapsed.

use alloy_primitives::{Address, B256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use x402_core::{
    Asset, Network, PaymentPayload, Reason, UnixSeconds, X402Version,
    client::{Offered, Payer},
    server::{Gate, Offer, Offers, RefusalKind},
    testing::{ManualClock, ScriptedFacilitator},
};
use x402_tower::store::redis::RedisClaims;

use crate::{
    server::Server,
    support::{Process, store, until},
};

const NOW: UnixSeconds = UnixSeconds::from_secs(1_790_000_000);

fn offers() -> Offers {
    let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
    let offer = Offer::exact(&usdc, &"$0.05".parse().unwrap(), Address::repeat_byte(7)).unwrap();
    Offers::new("https://shop.example/premium", [offer]).unwrap()
}

async fn payment() -> PaymentPayload {
    let signer = PrivateKeySigner::from_bytes(&keccak256("a test buyer")).unwrap();
    let payer = Payer::new(signer).clock(ManualClock::at(NOW)).nonces(|| Ok(B256::repeat_byte(1)));
    let offered = Offered::new(X402Version::V2, offers().required().clone());
    let choice = payer.choose(&offered).unwrap();
    let signed = payer.sign(&offered, choice).await.unwrap();
    signed.payload().clone()
}

fn gate(facilitator: &ScriptedFacilitator, claims: RedisClaims) -> Gate<ScriptedFacilitator, RedisClaims> {
    Gate::new(facilitator.clone()).claims(claims).clock(ManualClock::at(NOW))
}

#[tokio::test]
async fn fault_redis_lost_while_the_handler_ran_charges_nobody_and_the_payment_is_good_when_it_is_back() {
    let Some(mut server) = Server::start_durable() else { return };
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator, store(&server).await);
    let admission = gate.admit(&offers(), payment().await).await.unwrap();
    server.kill();
    let (refusal, pending) = admission.settle().await.unwrap_err().into_parts();
    assert_eq!(refusal.kind(), RefusalKind::Unavailable);
    assert!(pending.is_none());
    assert_eq!(facilitator.settle_calls(), 0, "what cannot be written down is not done");
    server.restart();
    let payment = payment().await;
    let admission = until("it is admitted again", || async { gate.admit(&offers(), payment.clone()).await.ok() }).await;
    admission.settle().await.unwrap().deliver().await;
    assert_eq!(facilitator.settle_calls(), 1);
    let again = gate.admit(&offers(), payment).await.unwrap_err();
    assert_eq!(again.kind(), RefusalKind::Invalid);
}

/// A process that was stopped for longer than its lease, with the handler's work done.
#[test]
fn fault_a_holder_whose_lease_lapsed_does_not_settle_what_another_works_on() {
    let Some(server) = Server::start() else { return };
    let facilitator = ScriptedFacilitator::willing();
    let (stopped, other) = (Process::start(&server), Process::start(&server));
    let slow = stopped
        .runtime
        .block_on(async { gate(&facilitator, stopped.store.clone()).admit(&offers(), payment().await).await.unwrap() });
    let quick = other.runtime.block_on(async {
        let (gate, payment) = (gate(&facilitator, other.store.clone()), payment().await);
        until("the lease has lapsed", || async { gate.admit(&offers(), payment.clone()).await.ok() }).await
    });
    let (refusal, _) = stopped.runtime.block_on(slow.settle()).unwrap_err().into_parts();
    assert_eq!(refusal.kind(), RefusalKind::Unavailable);
    assert_eq!(facilitator.settle_calls(), 0, "it is not its payment any more");
    other.runtime.block_on(async { quick.settle().await.unwrap().deliver().await });
    assert_eq!(facilitator.settle_calls(), 1);
}

#[tokio::test]
async fn a_settlement_that_cannot_be_written_down_is_delivered_and_written_down_later() {
    let Some(mut server) = Server::start_durable() else { return };
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator, store(&server).await);
    let settled = gate.admit(&offers(), payment().await).await.unwrap().settle().await.unwrap();
    server.kill();
    let paid = settled.deliver().await;
    assert!(paid.receipt().payer != Address::ZERO, "who has paid is served");
    server.restart();
    let payment = payment().await;
    let refusal = until("it is written down", || async {
        let refusal = gate.admit(&offers(), payment.clone()).await.expect_err("it is not given a second time");
        (refusal.kind() == RefusalKind::Invalid).then_some(refusal)
    })
    .await;
    assert_eq!(refusal.reason(), Some(&Reason::NONCE_USED));
    assert_eq!(facilitator.settle_calls(), 1);
}
