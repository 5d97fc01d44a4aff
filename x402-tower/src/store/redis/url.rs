//! Where Redis is.

use std::{fmt, str::FromStr};

use redis::{Client, ErrorKind, IntoConnectionInfo as _};

use super::ConnectError;

/// The URL of a Redis server: `redis://[user:password@]host[:port][/database]`, `rediss://` with TLS, or
/// `redis+unix:///path`.
///
/// `Debug` shows the address, and never the user or the password.
#[derive(Clone)]
pub struct RedisUrl(Client);

impl RedisUrl {
    pub(super) fn into_client(self) -> Client {
        self.0
    }
}

impl FromStr for RedisUrl {
    type Err = ConnectError;

    fn from_str(url: &str) -> Result<Self, ConnectError> {
        // What is wrong with it could only be said by quoting it, and it holds a password.
        let fail = |error: redis::RedisError| match error.kind() {
            ErrorKind::InvalidClientConfig if url.trim_start().starts_with("rediss:") => ConnectError::NoTls,
            _ => ConnectError::Url,
        };
        let info = url.into_connection_info().map_err(fail)?;
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        Client::open(info.set_tcp_settings(tcp)).map(Self).map_err(fail)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({})", self.0.get_connection_info().addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_shown() {
        for url in [
            "redis://alice:s3cret@127.0.0.1:6379/2",
            "redis://:s3cret@127.0.0.1",
            "redis+unix:///run/redis.sock?user=alice&pass=s3cret",
            "http://alice:s3cret@127.0.0.1",
            "redis://alice:s3cret@127.0.0.1:port",
            "redis://alice:s3cret@127.0.0.1/database",
            "rediss://alice:s3cret@127.0.0.1",
            "s3cret",
        ] {
            let shown = match RedisUrl::from_str(url) {
                Ok(url) => format!("{url:?}"),
                Err(error) => format!("{error:?} {error}"),
            };
            assert!(!shown.contains("s3cret") && !shown.contains("alice"), "{shown}");
        }
    }

    #[test]
    fn a_url_that_is_none_is_refused() {
        for url in ["", "127.0.0.1:6379", "http://127.0.0.1", "redis://", "redis://127.0.0.1/x"] {
            let refused = RedisUrl::from_str(url);
            assert!(matches!(refused, Err(ConnectError::Url)), "{url}: {refused:?}");
        }
    }
}
