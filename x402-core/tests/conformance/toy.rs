//! A claim store for one thread, as short as the table allows, and with a fault if it is told so.

use std::{cell::Cell, collections::HashMap, sync::Mutex};

use alloy_primitives::B256;
use x402_core::claim::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, NewClaim, Taken, Ticket};

use crate::support::wait;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    AbandonsAtOnceWhatSettles,
    ClaimsInTwoSteps,
    ForgetsAtOnce,
    ForgetsHolders,
    ForgetsResources,
    GivesAwayWhatIsHeld,
    KeepsHoldersOfEnds,
    KeepsQuietAboutLoss,
    KeepsWhatIsAbandoned,
    KeepsWhatIsReleased,
    KeepsWhatIsUnknown,
    LosesTransactions,
    MissesWhatMayNotStart,
    ReleasesAsAbandoned,
    ReusesTickets,
    StartsWhatMayNot,
}

#[derive(Clone)]
struct Row {
    holder: Option<u64>,
    state: ClaimState,
    resource: B256,
}

pub(crate) struct Toy {
    fault: Fault,
    rows: Mutex<HashMap<ClaimKey, Row>>,
    ids: Mutex<Cell<u64>>,
}

impl Toy {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, rows: Mutex::default(), ids: Mutex::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn next_id(&self) -> u64 {
        let ids = self.ids.lock().unwrap();
        if !self.has(Fault::ReusesTickets) {
            ids.set(ids.get() + 1);
        }
        ids.get()
    }

    fn put(&self, key: &ClaimKey, row: Option<Row>) {
        let mut rows = self.rows.lock().unwrap();
        match row {
            Some(row) => rows.insert(key.clone(), row),
            None => rows.remove(key),
        };
    }

    /// Replaces the row of whoever holds it; `None` forgets it.
    fn change(&self, ticket: &Ticket, change: impl FnOnce(Row) -> Option<Row>) -> Result<(), ClaimError> {
        let lost = || if self.has(Fault::KeepsQuietAboutLoss) { Ok(()) } else { Err(ClaimError::Lost) };
        let Some(row) = self.rows.lock().unwrap().get(ticket.key()).cloned() else { return lost() };
        if row.holder != Some(ticket.id()) && !(self.has(Fault::ForgetsHolders) && row.holder.is_some()) {
            return lost();
        }
        self.put(ticket.key(), change(row));
        Ok(())
    }

    fn let_go(&self, ticket: &Ticket, release: bool) {
        // Whoever lets go of what it has lost need not know.
        let _ = self.change(ticket, |row| match row.state {
            ClaimState::Settling if !release => Some(Row { state: ClaimState::Unknown(None), holder: None, ..row }),
            ClaimState::Claimed | ClaimState::Settling => None,
            ClaimState::Unknown(_) if self.has(Fault::KeepsWhatIsUnknown) => Some(row),
            ClaimState::Delivered | ClaimState::Rejected(_) => Some(row),
            _ => Some(Row { holder: None, ..row }),
        });
    }
}

impl ClaimStore for Toy {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        let looked = self.rows.lock().unwrap().get(&claim.key).cloned();
        if self.has(Fault::ClaimsInTwoSteps) {
            wait().await;
            self.put(&claim.key, looked);
        }
        let mut rows = self.rows.lock().unwrap();
        let id = self.next_id();
        let ticket = Ticket::new(claim.key.clone(), id);
        if self.has(Fault::ForgetsAtOnce) {
            rows.clear();
        }
        let starts = claim.starts || self.has(Fault::StartsWhatMayNot);
        if !claim.starts && self.has(Fault::MissesWhatMayNotStart) {
            return Ok(Claim::Absent);
        }
        let Some(row) = rows.get_mut(&claim.key) else {
            if !starts {
                return Ok(Claim::Absent);
            }
            let row = Row { holder: Some(id), state: ClaimState::Claimed, resource: claim.resource };
            rows.insert(claim.key.clone(), row);
            return Ok(Claim::Taken(ticket, Taken::Fresh));
        };
        let same_resource = row.resource == claim.resource || self.has(Fault::ForgetsResources);
        let free = row.holder.is_none() || self.has(Fault::GivesAwayWhatIsHeld);
        let taken = match &row.state {
            ClaimState::Settled(receipt) => Taken::Settled(receipt.clone()),
            ClaimState::Unknown(transaction) => Taken::Unknown(*transaction),
            state => return Ok(Claim::Held { state: state.clone(), same_resource }),
        };
        if !free || !same_resource {
            return Ok(Claim::Held { state: row.state.clone(), same_resource });
        }
        row.holder = Some(id);
        Ok(Claim::Taken(ticket, taken))
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        let ends = matches!(state, ClaimState::Delivered | ClaimState::Rejected(_));
        let state = match state {
            ClaimState::Unknown(_) if self.has(Fault::LosesTransactions) => ClaimState::Unknown(None),
            state => state,
        };
        self.change(ticket, |row| {
            let holder = if ends && !self.has(Fault::KeepsHoldersOfEnds) { None } else { row.holder };
            Some(Row { state, holder, ..row })
        })
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        if !self.has(Fault::KeepsWhatIsReleased) {
            self.let_go(ticket, !self.has(Fault::ReleasesAsAbandoned));
        }
        Ok(())
    }

    fn abandon(&self, ticket: &Ticket) {
        if !self.has(Fault::KeepsWhatIsAbandoned) {
            self.let_go(ticket, self.has(Fault::AbandonsAtOnceWhatSettles));
        }
    }
}
