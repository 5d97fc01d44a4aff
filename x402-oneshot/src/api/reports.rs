//! What webhooks report, for those who wait for it.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::api::report::Report;
use crate::id::TransactionId;

/// How many reports are remembered unless told.
const CAPACITY: usize = 1024;

/// How many events of a transaction are remembered. A transfer makes two.
const LOGS: usize = 8;

/// Hands the reports of webhooks to those in this process who wait for a transaction.
///
/// One side [tells](Self::tell) it what came in; the other [waits](crate::api::Transactions::wait_reported) with it. It
/// does not matter who is first: a report that nobody waits for is remembered, since a webhook may be faster than the
/// answer to the call that made the transaction. So many are remembered, the latest; those before them are dropped,
/// and whoever comes for one of them asks the API. Clones are one and the same.
///
/// # Security
///
/// What it is told counts. Tell it only what comes from a webhook whose signature was verified.
///
/// ```
/// use alloy_primitives::B256;
/// use x402_oneshot::{TransactionId, api::{Report, Reports, TransactionStatus}};
///
/// let reports = Reports::new();
/// let id: TransactionId = "4b4bab2d-673d-4b91-8e09-f1402962cd3e".parse()?;
/// reports.tell(Report::new(id, TransactionStatus::Completed).transaction_hash(B256::repeat_byte(7)));
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone)]
pub struct Reports(Arc<Inner>);

struct Inner {
    capacity: usize,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Those that are remembered or watched.
    transactions: HashMap<TransactionId, Entry>,
    /// Those that are remembered, the oldest first.
    remembered: VecDeque<TransactionId>,
}

struct Entry {
    latest: watch::Sender<Option<Report>>,
    is_remembered: bool,
}

impl Reports {
    /// Remembers the latest 1024 reports: a megabyte or so.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// Remembers as many reports as this. With none, reports reach only who waits already.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Inner { capacity, known: Mutex::default() }))
    }

    /// Takes a report, wakes who waits for it, and remembers it.
    ///
    /// A later report of the same transaction replaces an earlier one, unless that was
    /// [conclusive](Report::is_conclusive): webhooks come more than once and in any order.
    pub fn tell(&self, mut report: Report) {
        // Nobody looks at it: whoever is told of a failure asks the API. It may be long.
        report.failure_reason = None;
        // All of them or none: what is left of many might say something else.
        if report.logs.len() > LOGS {
            report.logs = Vec::new();
        }
        let id = report.transaction;
        let mut known = self.known();
        let entry = known.entry(id);
        entry.latest.send_if_modified(|latest| {
            let replaces = latest.as_ref().is_none_or(|known| !known.is_conclusive() && *known != report);
            if replaces {
                *latest = Some(report);
            }
            replaces
        });
        if !std::mem::replace(&mut entry.is_remembered, true) {
            known.remembered.push_back(id);
        }
        if known.remembered.len() > self.0.capacity {
            known.forget_oldest();
        }
    }

    /// Watches for reports of a transaction, those that came before included.
    pub(crate) fn watch(&self, id: TransactionId) -> Watch {
        let mut latest = self.known().entry(id).latest.subscribe();
        latest.mark_changed();
        Watch { reports: self.clone(), id, latest }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that is done under the lock can leave it half done.
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn entry(&mut self, id: TransactionId) -> &mut Entry {
        let new = || Entry { latest: watch::Sender::new(None), is_remembered: false };
        self.transactions.entry(id).or_insert_with(new)
    }

    fn forget_oldest(&mut self) {
        let Some(id) = self.remembered.pop_front() else { return };
        if let Some(entry) = self.transactions.get_mut(&id) {
            entry.is_remembered = false;
        }
        self.drop_if_unwatched(id, 0);
    }

    /// Drops what is not remembered and has no more watchers than those that are about to go.
    fn drop_if_unwatched(&mut self, id: TransactionId, going: usize) {
        let is_unwatched = |entry: &Entry| !entry.is_remembered && entry.latest.receiver_count() <= going;
        if self.transactions.get(&id).is_some_and(is_unwatched) {
            self.transactions.remove(&id);
        }
    }
}

impl Default for Reports {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").field("capacity", &self.0.capacity).finish_non_exhaustive()
    }
}

/// The reports of one transaction as they come.
pub(crate) struct Watch {
    reports: Reports,
    id: TransactionId,
    latest: watch::Receiver<Option<Report>>,
}

impl Watch {
    /// The next report that has not been seen.
    pub(crate) async fn next(&mut self) -> Report {
        loop {
            if self.latest.changed().await.is_err() {
                // Cannot be: the sender stays as long as it is watched.
                std::future::pending::<()>().await;
            }
            if let Some(report) = self.latest.borrow_and_update().clone() {
                return report;
            }
        }
    }

    /// The next report that needs no question.
    pub(crate) async fn conclusive(&mut self) -> Report {
        loop {
            let report = self.next().await;
            if report.is_conclusive() {
                return report;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.reports.known().drop_if_unwatched(self.id, 1);
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;

    use super::*;
    use crate::api::TransactionStatus::{Completed, Failed};

    fn id(number: u128) -> TransactionId {
        uuid::Uuid::from_u128(number).into()
    }

    fn completed(number: u128) -> Report {
        Report::new(id(number), Completed).transaction_hash(B256::repeat_byte(7))
    }

    #[tokio::test]
    async fn a_report_is_there_for_who_comes_later_and_for_who_waits() {
        let reports = Reports::new();
        reports.tell(completed(1));
        assert_eq!(reports.watch(id(1)).next().await, completed(1));
        let mut second = reports.watch(id(2));
        reports.tell(completed(2));
        assert_eq!(second.next().await, completed(2));
        assert_eq!(reports.watch(id(2)).next().await, completed(2), "and still is");
    }

    #[tokio::test]
    async fn what_is_conclusive_is_not_replaced_and_nothing_is_reported_twice() {
        let reports = Reports::new();
        reports.tell(Report::new(id(1), Failed).failure_reason("long"));
        let mut watch = reports.watch(id(1));
        assert_eq!(watch.next().await, Report::new(id(1), Failed));
        reports.tell(Report::new(id(1), Failed).failure_reason("longer"));
        assert!(!watch.latest.has_changed().unwrap(), "the same report again");
        reports.tell(completed(1));
        reports.tell(Report::new(id(1), Failed));
        assert_eq!(watch.next().await, completed(1));
        assert!(!watch.latest.has_changed().unwrap(), "late");
    }

    #[test]
    fn memory_is_bounded_by_the_capacity_and_those_who_wait() {
        let reports = Reports::with_capacity(2);
        let watch = reports.watch(id(0));
        (0..100).for_each(|number| reports.tell(completed(number)));
        assert_eq!(reports.known().remembered, [id(98), id(99)]);
        assert_eq!(reports.known().transactions.len(), 3, "one is watched");
        let again = reports.watch(id(0));
        drop(watch);
        assert_eq!(reports.known().transactions.len(), 3, "still watched");
        drop(again);
        assert_eq!(reports.known().transactions.len(), 2);
    }

    #[test]
    fn who_waits_in_vain_leaves_nothing() {
        let reports = Reports::new();
        drop((reports.watch(id(1)), reports.watch(id(1)), reports.watch(id(2))));
        assert!(reports.known().transactions.is_empty());
    }
}
