//! The scripts that run in Redis, and the keys that they run on.

use std::time::Duration;

use redis::{Script, ScriptInvocation};
use x402_core::claim::{Claim, ClaimKey, ClaimState, NewClaim, Taken, Ticket};

use super::{
    change::{Change, LetGo},
    codec::{decode, encode},
};

/// Far more than any authorization is valid for, and within what Redis takes.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(super) struct Scripts {
    claim: Script,
    change: Script,
    prefix: String,
    lease: Duration,
}

/// What the claiming script answers: a code, and the state that goes with it.
pub(super) type Answer = (u8, Vec<u8>);

impl Scripts {
    pub(super) fn new(prefix: String, lease: Duration) -> Self {
        let claim = Script::new(include_str!("claim.lua"));
        let change = Script::new(include_str!("change.lua"));
        Self { claim, change, prefix, lease }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) const fn lease(&self) -> Duration {
        self.lease
    }

    pub(super) fn claim(&self, claim: &NewClaim, id: u64) -> ScriptInvocation<'_> {
        let mut call = self.claim.prepare_invoke();
        call.key(self.key(&claim.key)).arg(id).arg(claim.resource.as_slice()).arg(millis(self.lease));
        call.arg(millis(remembered(claim))).arg(u8::from(claim.starts));
        call
    }

    pub(super) fn change<'a>(
        &self,
        changes: impl IntoIterator<Item = (&'a Ticket, &'a Change)>,
    ) -> ScriptInvocation<'_> {
        let mut call = self.change.prepare_invoke();
        call.arg(millis(self.lease));
        for (ticket, change) in changes {
            let state = change.state.as_ref().map(encode).unwrap_or_default();
            let go = match change.let_go {
                None => "",
                Some(LetGo::Abandon) => "a",
                Some(LetGo::Release) => "r",
            };
            call.key(self.key(ticket.key())).arg(ticket.id()).arg(state).arg(go);
        }
        call
    }

    fn key(&self, key: &ClaimKey) -> String {
        let ClaimKey { chain_id, asset, from, nonce } = key;
        format!("{}{chain_id}:{asset:#x}:{from:#x}:{nonce:#x}", self.prefix)
    }
}

/// How long a claim is remembered: through its last second.
pub(super) fn remembered(claim: &NewClaim) -> Duration {
    let seconds = claim.keep_until.as_secs().saturating_sub(claim.now.as_secs()).saturating_add(1);
    Duration::from_secs(seconds).min(LONGEST)
}

/// Reads the claiming script's answer; `None` if it makes no sense.
pub(super) fn claimed((code, state): &Answer, ticket: &Ticket) -> Option<Claim> {
    let taken = |taken| Claim::Taken(ticket.clone(), taken);
    match code {
        0 => Some(Claim::Absent),
        1 => Some(taken(Taken::Fresh)),
        2 => match decode(state)? {
            ClaimState::Settled(receipt) => Some(taken(Taken::Settled(receipt))),
            ClaimState::Unknown(transaction) => Some(taken(Taken::Unknown(transaction))),
            _ => None,
        },
        3 | 4 => Some(Claim::Held { state: decode(state)?, same_resource: *code == 3 }),
        _ => None,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
