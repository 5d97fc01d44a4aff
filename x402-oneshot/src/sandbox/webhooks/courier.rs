//! Who carries the webhooks out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::letter::{Answer, Letter};
use crate::base_url::BaseUrl;
use crate::sandbox::shared::Shared;
use crate::transport::{ReqwestTransport, Transport, TransportError};

/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of an answer that are read; more make it a failure.
const MAX_ANSWER: usize = 64 * 1024;

/// Characters of an answer that are kept.
const KEPT: usize = 1000;

/// Letters on the way at once.
const MAX_LETTERS: usize = 64;

/// Delivers webhooks, each in a task of its own.
pub(in crate::sandbox) struct Courier {
    shared: Arc<Shared>,
    /// To this machine, past any proxy.
    near: ReqwestTransport,
    /// To all others, if that is allowed.
    far: Option<ReqwestTransport>,
    letters: Semaphore,
    /// Tells when the sandbox closes.
    open: watch::Receiver<()>,
}

impl Courier {
    pub(in crate::sandbox) fn new(shared: Arc<Shared>, open: watch::Receiver<()>) -> Result<Self, TransportError> {
        let here: BaseUrl = "http://127.0.0.1".parse().expect("a constant that every sandbox parses");
        let anywhere = shared.state().webhooks.switches.anywhere;
        let far = anywhere.then(|| ReqwestTransport::new(&BaseUrl::production())).transpose()?;
        Ok(Self {
            shared,
            near: ReqwestTransport::new(&here)?.max_body(MAX_ANSWER),
            far: far.map(|far| far.max_body(MAX_ANSWER)),
            letters: Semaphore::new(MAX_LETTERS),
            open,
        })
    }

    /// Delivers until the sandbox closes; what is on the way then is dropped.
    pub(in crate::sandbox) async fn run(self) {
        let courier = Arc::new(self);
        let rounds = async {
            let mut tasks = JoinSet::new();
            loop {
                courier.shared.posted.notified().await;
                while tasks.try_join_next().is_some() {}
                let outbox = std::mem::take(&mut courier.shared.state().webhooks.outbox);
                for id in outbox {
                    tasks.spawn(Arc::clone(&courier).deliver(id));
                }
            }
        };
        tokio::select! {
            () = rounds => {}
            () = courier.shared.closed() => {}
        }
    }

    /// Tries until the receiver takes it or all is in vain.
    async fn deliver(self: Arc<Self>, id: Uuid) {
        let delay = self.shared.state().webhooks.delivery(id).map(|delivery| delivery.delay);
        let mut wait = delay.ok();
        while let Some(pause) = wait {
            sleep(pause).await;
            let Ok(_permit) = self.letters.acquire().await else {
                return;
            };
            let now = self.shared.now();
            let letter = self.shared.state().webhooks.letter(id, now);
            // The task may be behind with the news that the sandbox is gone.
            if self.open.has_changed().is_err() {
                return;
            }
            wait = match letter {
                Some(letter) => {
                    let answer = self.send(&letter).await;
                    let now = self.shared.now();
                    self.shared.state().webhooks.record(id, letter, answer, now)
                }
                None => None,
            };
            self.shared.carried.notify_waiters();
        }
    }

    async fn send(&self, letter: &Letter) -> Answer {
        let transport = match (letter.may_go, letter.target.is_loopback(), &self.far) {
            (true, true, _) => &self.near,
            (true, false, Some(far)) => far,
            _ => return Answer::none("not sent: the sandbox delivers to this machine only"),
        };
        let request = Request::builder()
            .method(Method::POST)
            .uri(letter.target.url().as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(letter.attempt.body.clone()));
        let Ok(request) = request else {
            return Answer::none("not sent: the URL is none for HTTP");
        };
        match timeout(TIMEOUT, transport.send(request)).await {
            Ok(Ok(answer)) => Answer::read(&answer),
            Ok(Err(error)) => Answer::none(&error.to_string()),
            Err(_) => Answer::none("no answer within 30 seconds"),
        }
    }
}

impl Answer {
    fn none(why: &str) -> Self {
        Self { status: None, text: why.to_owned() }
    }

    fn read(answer: &Response<Bytes>) -> Self {
        let text = String::from_utf8_lossy(answer.body()).chars().take(KEPT).collect();
        Self { status: Some(answer.status().as_u16()), text }
    }
}
