//! What the table does not show.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256, keccak256};

use super::{
    fixture::{Fixture, KEPT, Seen, claim, elsewhere, is, only_look, receipt, record, record_in_vain, release, take},
    table::follows_the_table,
};
use crate::{
    claim::{Claim, ClaimKey, ClaimState, ClaimStore, NewClaim, Taken, Ticket},
    reason::Reason,
    testing::conformance::join::join,
};

/// Every rule, but [`forgets_what_expired`].
///
/// # Panics
///
/// When the store breaks a rule, or gives no answer.
pub async fn all(store: &impl ClaimStore, fixture: &Fixture) {
    is_exclusive(store, fixture).await;
    follows_the_table(store, fixture).await;
    gives_one_of_many_copies(store, fixture).await;
    obeys_only_the_holder(store, fixture).await;
    keeps_what_ended(store, fixture).await;
    remembers_until_it_may_forget(store, fixture).await;
}

/// A payment that is claimed is held, also for another resource; any other payment is not.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn is_exclusive(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim is exclusive";
    let first = fixture.fresh();
    let _ticket = take(store, &first, &Taken::Fresh, RULE).await;
    let held = |same_resource| Claim::Held { state: ClaimState::Claimed, same_resource };
    assert_eq!(claim(store, &first).await, held(true), "{RULE}");
    assert_eq!(claim(store, &elsewhere(&first)).await, held(false), "{RULE}: for another resource too");
    let ClaimKey { chain_id, asset, from, nonce } = first.key.clone();
    let other = |bytes: &[u8]| keccak256([nonce.as_slice(), bytes].concat());
    for key in [
        ClaimKey { chain_id: chain_id + 1, asset, from, nonce },
        ClaimKey { asset: Address::from_word(other(b"asset")), chain_id, from, nonce },
        ClaimKey { from: Address::from_word(other(b"from")), chain_id, asset, nonce },
        ClaimKey { nonce: B256::from(U256::from_be_bytes(nonce.0) ^ U256::ONE), chain_id, asset, from },
    ] {
        let rule = "every part of the key tells payments apart";
        take(store, &NewClaim { key, ..first.clone() }, &Taken::Fresh, rule).await;
    }
}

/// Of many claims of one payment that are under way at once, one is taken: of a new payment, of a settled one that
/// nobody holds, and of an unknown one that nobody holds.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn gives_one_of_many_copies(store: &impl ClaimStore, fixture: &Fixture) {
    let free = [None, Some(ClaimState::Settled(receipt())), Some(ClaimState::Unknown(None))];
    for before in free.iter().cycle().take(12) {
        let new = fixture.fresh();
        if let Some(state) = before {
            let ticket = take(store, &new, &Taken::Fresh, "a claim").await;
            record(store, &ticket, state.clone()).await;
            release(store, &ticket).await;
        }
        let copies = join((0..20).map(|_| claim(store, &new))).await;
        let taken = copies.iter().filter(|claim| matches!(claim, Claim::Taken(..))).count();
        assert_eq!(taken, 1, "of twenty copies at once one is taken ({before:?})");
    }
}

/// A ticket that lost its claim, or was never given, changes nothing, in no state, and is told so.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn obeys_only_the_holder(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "only the holder moves a claim";
    let new = fixture.fresh();
    let old = take(store, &new, &Taken::Fresh, RULE).await;
    release(store, &old).await;
    record_in_vain(store, &old, ClaimState::Delivered, RULE).await;
    is(store, &new, &Seen::Nothing, "a ticket that lost its claim makes no new one").await;
    let mut holder = take(store, &new, &Taken::Fresh, RULE).await;
    assert_ne!(holder.id(), old.id(), "{RULE}: two claims of one key have different tickets");
    let states = [ClaimState::Claimed, ClaimState::Settling, ClaimState::Unknown(None), ClaimState::Settled(receipt())];
    for state in states {
        record(store, &holder, state.clone()).await;
        disturb(store, fixture, &new, &[&old, &made_up(&holder)], &Seen::Held(state), RULE).await;
    }
    // The one who settled it, when somebody else has taken it since.
    release(store, &holder).await;
    let settled = holder;
    holder = take(store, &new, &Taken::Settled(receipt()), RULE).await;
    let strangers = [&settled, &old, &made_up(&holder)];
    disturb(store, fixture, &new, &strangers, &Seen::Held(ClaimState::Settled(receipt())), RULE).await;
    record(store, &holder, ClaimState::Delivered).await;
    is(store, &new, &Seen::Held(ClaimState::Delivered), RULE).await;
}

