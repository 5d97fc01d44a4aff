//! Where webhooks go.

use url::Url;

use crate::base_url::is_loopback;
use crate::sandbox::failure::Failure;

/// An `http` or `https` URL.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// As it was given, which is how it is shown.
    text: String,
    url: Url,
}

impl Target {
    /// Reads a URL that came in this member of the body.
    pub(super) fn parse(text: String, member: &str) -> Result<Self, Failure> {
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self { text, url }),
            _ => Err(Failure::invalid("body", member, format!("{member} is no http or https URL"))),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The same for all ways of writing the URL: what its key is kept under.
    pub(super) fn normal(&self) -> &str {
        self.url.as_str()
    }

    pub(super) const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it leads to this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}
