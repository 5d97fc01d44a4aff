//! Claim stores that conform, and that do not.

use std::sync::{Arc, Mutex};

use x402_core::{
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Ticket},
    testing::conformance::claims,
};

use crate::{
    support::{block_on, now, wait},
    toy::{Fault, Toy},
};

fn fixture() -> claims::Fixture {
    claims::Fixture::new(now(), 7)
}

#[test]
fn memory_claims_conform() {
    let store = MemoryClaims::default();
    block_on(claims::all(&store, &fixture()));
    block_on(claims::forgets_what_expired(&MemoryClaims::default(), &fixture()));
    // Shared and borrowed stores are the same store.
    block_on(claims::all(&&Arc::new(MemoryClaims::default()), &fixture()));
}

/// Does the work of `abandon` later: when it is next waited for.
#[derive(Default)]
struct Later {
    inner: Arc<MemoryClaims>,
    abandoned: Arc<Mutex<Vec<Ticket>>>,
}

impl ClaimStore for Later {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        wait().await;
        self.inner.claim(claim).await
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        wait().await;
        self.inner.record(ticket, state).await
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        wait().await;
        self.inner.release(ticket).await
    }

    fn abandon(&self, ticket: &Ticket) {
        self.abandoned.lock().unwrap().push(ticket.clone());
    }
}

#[test]
fn a_store_that_abandons_later_conforms_if_the_suite_waits_for_it() {
    let store = Later::default();
    let (inner, abandoned) = (Arc::clone(&store.inner), Arc::clone(&store.abandoned));
    let fixture = fixture().pause(move || {
        abandoned.lock().unwrap().drain(..).for_each(|ticket| inner.abandon(&ticket));
        wait()
    });
    block_on(claims::all(&store, &fixture));
}

fn suite(fault: Fault) {
    block_on(claims::all(&Toy::new(fault), &fixture()));
}

#[test]
fn a_store_as_short_as_the_table_conforms() {
    suite(Fault::None);
}

/// Each fault, and the rule that it breaks first.
macro_rules! caught {
    ($($test:ident: $fault:ident breaks $rule:literal;)*) => {$(
        #[test]
        #[should_panic(expected = $rule)]
        fn $test() {
            suite(Fault::$fault);
        }
    )*};
}

caught! {
    a_store_that_forgets_at_once_is_caught: ForgetsAtOnce breaks "a claim is exclusive";
    a_store_that_forgets_resources_is_caught: ForgetsResources breaks "for another resource too";
    a_store_that_claims_in_two_steps_is_caught: ClaimsInTwoSteps breaks "of twenty copies at once one is taken";
    a_store_that_gives_away_what_is_held_is_caught: GivesAwayWhatIsHeld breaks "can be made";
    a_store_that_obeys_anybody_is_caught: ForgetsHolders breaks "only the holder moves a claim";
    a_store_whose_tickets_are_all_alike_is_caught: ReusesTickets breaks "have different tickets";
    a_store_that_does_not_say_that_a_claim_is_lost_is_caught: KeepsQuietAboutLoss breaks "its ticket is told so";
    a_store_that_keeps_what_is_released_is_caught: KeepsWhatIsReleased breaks "let go by Release";
    a_store_that_keeps_what_is_abandoned_is_caught: KeepsWhatIsAbandoned breaks "let go by Abandon";
    a_store_that_keeps_what_is_unknown_is_caught: KeepsWhatIsUnknown breaks "not Free(Unknown(None))";
    a_store_that_lets_who_ended_a_claim_go_on_is_caught: KeepsHoldersOfEnds breaks "obeys its last holder no more";
    a_store_that_forgets_while_settling_is_caught:
        AbandonsAtOnceWhatSettles breaks "a claim that is Held(Settling), let go by Abandon";
    a_store_that_releases_as_if_money_might_have_moved_is_caught:
        ReleasesAsAbandoned breaks "a claim that is Held(Settling), let go by Release";
    a_store_that_loses_transactions_is_caught: LosesTransactions breaks "a claim that is Held(Unknown(Some(";
    a_store_that_does_not_find_what_has_expired_is_caught: MissesWhatMayNotStart breaks "claimed for its resource: is held";
    a_store_that_starts_what_has_expired_is_caught: StartsWhatMayNot breaks "and may not start";
}
