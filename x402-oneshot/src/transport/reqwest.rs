//! The transport most programs use: reqwest over rustls.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::base_url::BaseUrl;
use crate::transport::{Sending, Transport, TransportError, TransportErrorKind};
use x402_core::facilitator::Reach;

/// The longest answer that is read. A page of a hundred transactions is some 200 KiB.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Beyond this a host counts as unreachable; the call's deadline still rules.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Shorter than the keep-alive of common load balancers, so that a request is rarely written to a
/// connection that the other side is just closing, which for `execute` means an unknown outcome.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// HTTP/1.1 over rustls (ring, the platform's certificates), with pooled connections.
///
/// Redirects are not followed, nothing is sent twice, and answers over 4 MiB are refused. The proxy
/// variables of the environment are honoured, except towards this machine. No process-wide rustls
/// provider is installed or needed.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    max_body: usize,
}

impl ReqwestTransport {
    /// A transport to a host.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::Setup`] if `https` is asked for and the platform has no certificates.
    pub fn new(base: &BaseUrl) -> Result<Self, TransportError> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(base)?)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE);
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        Ok(Self { client: builder.build().map_err(setup)?, max_body: MAX_BODY })
    }

    /// Sets the longest answer that is read, in bytes.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(setup)?;
        let mut answer = self.client.execute(request).await.map_err(unanswered)?;
        let status = answer.status();
        let mut head = Response::new(());
        *head.status_mut() = status;
        std::mem::swap(head.headers_mut(), answer.headers_mut());

        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unanswered(error).with_status(status))? {
            if body.len().saturating_add(chunk.len()) > self.max_body {
                let kind = TransportErrorKind::BodyTooLarge;
                return Err(TransportError::new(kind, Reach::Answered).with_status(status));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(head.map(|()| body.freeze()))
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

fn tls(base: &BaseUrl) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(setup_tls)?;
    let config = if base.is_https() {
        builder.with_platform_verifier().map_err(setup_tls)?
    } else {
        // Plain http to this machine must work in a container without certificates, where the
        // platform verifier fails. An empty store trusts nobody, so no TLS gets through by mistake.
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}

fn setup(error: reqwest::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Setup, Reach::NotSent).with_source(error.without_url())
}

fn setup_tls(error: rustls::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Setup, Reach::NotSent).with_source(error)
}

/// A body cut short counts as unknown too: the status alone does not say what was done.
fn unanswered(error: reqwest::Error) -> TransportError {
    let (kind, reach) = if error.is_connect() {
        (TransportErrorKind::Connect, Reach::NotSent)
    } else if error.is_builder() {
        (TransportErrorKind::Setup, Reach::NotSent)
    } else if error.is_timeout() {
        (TransportErrorKind::Timeout, Reach::MaybeSent)
    } else {
        (TransportErrorKind::Io, Reach::MaybeSent)
    };
    TransportError::new(kind, reach).with_source(error.without_url())
}
