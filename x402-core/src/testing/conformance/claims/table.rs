//! The table on [`ClaimStore`], cell by cell.

use alloy_primitives::B256;

use super::fixture::{Fixture, Seen, claim, elsewhere, is, only_look, receipt, record, record_in_vain, release, take};
use crate::{
    claim::{Claim, ClaimState, ClaimStore, NewClaim, Taken, Ticket},
    reason::Reason,
};

/// A row.
#[derive(Clone, Debug)]
enum Row {
    Nothing,
    /// In this state, with its first holder.
    Held(ClaimState),
    /// Taken again as this, so that it has a second holder.
    HeldAgain(Taken),
    /// Let go as this, in this way.
    Free(Taken, Way),
    /// Delivered or rejected.
    Ended(ClaimState),
}

/// How a holder lets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Release,
    Abandon,
}

const WAYS: [Way; 2] = [Way::Release, Way::Abandon];

fn rows() -> Vec<Row> {
    let free = [Taken::Settled(receipt()), Taken::Unknown(None), Taken::Unknown(Some(B256::repeat_byte(9)))];
    let mut rows = vec![Row::Nothing, Row::Held(ClaimState::Claimed), Row::Held(ClaimState::Settling)];
    for taken in free {
        rows.push(Row::Held(state_of(&taken)));
        rows.push(Row::HeldAgain(taken.clone()));
        rows.extend(WAYS.map(|way| Row::Free(taken.clone(), way)));
    }
    rows.extend([ClaimState::Delivered, ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS)].map(Row::Ended));
    rows
}

fn state_of(taken: &Taken) -> ClaimState {
    match taken {
        Taken::Fresh => ClaimState::Claimed,
        Taken::Settled(receipt) => ClaimState::Settled(receipt.clone()),
        Taken::Unknown(transaction) => ClaimState::Unknown(*transaction),
    }
}

impl Row {
    /// What is seen of a claim in this row.
    fn seen(&self) -> Seen {
        match self {
            Self::Nothing => Seen::Nothing,
            Self::Held(state) | Self::Ended(state) => Seen::Held(state.clone()),
            Self::HeldAgain(taken) => Seen::Held(state_of(taken)),
            Self::Free(taken, _) => Seen::Free(taken.clone()),
        }
    }

    /// A claim in this row, and the ticket of the last to hold it.
    async fn make(&self, store: &impl ClaimStore, fixture: &Fixture) -> (NewClaim, Option<Ticket>) {
        let rule = self.rule("can be made");
        let new = fixture.fresh();
        if matches!(self, Self::Nothing) {
            return (new, None);
        }
        let first = take(store, &new, &Taken::Fresh, &rule).await;
        let ticket = match self {
            Self::Nothing | Self::Held(ClaimState::Claimed) => first,
            Self::Held(ClaimState::Settling) => {
                record(store, &first, ClaimState::Settling).await;
                first
            }
            Self::Held(state) | Self::Ended(state) => {
                record(store, &first, ClaimState::Settling).await;
                record(store, &first, state.clone()).await;
                first
            }
            Self::HeldAgain(taken) => {
                record(store, &first, ClaimState::Settling).await;
                record(store, &first, state_of(taken)).await;
                release(store, &first).await;
                take(store, &new, taken, &rule).await
            }
            Self::Free(taken, way) => {
                record(store, &first, ClaimState::Settling).await;
                record(store, &first, state_of(taken)).await;
                way.go(store, &first).await;
                fixture.becomes(store, &new, &self.seen(), &rule).await;
                first
            }
        };
        is(store, &new, &self.seen(), &rule).await;
        (new, Some(ticket))
    }

    fn rule(&self, what: &str) -> String {
        format!("a claim that is {self:?}, {what}")
    }

