//! The store.

use std::{fmt, sync::Arc};

use tokio::time::Instant;
use x402_core::claim::{Claim, ClaimError, ClaimState, ClaimStore, NewClaim, Ticket};

use super::{
    Builder, ConnectError, RedisUrl,
    change::{Change, LetGo},
    error::Fault,
    keeper::Keeper,
    scripts::{self, Answer},
};

/// Keeps claims in Redis, for many processes.
///
/// Cheap to clone. It belongs to the tokio runtime on which it was connected: a task there renews the leases of what
/// this process holds. See the [module](super) for what the server must be like, and what a lease costs.
///
/// When a request goes away while its payment is being claimed, or while it holds the claim, that task releases it; if
/// the runtime ends first, the end of the lease does.
#[derive(Clone)]
pub struct RedisClaims(Arc<Owner>);

/// Ends the task with the last clone of the store.
struct Owner(Arc<Keeper>);

impl RedisClaims {
    /// Connects to the server at this URL, with the usual settings.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Url`] if it is no Redis URL; [`ConnectError::Unavailable`] if the server cannot be reached, or
    /// refuses to run the scripts.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder(url.parse()?).connect().await
    }

    /// Connects with settings of your choice.
    pub fn builder(url: RedisUrl) -> Builder {
        Builder::new(url)
    }

    pub(super) fn new(keeper: Arc<Keeper>) -> Self {
        Self(Arc::new(Owner(keeper)))
    }

    /// How many claims this process holds, those included whose letting go is still to be written.
    #[must_use]
    pub fn held(&self) -> usize {
        self.keeper().held.len()
    }

    fn keeper(&self) -> &Keeper {
        &self.0.0
    }

    /// Writes a change; whether the ticket held the claim.
    async fn change(&self, ticket: &Ticket, change: Change) -> Result<bool, ClaimError> {
        let keeper = self.keeper();
        let change = keeper.held.with_earlier(ticket, change);
        let script = keeper.scripts.change([(ticket, &change)]);
        match keeper.link.run::<(bool,)>(&script).await {
            Ok((is_done,)) => {
                keeper.held.written(ticket, &change, !is_done);
                Ok(is_done)
            }
            Err(fault) => {
                keeper.queue(ticket, change.worth_keeping());
                Err(fault.into())
            }
        }
    }
}

impl ClaimStore for RedisClaims {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        let keeper = self.keeper();
        let id = getrandom::u64().map_err(Fault::NoRandomness)?;
        let until = Instant::now() + scripts::remembered(claim);
        let mut asking = Asking { keeper, ticket: Some(Ticket::new(claim.key.clone(), id)), until };
        let answer = keeper.link.run::<Answer>(&keeper.scripts.claim(claim, id)).await;
        let claimed = answer.and_then(|answer| {
            let ticket = asking.ticket.as_ref();
            ticket.and_then(|ticket| scripts::claimed(&answer, ticket)).ok_or(Fault::Garbled)
        });
        if claimed.as_ref().is_err_and(Fault::may_have_acted) {
            return Err(claimed.err().map_or(ClaimError::from(Fault::Garbled), ClaimError::from));
        }
        let ticket = asking.ticket.take();
        if let (Ok(Claim::Taken(..)), Some(ticket)) = (&claimed, ticket) {
            keeper.held.insert(&ticket, Change::default(), until);
        }
        Ok(claimed?)
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        match self.change(ticket, Change::to(state)).await? {
            true => Ok(()),
            false => Err(ClaimError::Lost),
        }
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        self.change(ticket, Change::let_go(LetGo::Release)).await?;
        Ok(())
    }

    fn abandon(&self, ticket: &Ticket) {
        self.keeper().queue(ticket, Change::let_go(LetGo::Abandon));
    }
}

/// A claim that was asked for. Dropped with its ticket, the answer was not received: what was claimed, if it was, is
/// released.
struct Asking<'a> {
    keeper: &'a Keeper,
    ticket: Option<Ticket>,
    until: Instant,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            self.keeper.disclaim(ticket, self.until);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl fmt::Debug for RedisClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scripts = &self.keeper().scripts;
        f.debug_struct("RedisClaims")
            .field("prefix", &scripts.prefix())
            .field("lease", &scripts.lease())
            .field("held", &self.held())
            .finish()
    }
}
