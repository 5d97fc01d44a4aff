//! A claim store that is full, or down for one of its calls.

use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::B256;
use http::StatusCode;
use x402_core::{
    Network, Reason, SettleResponse, VerifyResponse,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Ticket},
    facilitator::Reach,
    server::Gate,
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{ask, gate, is_402, is_pending, is_served, is_unavailable},
    support::{Draft, block_on, buyer, offers},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Call {
    Claim,
    Settling,
    /// As `Settling`, but it is written down before the connection is lost.
    SettlingLate,
    Outcome,
    Delivered,
    Release,
}

pub(crate) struct Broken {
    pub(crate) inner: MemoryClaims,
    pub(crate) at: Call,
}

impl Broken {
    fn down(&self, call: Call) -> Result<(), ClaimError> {
        if self.at == call { Err(ClaimError::Unavailable("10.0.0.7:6379 said SECRET".into())) } else { Ok(()) }
    }
}

impl ClaimStore for Broken {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        self.down(Call::Claim)?;
        self.inner.claim(claim).await
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        self.down(match state {
            ClaimState::Settling => Call::Settling,
            ClaimState::Delivered => Call::Delivered,
            _ => Call::Outcome,
        })?;
        let late = state == ClaimState::Settling && self.at == Call::SettlingLate;
        self.inner.record(ticket, state).await?;
        if late { self.down(Call::SettlingLate) } else { Ok(()) }
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        self.down(Call::Release)?;
        self.inner.release(ticket).await
    }

    fn abandon(&self, ticket: &Ticket) {
        self.inner.abandon(ticket);
    }
}

#[test]
fn a_full_store_is_a_503_and_asks_nobody() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator).claims(MemoryClaims::with_capacity(1));
    let first = block_on(gate.admit(&offers(), Draft::v2().nonce(1).payload())).unwrap();
    is_unavailable(&ask(&gate, &Draft::v2().nonce(2)));
    assert_eq!(facilitator.verify_calls(), 1);
    block_on(first.release());
    is_served(&ask(&gate, &Draft::v2().nonce(2)), &Draft::v2().nonce(2));
}

pub(crate) fn breaking(facilitator: &ScriptedFacilitator, at: Call) -> Gate<ScriptedFacilitator, Broken> {
    gate(facilitator).claims(Broken { inner: MemoryClaims::default(), at })
}

#[test]
fn a_store_that_is_down_before_the_settlement_is_a_503_and_settles_nothing() {
    for at in [Call::Claim, Call::Settling, Call::SettlingLate] {
        let facilitator = ScriptedFacilitator::willing();
        let gate = breaking(&facilitator, at);
        is_unavailable(&ask(&gate, &Draft::v2()));
        assert_eq!(facilitator.settle_calls(), 0, "{at:?}");
        // Nobody was asked to settle it: it is free, whatever the store had written down.
        assert!(gate.claim_store().inner.is_empty(), "{at:?}");
    }
}

#[test]
fn a_store_that_goes_down_after_the_settlement_serves_the_payer_and_frees_nothing() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = breaking(&facilitator, Call::Outcome);
    let draft = Draft::v2();
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(gate.claim_store().inner.state(&draft.key()), Some(ClaimState::Delivered));

    let gate = breaking(&facilitator, Call::Delivered);
    is_served(&ask(&gate, &draft), &draft);
    // Not known to be delivered: worst case it is handed over again, to the same payer for the same resource.
    assert!(matches!(gate.claim_store().inner.state(&draft.key()), Some(ClaimState::Settled(_))));
}

#[test]
fn a_store_that_cannot_record_an_unknown_or_refused_settlement_frees_nothing() {
    let payer = buyer().address();
    for answer in [
        Err(ScriptedFacilitator::lost(Reach::MaybeSent)),
        Ok(SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, Some(payer))),
        Ok(SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, payer)),
    ] {
        let facilitator = ScriptedFacilitator::willing();
        let gate = breaking(&facilitator, Call::Outcome);
        let draft = Draft::v2();
        facilitator.next_settle(answer);
        let status = ask(&gate, &draft).status();
        assert!(status == StatusCode::PAYMENT_REQUIRED || status == StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(gate.claim_store().inner.state(&draft.key()), Some(ClaimState::Unknown(None)));
    }
}

#[test]
fn a_store_that_cannot_release_frees_the_claim_when_it_is_abandoned() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = breaking(&facilitator, Call::Release);
    facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    is_unavailable(&ask(&gate, &Draft::v2()));
    assert!(gate.claim_store().inner.is_empty());
}

/// Counts what is let go by being dropped: a store with I/O then lets it go some time later.
#[derive(Default)]
struct Counted {
    inner: MemoryClaims,
    abandoned: AtomicUsize,
}

impl ClaimStore for Counted {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        self.inner.claim(claim).await
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        self.inner.record(ticket, state).await
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        self.inner.release(ticket).await
    }

    fn abandon(&self, ticket: &Ticket) {
        self.abandoned.fetch_add(1, Ordering::Relaxed);
        self.inner.abandon(ticket);
    }
}

#[test]
fn a_payment_that_is_given_up_is_free_when_that_is_answered_and_not_some_time_later() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator).claims(Counted::default());
    let abandoned = || gate.claim_store().abandoned.load(Ordering::Relaxed);
    let draft = Draft::v2();
    block_on(block_on(gate.admit(&offers(), draft.payload())).unwrap().release());
    facilitator.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
    is_402(&ask(&gate, &draft), &Reason::INSUFFICIENT_FUNDS);
    facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::NotSent)));
    is_unavailable(&ask(&gate, &draft));
    assert!(gate.claim_store().inner.is_empty());
    assert_eq!(abandoned(), 0);
    // Whoever drops what to ask on with abandons it; who asks again in vain does not.
    facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    is_pending(&ask(&gate, &draft), draft.version, "");
    assert_eq!(abandoned(), 1);
    is_pending(&ask(&gate, &draft), draft.version, "");
    assert_eq!(facilitator.reconcile_calls(), 1);
    facilitator.next_reconcile(Ok(crate::expect::settled(&draft)));
    is_served(&ask(&gate, &draft), &draft);
    is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
    assert_eq!(abandoned(), 1, "what has ended is not abandoned");
}
