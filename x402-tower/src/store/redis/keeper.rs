//! The task that keeps what is held.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};
use x402_core::claim::Ticket;

use super::{
    change::{Change, LetGo},
    error::Fault,
    held::Held,
    link::Link,
    scripts::Scripts,
};

/// How many claims one script changes: some milliseconds, in which Redis does nothing else.
const AT_ONCE: usize = 500;
/// How soon a change that could not be written is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// What the store and its task share.
pub(super) struct Keeper {
    pub(super) link: Link,
    pub(super) scripts: Scripts,
    pub(super) held: Held,
    wake: Notify,
    closed: AtomicBool,
}

impl Keeper {
    pub(super) fn new(link: Link, scripts: Scripts) -> Self {
        Self { link, scripts, held: Held::default(), wake: Notify::new(), closed: AtomicBool::new(false) }
    }

    /// Has a change written by the task, if the ticket holds its claim as far as is known here.
    pub(super) fn queue(&self, ticket: &Ticket, change: Change) {
        if self.held.queue(ticket, change) {
            self.wake.notify_one();
        }
    }

    /// Has a claim released that may or may not have come about.
    pub(super) fn disclaim(&self, ticket: &Ticket, until: Instant) {
        self.held.insert(ticket, Change::let_go(LetGo::Release), until);
        self.wake.notify_one();
    }

    /// Lets the task write what is to be written, and end.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Renews leases, and writes what was queued, until closed.
    pub(super) async fn keep(self: Arc<Self>) {
        let pace = self.scripts.lease() / 3;
        let mut renewal = Instant::now() + pace;
        let mut again: Option<Instant> = None;
        loop {
            let next = again.map_or(renewal, |again| again.min(renewal));
            // Woken, or in time: what there is to do is seen below.
            let _ = timeout_at(next, self.wake.notified()).await;
            let closed = self.closed.load(Ordering::Acquire);
            let now = Instant::now();
            let renews = renewal <= now;
            if renews {
                renewal = now + pace;
            }
            // While Redis is away those who wake this task need not make it try more often.
            if !closed && !renews && again.is_some_and(|again| now < again) {
                continue;
            }
            let is_written = self.write(renews && !closed, now).await.is_ok();
            if closed {
                return;
            }
            again = (!is_written).then(|| Instant::now() + AGAIN.min(pace));
        }
    }

    async fn write(&self, everything: bool, now: Instant) -> Result<(), Fault> {
        let changes = self.held.changes(everything, now);
        for some in changes.chunks(AT_ONCE) {
            let script = self.scripts.change(some.iter().map(|(ticket, change)| (ticket, change)));
            let done: Vec<bool> = self.link.run(&script).await?;
            for ((ticket, change), done) in some.iter().zip(done) {
                self.held.written(ticket, change, !done);
            }
        }
        Ok(())
    }
}
