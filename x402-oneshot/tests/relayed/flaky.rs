//! A transport that loses what it is told to lose.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use http::{Request, Response};
use x402_core::facilitator::Reach;
use x402_oneshot::{
    BaseUrl,
    transport::{ReqwestTransport, Sending, Transport, TransportError, TransportErrorKind},
};

/// What happens to an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It never arrives, and nobody can say so.
    Request,
    /// It arrives, and its answer is lost.
    Answer,
}

/// Loses the first execution.
#[derive(Debug)]
pub(crate) struct Flaky {
    inner: Arc<ReqwestTransport>,
    loss: Loss,
    spent: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Flaky {
    pub(crate) fn new(base_url: &str, loss: Loss) -> Self {
        let base_url: BaseUrl = base_url.parse().unwrap();
        Self {
            inner: Arc::new(ReqwestTransport::new(&base_url).unwrap()),
            loss,
            spent: Arc::default(),
            asked: Arc::default(),
        }
    }
}

impl Flaky {
    /// The queries of all requests, as they come.
    pub(crate) fn asked(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.asked)
    }
}

impl Transport for Flaky {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        self.asked.lock().unwrap().extend(request.uri().query().map(str::to_owned));
        let loses = request.uri().path().ends_with("/execute") && !self.spent.swap(true, Ordering::SeqCst);
        let broken = || TransportError::new(TransportErrorKind::Io, Reach::MaybeSent);
        Box::pin(async move {
            if loses && self.loss == Loss::Request {
                return Err(broken());
            }
            let answer: Response<Bytes> = self.inner.send(request).await?;
            if loses { Err(broken()) } else { Ok(answer) }
        })
    }
}
