//! Every public type is `Send`, `Sync` and `Unpin`: it can be kept in any service, on any runtime.

use std::sync::Arc;

use alloy_signer_local::PrivateKeySigner;
use x402_core::{
    address, amount, asset, claim, client, domain, exact, facilitator, header, network, payload, price, reason,
    requirements, resource, server, settlement, signature, signer, supported,
    testing::{self, ScriptedFacilitator},
    time, verbatim, verification, version, wire,
};

fn is_send_sync_unpin<T: Send + Sync + Unpin>() {}

macro_rules! all {
    ($($type:ty),* $(,)?) => { $(is_send_sync_unpin::<$type>();)* };
}

#[test]
fn public_types_are_send_sync_and_unpin() {
    all![
        address::ChainAddress,
        address::ParseAddressError,
        amount::Amount,
        amount::ParseAmountError,
        asset::Asset,
        claim::Claim,
        claim::ClaimError,
        claim::ClaimKey,
        claim::ClaimState,
        claim::MemoryClaims,
        claim::NewClaim,
        claim::Taken,
        claim::Ticket,
        client::Choice,
        client::Limits,
        client::NoChoice,
        client::Offered,
        client::OfferedError,
        client::PayError,
        client::Payer<PrivateKeySigner>,
        client::SignedPayment,
        client::Verdict,
        domain::TokenDomain,
        exact::Authorization,
        exact::Checked,
        exact::ExactPayload,
        exact::Terms,
        facilitator::FacilitatorError,
        facilitator::FacilitatorErrorKind,
        facilitator::FacilitatorRequest,
        facilitator::Reach,
        facilitator::SharedFacilitator,
        header::PaymentHeaderError,
        network::Network,
        network::ParseNetworkError,
        payload::PaymentPayload,
        payload::SchemePayload,
        price::Price,
        price::PriceError,
        reason::Reason,
        reason::ReasonKind,
        requirements::Extra,
        requirements::PaymentRequired,
        requirements::PaymentRequirements,
        requirements::Scheme,
        resource::ResourceInfo,
        server::Admission<Arc<ScriptedFacilitator>, Arc<claim::MemoryClaims>>,
        server::Asked<Arc<ScriptedFacilitator>, Arc<claim::MemoryClaims>>,
        server::Decision,
        server::Clearing<ScriptedFacilitator>,
        server::Gate<ScriptedFacilitator>,
        server::Offer,
        server::Offers,
        server::OffersError,
        server::Paid,
        server::Payment,
        server::Pending<Arc<ScriptedFacilitator>, Arc<claim::MemoryClaims>>,
        server::Refusal,
        server::RefusalKind,
        server::Settled<Arc<claim::MemoryClaims>>,
        server::Unsettled<Arc<ScriptedFacilitator>, Arc<claim::MemoryClaims>>,
        settlement::Receipt,
        settlement::SettleResponse,
        settlement::Settlement,
        signature::Signature,
        signature::SignatureError,
        signer::SharedSigner<PrivateKeySigner>,
        signer::SignerError,
        signer::Transfer,
        supported::SupportedKind,
        supported::SupportedResponse,
        testing::ManualClock,
        ScriptedFacilitator,
        testing::conformance::claims::Fixture,
        testing::conformance::facilitator::Fixture,
        time::SystemClock,
        time::UnixSeconds,
        verbatim::Verbatim<requirements::PaymentRequirements>,
        verification::VerifyResponse,
        version::UnsupportedVersion,
        version::X402Version,
        wire::DecodeError,
        wire::DecodeErrorKind,
    ];
}

/// What a journey returns can be unwrapped, whatever facilitator and store it is about.
#[test]
fn debug_asks_nothing_of_the_facilitator_and_the_store() {
    /// A store that is not `Debug`.
    struct Plain;

    impl claim::ClaimStore for Plain {
        async fn claim(&self, _: &claim::NewClaim) -> Result<claim::Claim, claim::ClaimError> {
            Ok(claim::Claim::Absent)
        }

        async fn record(&self, _: &claim::Ticket, _: claim::ClaimState) -> Result<(), claim::ClaimError> {
            Ok(())
        }

        async fn release(&self, _: &claim::Ticket) -> Result<(), claim::ClaimError> {
            Ok(())
        }

        fn abandon(&self, _: &claim::Ticket) {}
    }

    /// A facilitator that is not `Debug`.
    struct Nobody;

    fn is_debug<T: std::fmt::Debug>() {}
    is_debug::<server::Clearing<Nobody, Plain>>();
    is_debug::<server::Gate<Nobody, Plain>>();
    is_debug::<server::Admission<Nobody, Plain>>();
    is_debug::<server::Settled<Plain>>();
    is_debug::<server::Unsettled<Nobody, Plain>>();
    is_debug::<server::Pending<Nobody, Plain>>();
    is_debug::<server::Asked<Nobody, Plain>>();
}

fn is_send<F: Send>(_: &F) {}

/// The futures too, whatever the facilitator and the store.
#[test]
fn the_journeys_can_run_on_any_executor() {
    async fn journeys(
        gate: server::Gate<facilitator::SharedFacilitator>,
        offers: server::Offers,
        payer: client::Payer<PrivateKeySigner>,
        offered: client::Offered,
    ) -> Option<server::Paid> {
        let choice = payer.choose(&offered).ok()?;
        let payment = payer.sign(&offered, choice).await.ok()?;
        let admission = gate.admit(&offers, payment.payload().clone()).await.ok()?;
        let settled = match admission.settle().await {
            Ok(settled) => settled,
            Err(unsettled) => match unsettled.into_parts().1?.ask().await {
                server::Asked::Settled(settled) => settled,
                _ => return None,
            },
        };
        Some(settled.deliver().await)
    }

    fn check(
        gate: server::Gate<facilitator::SharedFacilitator>,
        offers: server::Offers,
        payer: client::Payer<PrivateKeySigner>,
        offered: client::Offered,
    ) {
        is_send(&journeys(gate, offers, payer, offered));
    }

    // It compiles; that is the test.
    let _ = check;
}
