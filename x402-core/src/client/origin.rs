//! Where a request goes.

use std::fmt;

use http::Uri;

/// The origin of a URL: scheme, host and port ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454#section-4)).
///
/// ```
/// use x402_core::client::Origin;
///
/// let origin = Origin::parse("HTTPS://API.example/premium?x=1").expect("an absolute http(s) URL");
/// assert_eq!(origin.to_string(), "https://api.example:443");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    is_https: bool,
    host: Box<str>,
    port: u16,
}

impl Origin {
    /// The origin of an absolute http or https URI, `None` for any other.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let is_https = match uri.scheme_str()? {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority = uri.authority()?;
        // `Authority::port` is also none for a port that is none.
        let server = authority.as_str().rsplit('@').next()?;
        let port = match server.strip_prefix(authority.host())? {
            "" | ":" if is_https => 443,
            "" | ":" => 80,
            port => port.strip_prefix(':')?.parse().ok()?,
        };
        Some(Self { is_https, host: authority.host().to_ascii_lowercase().into(), port })
    }

    /// The origin of a URL, `None` if it is not an absolute http or https one.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        // What follows a `#` is not sent, and is no part of a `Uri`.
        let url = url.split('#').next().unwrap_or_default();
        Self::of(&url.parse().ok()?)
    }

    /// The host, in lower case; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']');
        &*self.host == "localhost" || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    }

    /// Whether both are the same host. This machine's names are one.
    pub(super) fn is_host_of(&self, other: &Self) -> bool {
        self.host == other.host || (self.is_loopback() && other.is_loopback())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_default_port_path_and_user_are_no_part_of_an_origin() {
        for url in ["http://a.example", "HTTP://A.Example:80/x?y#z", "http://user:pass@a.example/"] {
            assert_eq!(Origin::parse(url).unwrap().to_string(), "http://a.example:80", "{url}");
        }
        for url in ["https://a.example", "https://A.Example:/x", "https://a.example:443"] {
            assert_eq!(Origin::parse(url).unwrap().to_string(), "https://a.example:443", "{url}");
        }
        assert_ne!(Origin::parse("http://a.example"), Origin::parse("https://a.example"));
        assert_ne!(Origin::parse("http://a.example:1"), Origin::parse("http://a.example:2"));
    }

    #[test]
    fn what_is_no_absolute_http_url_has_none() {
        for url in
            ["", "/premium", "a.example", "ftp://a.example", "data:text/html,x", "http://", "http://a:99999/", "💸"]
        {
            assert_eq!(Origin::parse(url), None, "{url}");
        }
    }

    #[test]
    fn this_machine_has_many_names_and_no_stranger_is_among_them() {
        let here = Origin::parse("http://127.0.0.1:8402").unwrap();
        for name in ["http://localhost", "http://[::1]:9", "http://127.0.0.2"] {
            assert!(Origin::parse(name).unwrap().is_host_of(&here), "{name}");
        }
        for name in ["http://127.0.0.1.example", "http://localhost.example", "http://10.0.0.1"] {
            let stranger = Origin::parse(name).unwrap();
            assert!(!stranger.is_host_of(&here) && !here.is_host_of(&stranger), "{name}");
        }
    }
}