    /// What a claim by this new one is answered.
    fn answer(&self, new: &NewClaim, same_resource: bool, answer: &Claim, rule: &str) {
        match (self, answer) {
            (Self::Nothing, Claim::Absent) => assert!(!new.starts, "{rule}"),
            (Self::Nothing, Claim::Taken(_, taken)) => {
                assert!(new.starts && *taken == Taken::Fresh, "{rule}: {answer:?}");
            }
            (Self::Free(expected, _), Claim::Taken(_, taken)) => {
                assert!(same_resource && taken == expected, "{rule}: {answer:?}");
            }
            (Self::Free(expected, _), Claim::Held { state, same_resource: said }) => {
                assert!(!same_resource && !said && *state == state_of(expected), "{rule}: {answer:?}");
            }
            (_, Claim::Held { state, same_resource: said }) => {
                assert!(*said == same_resource && Seen::Held(state.clone()) == self.seen(), "{rule}: {answer:?}");
            }
            _ => panic!("{rule}: {answer:?}"),
        }
    }

    /// What is seen after the holder, or who was it last, let go.
    fn after(&self, way: Way) -> Seen {
        match self {
            Self::Held(ClaimState::Claimed) => Seen::Nothing,
            Self::Held(ClaimState::Settling) if way == Way::Release => Seen::Nothing,
            Self::Held(ClaimState::Settling) => Seen::Free(Taken::Unknown(None)),
            Self::Held(ClaimState::Settled(receipt)) => Seen::Free(Taken::Settled(receipt.clone())),
            Self::Held(ClaimState::Unknown(transaction)) => Seen::Free(Taken::Unknown(*transaction)),
            Self::HeldAgain(taken) => Seen::Free(taken.clone()),
            _ => self.seen(),
        }
    }
}

impl Way {
    async fn go(self, store: &impl ClaimStore, ticket: &Ticket) {
        match self {
            Self::Release => release(store, ticket).await,
            Self::Abandon => store.abandon(ticket),
        }
    }
}

/// Every cell of the table on [`ClaimStore`], whichever way a claim came to its row; and a claim that [may not
/// start](NewClaim::starts) is answered as any other, except that it does not.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn follows_the_table(store: &impl ClaimStore, fixture: &Fixture) {
    for row in rows() {
        for same_resource in [true, false] {
            for starts in [true, false] {
                claimed(store, fixture, &row, same_resource, starts).await;
            }
        }
        for way in WAYS {
            let_go(store, fixture, &row, way).await;
        }
    }
}

/// The columns `claim`.
async fn claimed(store: &impl ClaimStore, fixture: &Fixture, row: &Row, same_resource: bool, starts: bool) {
    let resource = if same_resource { "for its resource" } else { "for another resource" };
    let start = if starts { "" } else { ", and may not start" };
    let rule = row.rule(&format!("claimed {resource}{start}"));
    let (new, last) = row.make(store, fixture).await;
    let again = if same_resource { new.clone() } else { elsewhere(&new) };
    let again = if starts { again } else { only_look(&again) };
    let answer = claim(store, &again).await;
    row.answer(&again, same_resource, &answer, &rule);
    let Claim::Taken(ticket, taken) = answer else {
        return is(store, &new, &row.seen(), &format!("{rule}: changes nothing")).await;
    };
    assert_ne!(last.map(|last| last.id()), Some(ticket.id()), "{rule}: two claims of one key have different tickets");
    is(store, &again, &Seen::Held(state_of(&taken)), &format!("{rule}: is held")).await;
    // And its new holder can move it on.
    record(store, &ticket, ClaimState::Delivered).await;
    is(store, &again, &Seen::Held(ClaimState::Delivered), &format!("{rule}: obeys its new holder")).await;
}

/// The columns `release` and `abandon`, by the last holder, and once more.
async fn let_go(store: &impl ClaimStore, fixture: &Fixture, row: &Row, way: Way) {
    let rule = row.rule(&format!("let go by {way:?}"));
    let (new, ticket) = row.make(store, fixture).await;
    let Some(ticket) = ticket else { return };
    for times in ["", ", twice"] {
        way.go(store, &ticket).await;
        fixture.wait().await;
        fixture.becomes(store, &new, &row.after(way), &format!("{rule}{times}")).await;
    }
    // Who let go holds nothing any more.
    let rule_then = format!("{rule}: obeys its last holder no more");
    record_in_vain(store, &ticket, ClaimState::Settling, &rule_then).await;
    is(store, &new, &row.after(way), &rule_then).await;
    if row.after(way) == Seen::Nothing {
        take(store, &elsewhere(&new), &Taken::Fresh, &format!("{rule}: is free for any resource")).await;
    }
}
