//! The OAuth2 token: fetched once for all who wait, renewed before it expires.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use x402_core::facilitator::Reach;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

/// Renewed this long before it expires, or a tenth of its life before, whichever is later.
const MARGIN: Duration = Duration::from_secs(60);

/// No token is believed for longer than a day, whatever it says.
const MAX_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A token ready for use, as the value of an `Authorization` header.
#[derive(Clone)]
pub(crate) struct Token {
    header: HeaderValue,
    serial: u64,
}

impl Token {
    /// The header value; marked sensitive, and wiped when its last copy goes.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// The answer of the token endpoint: a header value and how long it is good for.
pub(crate) struct Grant {
    header: HeaderValue,
    life: Duration,
}

/// Read leniently: the scope is not looked at, the type may be missing, the life may be a text.
#[derive(Deserialize)]
struct WireGrant {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Value,
}

impl TryFrom<WireGrant> for Grant {
    type Error = Error;

    fn try_from(wire: WireGrant) -> Result<Self, Error> {
        let token = Zeroizing::new(wire.access_token);
        let unusable = || Error::new(ErrorKind::Decode, Reach::Answered);
        // A client must not use a token of a type it does not know (RFC 6749, 7.1).
        let bearer = wire.token_type.is_none_or(|name| name.eq_ignore_ascii_case("bearer"));
        if token.is_empty() || !bearer {
            return Err(unusable());
        }
        let mut text = Zeroizing::new(Vec::with_capacity("Bearer ".len() + token.len()));
        text.extend_from_slice(b"Bearer ");
        text.extend_from_slice(token.as_bytes());
        let mut header =
            HeaderValue::from_maybe_shared(Bytes::from_owner(text)).map_err(|error| unusable().with_source(error))?;
        header.set_sensitive(true);

        let text = match wire.expires_in {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text,
            _ => String::new(),
        };
        // A fraction of a second is not missed; a whole life would be, at every call.
        let whole = text.split('.').next().unwrap_or_default();
        let life = Duration::from_secs(whole.parse().unwrap_or(0)).min(MAX_LIFE);
        Ok(Self { header, life })
    }
}

impl Grant {
    /// Reads the answer of the token endpoint.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        crate::decode::from_json::<WireGrant>(body)
            .map_err(|error| Error::new(ErrorKind::Decode, Reach::Answered).with_source(error))?
            .try_into()
    }
}

struct Cached {
    token: Token,
    renew_at: Instant,
}

/// Holds the current token.
///
/// One fetch is under way at a time. Whoever waited for it shares its outcome, a failure included,
/// so that a dead token endpoint is not asked once per waiter; whoever comes later starts anew. If
/// the caller that fetches is dropped, the next waiter takes over.
#[derive(Default)]
pub(crate) struct TokenCache {
    cached: RwLock<Option<Cached>>,
    /// How many fetches have ended; it also numbers the tokens.
    ended: AtomicU64,
    /// Held by the one that fetches; holds how the last fetch failed.
    turn: Mutex<Option<Error>>,
}

impl TokenCache {
    /// The current token, or what `fetch` brings.
    ///
    /// `refused` is a token that was answered with 401: it is not handed out again. If somebody has
    /// replaced it already, the replacement is used and nothing is fetched.
    pub(crate) async fn get<F>(&self, refused: Option<&Token>, fetch: impl FnOnce() -> F) -> Result<Token, Error>
    where
        F: Future<Output = Result<Grant, Error>>,
    {
        if let Some(token) = self.fresh(refused) {
            return Ok(token);
        }
        let ended = self.ended.load(Ordering::Acquire);
        let mut failure = self.turn.lock().await;
        if let Some(token) = self.fresh(refused) {
            return Ok(token);
        }
        if self.ended.load(Ordering::Acquire) != ended
            && let Some(error) = &*failure
        {
            return Err(error.clone());
        }

        // Measured from before the request, so that its time on the way counts as used up.
        let asked_at = Instant::now();
        let outcome = fetch().await;
        let serial = self.ended.fetch_add(1, Ordering::AcqRel);
        match outcome {
            Ok(grant) => {
                *failure = None;
                Ok(self.keep(grant, serial, asked_at))
            }
            Err(error) => {
                *failure = Some(error.clone());
                Err(error)
            }
        }
    }

    fn fresh(&self, refused: Option<&Token>) -> Option<Token> {
        let cached = self.cached.read().unwrap_or_else(PoisonError::into_inner);
        let cached = cached.as_ref()?;
        let refused = refused.is_some_and(|token| token.serial == cached.token.serial);
        (!refused && Instant::now() < cached.renew_at).then(|| cached.token.clone())
    }

    /// A token with no life left is used this once and not kept.
    fn keep(&self, grant: Grant, serial: u64, asked_at: Instant) -> Token {
        let token = Token { header: grant.header, serial };
        let margin = MARGIN.min(grant.life / 10);
        let renew_at = asked_at.checked_add(grant.life.saturating_sub(margin));
        let cached =
            renew_at.filter(|_| !grant.life.is_zero()).map(|renew_at| Cached { token: token.clone(), renew_at });
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = cached;
        token
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCache([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_leniently() {
        for (body, life) in [
            (r#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"x"}"#, 3600),
            (r#"{"access_token":"t","token_type":"bearer","expires_in":"120"}"#, 120),
            (r#"{"access_token":"t","expires_in":3599.9}"#, 3599),
            (r#"{"access_token":"t","expires_in":-0.5}"#, 0),
            (r#"{"access_token":"t","token_type":null,"expires_in":-5}"#, 0),
            (r#"{"access_token":"t","expires_in":"soon","more":{}}"#, 0),
            (r#"{"access_token":"t"}"#, 0),
            (r#"{"access_token":"t","expires_in":99999999999}"#, 86400),
        ] {
            let grant = Grant::read(body.as_bytes()).map_err(|e| e.to_string()).unwrap();
            assert_eq!(grant.life.as_secs(), life, "{body}");
            assert_eq!(grant.header.as_bytes(), b"Bearer t");
            assert_eq!(format!("{:?}", grant.header), "Sensitive");
        }
    }

    #[test]
    fn unusable_grants_are_refused() {
        for body in [
            "",
            "{}",
            r#"{"access_token":7}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":"line\nbreak","expires_in":60}"#,
            r#"{"access_token":"t","token_type":"mac","expires_in":60}"#,
        ] {
            let error = Grant::read(body.as_bytes()).map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        }
    }
}
