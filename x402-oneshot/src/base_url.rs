//! Where the API is.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The production API.
const PRODUCTION: &str = "https://api.1shotapi.com/v0";

/// The address under which all paths of the API lie, without a trailing slash.
///
/// `https` is required, unless the host is this machine: the secret and the token travel there.
/// User info, query and fragment are refused. `Display` gives the text that parses to the same value.
///
/// ```
/// use x402_oneshot::BaseUrl;
///
/// let base: BaseUrl = "https://api.1shotapi.dev/v0/".parse()?;
/// assert_eq!(base.as_str(), "https://api.1shotapi.dev/v0");
/// assert!("http://api.1shotapi.dev/v0".parse::<BaseUrl>().is_err());
/// # Ok::<(), x402_oneshot::BaseUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    // `Url` always writes the slash of an empty path; the text without it is kept alongside.
    text: String,
}

/// Why a text is not a base URL. It never repeats the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// A fragment (`#…`).
    #[error("base URL has a fragment")]
    Fragment,
    /// Plain `http` to another machine, or a scheme that is neither `https` nor `http`.
    #[error("base URL is not https, and its host is not this machine")]
    NotHttps,
    /// A query (`?…`).
    #[error("base URL has a query")]
    Query,
    /// Not a URL at all.
    #[error("base URL cannot be parsed")]
    Syntax(#[source] url::ParseError),
    /// A user name or password.
    #[error("base URL has user info")]
    UserInfo,
}

impl BaseUrl {
    /// The production API, `https://api.1shotapi.com/v0`.
    ///
    /// # Panics
    ///
    /// Never: the text is a constant, and a test parses it.
    #[must_use]
    pub fn production() -> Self {
        PRODUCTION.parse().expect("a constant that a test parses")
    }

    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) const fn as_url(&self) -> &Url {
        &self.url
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text).map_err(BaseUrlError::Syntax)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(BaseUrlError::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() {
            return Err(BaseUrlError::Query);
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::Fragment);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }
}

impl TryFrom<&str> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: &str) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_table() {
        for (text, expected) in [
            ("https://api.1shotapi.com/v0", Ok("https://api.1shotapi.com/v0")),
            ("https://api.1shotapi.com/v0/", Ok("https://api.1shotapi.com/v0")),
            ("https://api.1shotapi.com/v0//", Ok("https://api.1shotapi.com/v0")),
            ("https://API.1shotapi.com", Ok("https://api.1shotapi.com")),
            ("http://127.0.0.1:8080/v0", Ok("http://127.0.0.1:8080/v0")),
            ("http://127.9.9.9/", Ok("http://127.9.9.9")),
            ("http://[::1]:8080/v0/", Ok("http://[::1]:8080/v0")),
            ("http://localhost:8080", Ok("http://localhost:8080")),
            ("http://api.1shotapi.com/v0", Err(BaseUrlError::NotHttps)),
            ("http://localhost.example.com", Err(BaseUrlError::NotHttps)),
            ("http://10.0.0.1/v0", Err(BaseUrlError::NotHttps)),
            ("ftp://127.0.0.1/", Err(BaseUrlError::NotHttps)),
            ("file:///etc/passwd", Err(BaseUrlError::NotHttps)),
            ("https://key:secret@host/v0", Err(BaseUrlError::UserInfo)),
            ("https://key@host/v0", Err(BaseUrlError::UserInfo)),
            ("http://localhost@evil.example/", Err(BaseUrlError::NotHttps)),
            ("https://host/v0?x=1", Err(BaseUrlError::Query)),
            ("https://host/v0?", Err(BaseUrlError::Query)),
            ("https://host/v0#top", Err(BaseUrlError::Fragment)),
        ] {
            let parsed = text.parse::<BaseUrl>();
            let shown = parsed.as_ref().map(BaseUrl::as_str).map_err(Clone::clone);
            assert_eq!(shown, expected, "{text}");
            if let Ok(base) = parsed {
                assert_eq!(base.to_string().parse::<BaseUrl>().unwrap(), base);
            }
        }
        for text in ["", "api.1shotapi.com/v0", "https://", "https://ho st/", "/v0"] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert!(matches!(error, BaseUrlError::Syntax(_)), "{text}: {error:?}");
        }
    }

    #[test]
    fn production_is_the_documented_address() {
        assert_eq!(BaseUrl::production().as_str(), PRODUCTION);
    }
}
