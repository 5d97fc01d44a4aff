//! Waiting for a transaction to become final.

use std::time::Duration;

use futures_util::FutureExt;
use http::Method;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep_until, timeout_at};
use x402_core::facilitator::Reach;

use crate::api::report::Report;
use crate::api::reports::Reports;
use crate::api::transaction::Transaction;
use crate::api::transactions::Transactions;
use crate::client::{Client, after};
use crate::error::{Error, ErrorKind};
use crate::id::TransactionId;
use crate::random::up_to;

/// How long and how often to ask whether a transaction is final.
///
/// ```
/// use std::time::Duration;
/// use x402_oneshot::api::WaitPolicy;
///
/// let policy = WaitPolicy::for_block_time(Duration::from_secs(2)).deadline(Duration::from_secs(30));
/// # let _ = policy;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitPolicy {
    deadline: Duration,
    interval: Duration,
    min_interval: Duration,
}

impl WaitPolicy {
    /// For a block time of 2 s: a minute, asking every second or so.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            interval: Duration::from_secs(1),
            min_interval: Duration::from_secs(1),
        }
    }

    /// Asks twice a block, but no more often than once a second.
    #[must_use]
    pub fn for_block_time(block: Duration) -> Self {
        Self::new().interval(block / 2)
    }

    /// Sets how long to wait in all.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the time between two questions; up to a quarter of it is added at random.
    #[must_use]
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the shortest time between two questions, whatever the interval.
    #[must_use]
    pub const fn min_interval(mut self, min: Duration) -> Self {
        self.min_interval = min;
        self
    }

    /// When a wait that begins now ends.
    pub(crate) fn ends(&self) -> Instant {
        after(self.deadline)
    }

    /// When the next question is due.
    pub(crate) fn next_question(&self, client: &Client) -> Instant {
        let interval = self.interval.max(self.min_interval);
        after(interval.saturating_add(up_to(interval / 4, client.random())))
    }
}

impl Default for WaitPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl Transactions<'_> {
    /// Waits until a transaction is final, and returns it: completed or failed.
    ///
    /// Asks at once and then at intervals. Errors that may pass (a lost connection, a 503, an
    /// unreadable answer) do not end the wait, only the deadline does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownOutcome`], with the transaction in [`Error::transaction`], if the deadline
    /// passes first or the API refuses to say (the source then tells why). The transaction may still
    /// be completed later.
    pub async fn wait(self, id: TransactionId, policy: &WaitPolicy) -> Result<Transaction, Error> {
        let deadline = policy.ends();
        let mut last_error = None;
        loop {
            let answer = timeout_at(deadline, self.get(id)).await;
            if let Some(transaction) = judge(id, answer, &mut last_error)? {
                return Ok(transaction);
            }
            let due = policy.next_question(self.client);
            if due >= deadline {
                return Err(unknown(id, last_error));
            }
            sleep_until(due).await;
        }
    }

    /// Waits until a transaction that was just made is final, as [`wait`](Self::wait) does, or until a webhook reports
    /// that it is.
    ///
    /// Asks for the first time after an interval, or when half the time is up, and not at all if it is reported by
    /// then. A [conclusive](Report::is_conclusive) report ends the wait, also while a question is under way. Any other,
    /// such as that it failed, is looked into at once. Without reports this asks at the same intervals. That the
    /// transaction is not found does not end the wait: it was just made, and not everybody may know yet.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    ///
    /// ```no_run
    /// # use x402_oneshot::{Client, Error, MethodId, api::{Params, Reports, WaitPolicy}};
    /// # async fn run(client: Client, method: MethodId, params: Params, reports: Reports) -> Result<(), Error> {
    /// let made = client.methods().execute(method, params).await?;
    /// let end = client.transactions().wait_reported(made.id, &WaitPolicy::new(), &reports).await?;
    /// println!("{} {:?}", end.status, end.transaction_hash);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_reported(
        self,
        id: TransactionId,
        policy: &WaitPolicy,
        reports: &Reports,
    ) -> Result<Report, Error> {
        let deadline = policy.ends();
        let mut news = reports.watch(id);
        let mut last_error = None;
        // However long the intervals are, it is asked about once.
        let mut due = policy.next_question(self.client).min(after(policy.deadline / 2));
        loop {
            match before(due.min(deadline), news.next()).await {
                Some(report) if report.is_conclusive() => return Ok(report),
                None if due >= deadline => return Err(unknown(id, last_error)),
                Some(_) | None => {}
            }
            let answer = tokio::select! {
                biased;
                report = news.conclusive() => return Ok(report),
                answer = timeout_at(deadline, self.get(id)) => answer,
            };
            match answer {
                Ok(Err(error)) if error.is_not_found() => last_error = Some(error),
                answer => {
                    if let Some(transaction) = judge(id, answer, &mut last_error)? {
                        return Ok(transaction.into());
                    }
                }
            }
            due = policy.next_question(self.client);
        }
    }
}

/// What comes before that moment. A moment that has come is not waited for: a timer would wait for the next millisecond.
async fn before<T>(moment: Instant, coming: impl Future<Output = T>) -> Option<T> {
    if moment <= Instant::now() {
        return coming.now_or_never();
    }
    timeout_at(moment, coming).await.ok()
}

/// What an answer means for the wait: its end, or nothing yet.
fn judge(
    id: TransactionId,
    answer: Result<Result<Transaction, Error>, Elapsed>,
    last_error: &mut Option<Error>,
) -> Result<Option<Transaction>, Error> {
    match answer {
        Ok(Ok(transaction)) if transaction.status.is_final() => return Ok(Some(transaction)),
        Ok(Ok(_)) => *last_error = None,
        Ok(Err(error)) if may_pass(&error) => *last_error = Some(error),
        Ok(Err(error)) => return Err(unknown(id, Some(error))),
        Err(_) => return Err(unknown(id, last_error.take())),
    }
    Ok(None)
}

/// Whether a later question may be answered where this one was not.
fn may_pass(error: &Error) -> bool {
    error.is_retryable()
        || error.kind() == ErrorKind::Decode
        || error.status().is_some_and(|status| status.is_server_error())
}

fn unknown(id: TransactionId, cause: Option<Error>) -> Error {
    let error = Error::new(ErrorKind::UnknownOutcome, Reach::MaybeSent)
        .with_call(&Method::GET, "/transactions/{id}")
        .with_transaction(id);
    match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    }
}
