//! The connection.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, RedisError, ScriptInvocation, ServerErrorKind,
    aio::MultiplexedConnection,
};
use tokio::time::{Instant, timeout};

use super::error::Fault;

/// After a connection attempt has failed there is none for so long, and whoever asks is refused at once.
const PAUSE: Duration = Duration::from_millis(100);

/// One connection for all, made anew when it is lost.
///
/// `redis::aio::ConnectionManager` would keep a connection whose other end went away without a word until TCP gives it
/// up, after a quarter of an hour. Here an answer that does not come in time ends it.
pub(super) struct Link {
    client: Client,
    timeout: Duration,
    current: Mutex<Option<Numbered>>,
    /// Locked while somebody connects, so that there is one attempt at a time.
    attempts: tokio::sync::Mutex<Attempts>,
}

#[derive(Clone)]
struct Numbered {
    /// From 1 on.
    number: u64,
    connection: MultiplexedConnection,
}

#[derive(Default)]
struct Attempts {
    made: u64,
    failed: Option<(Instant, RedisError)>,
}

impl Link {
    pub(super) fn new(client: Client, timeout: Duration) -> Self {
        Self { client, timeout, current: Mutex::default(), attempts: tokio::sync::Mutex::default() }
    }

    /// Runs a script within the time limit, connecting first if need be.
    ///
    /// If the connection turns out to be lost it is run once more on a new one: the scripts allow for that.
    pub(super) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, Fault> {
        let asked_on = AtomicU64::new(0);
        let fault = match timeout(self.timeout, self.run_twice(script, &asked_on)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(fault)) => fault,
            Err(_) => Fault::NoConnection(None),
        };
        match (asked_on.load(Ordering::Relaxed), fault) {
            (0, fault) | (_, fault @ (Fault::Answered(_) | Fault::Garbled)) => Err(fault),
            (number, Fault::NoConnection(cause) | Fault::NoAnswer(cause)) => {
                self.forget(number);
                Err(Fault::NoAnswer(cause))
            }
            (_, fault) => Err(fault),
        }
    }

    async fn run_twice<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        asked_on: &AtomicU64,
    ) -> Result<T, Fault> {
        let error = match self.run_once(script, asked_on).await? {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if !is_lost(&error) {
            return Err(Fault::Answered(error));
        }
        match self.run_once(script, asked_on).await? {
            Ok(answer) => Ok(answer),
            Err(error) if is_lost(&error) => Err(Fault::NoAnswer(Some(error))),
            Err(error) => Err(Fault::Answered(error)),
        }
    }

    async fn run_once<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        asked_on: &AtomicU64,
    ) -> Result<Result<T, RedisError>, Fault> {
        let Numbered { number, mut connection } = self.connection().await?;
        asked_on.store(number, Ordering::Relaxed);
        let answer = script.invoke_async(&mut connection).await;
        if answer.as_ref().is_err_and(is_lost) {
            self.forget(number);
        }
        Ok(answer)
    }

    async fn connection(&self) -> Result<Numbered, Fault> {
        if let Some(current) = &*self.current() {
            return Ok(current.clone());
        }
        let mut attempts = self.attempts.lock().await;
        if let Some(current) = &*self.current() {
            return Ok(current.clone());
        }
        if let Some((_, error)) = attempts.failed.as_ref().filter(|(when, _)| when.elapsed() < PAUSE) {
            return Err(Fault::NoConnection(Some(error.clone())));
        }
        attempts.made += 1;
        // Time is kept by `run`.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        match self.client.get_multiplexed_async_connection_with_config(&config).await {
            Ok(connection) => {
                attempts.failed = None;
                let new = Numbered { number: attempts.made, connection };
                *self.current() = Some(new.clone());
                Ok(new)
            }
            Err(error) => {
                attempts.failed = Some((Instant::now(), error.clone()));
                Err(Fault::NoConnection(Some(error)))
            }
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<Numbered>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This connection is not used any more, if it still is; what others wait for on it may still come.
    fn forget(&self, number: u64) {
        self.current().take_if(|current| current.number == number);
    }
}

/// Whether the connection is of no use any more. One to a primary that has become a replica is not.
fn is_lost(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_unrecoverable_error()
        || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
}