fn made_up(holder: &Ticket) -> Ticket {
    Ticket::new(holder.key().clone(), holder.id().wrapping_add(1_000_000))
}

/// Everything that these tickets can ask for, and that it changes nothing.
async fn disturb(
    store: &impl ClaimStore,
    fixture: &Fixture,
    claim: &NewClaim,
    strangers: &[&Ticket],
    expected: &Seen,
    rule: &str,
) {
    let states = [
        ClaimState::Settling,
        ClaimState::Unknown(Some(B256::repeat_byte(9))),
        ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS),
        ClaimState::Delivered,
    ];
    for stranger in strangers {
        for state in &states {
            record_in_vain(store, stranger, state.clone(), rule).await;
            is(store, claim, expected, rule).await;
        }
        release(store, stranger).await;
        is(store, claim, expected, rule).await;
        store.abandon(stranger);
        fixture.wait().await;
        is(store, claim, expected, rule).await;
    }
}

/// What a payment ended as is what it stays, whatever its last holder asks for then.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn keeps_what_ended(store: &impl ClaimStore, fixture: &Fixture) {
    for end in [ClaimState::Delivered, ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS)] {
        let rule = format!("{end:?} stays");
        let new = fixture.fresh();
        let ticket = take(store, &new, &Taken::Fresh, &rule).await;
        record(store, &ticket, ClaimState::Settling).await;
        record(store, &ticket, end.clone()).await;
        disturb(store, fixture, &new, &[&ticket], &Seen::Held(end), &rule).await;
    }
}

/// A claim is remembered until the second that it was asked to be, by its first holder.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn remembers_until_it_may_forget(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim is remembered until it may be forgotten";
    for end in [ClaimState::Delivered, ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS)] {
        let new = fixture.fresh();
        let ticket = take(store, &new, &Taken::Fresh, RULE).await;
        record(store, &ticket, end.clone()).await;
        is(store, &last_second(&new), &Seen::Held(end), RULE).await;
    }
    for taken in [Taken::Settled(receipt()), Taken::Unknown(None)] {
        let new = fixture.fresh();
        let ticket = take(store, &new, &Taken::Fresh, RULE).await;
        let state = match &taken {
            Taken::Settled(receipt) => ClaimState::Settled(receipt.clone()),
            _ => ClaimState::Unknown(None),
        };
        record(store, &ticket, state).await;
        release(store, &ticket).await;
        // Also after it has expired: what was paid for is owed.
        is(store, &last_second(&new), &Seen::Free(taken), RULE).await;
    }
}

fn last_second(new: &NewClaim) -> NewClaim {
    NewClaim { now: new.keep_until, keep_until: new.keep_until.saturating_add(KEPT), ..new.clone() }
}

/// A claim is forgotten after that second. For stores that go by [`NewClaim::now`]; one with a clock of its own forgets
/// later.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn forgets_what_expired(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "an expired claim is forgotten";
    let new = fixture.fresh();
    let old = take(store, &new, &Taken::Fresh, RULE).await;
    record(store, &old, ClaimState::Settled(receipt())).await;
    let now = new.keep_until.saturating_add(Duration::from_secs(1));
    let late = NewClaim { now, keep_until: now.saturating_add(KEPT), ..new };
    assert_eq!(claim(store, &only_look(&late)).await, Claim::Absent, "{RULE}, also by looking for it");
    take(store, &late, &Taken::Fresh, RULE).await;
    release(store, &old).await;
    assert!(matches!(claim(store, &late).await, Claim::Held { .. }), "{RULE}: its ticket has lost it");
}
