//! Variables, and what is said of those that make no sense.

use std::{ffi::OsString, fmt, str::FromStr};

use url::Url;
use x402_oneshot::{BaseUrl, Credentials};

use crate::config::Account;

/// The environment, or what a test has for one.
pub(crate) struct Environment<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<OsString>> Environment<F> {
    /// What a variable says. An empty one says nothing: `example.env` files leave them empty.
    pub(crate) fn read<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        match value.to_str().map(str::trim) {
            None => Err(ConfigError::new(name, "it is not UTF-8")),
            Some("") => Ok(None),
            Some(text) => parse(text).map(Some).map_err(|error| ConfigError::new(name, error)),
        }
    }

    /// The account at 1Shot: all of it, or none.
    pub(crate) fn account(&self) -> Result<Option<Account>, ConfigError> {
        let text = |name| self.read(name, |text| Ok::<_, ConfigError>(text.to_owned()));
        let key = text("ONESHOT_API_KEY")?;
        let secret = text("ONESHOT_API_SECRET")?;
        let business = self.read("ONESHOT_BUSINESS_ID", str::parse)?;
        let api_url = self.read("ONESHOT_API_URL", BaseUrl::from_str)?.unwrap_or_else(BaseUrl::production);
        if key.is_none() && secret.is_none() && business.is_none() {
            return Ok(None);
        }
        let missing = |name| ConfigError::new(name, "it is not set; 1Shot takes key, secret and business id together");
        Ok(Some(Account {
            credentials: Credentials::new(
                key.ok_or_else(|| missing("ONESHOT_API_KEY"))?,
                secret.ok_or_else(|| missing("ONESHOT_API_SECRET"))?,
            ),
            business: business.ok_or_else(|| missing("ONESHOT_BUSINESS_ID"))?,
            api_url,
        }))
    }
}

pub(crate) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{}` is not a number in range", text.escape_debug()))
}

/// A base URL that paths can be joined to: it ends in a slash.
pub(crate) fn base(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "it must be a URL, such as https://facilitator.example")?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain || url.password().is_some() {
        return Err("it must be an http or https URL without query, fragment and user");
    }
    Url::parse(&format!("{}/", url.as_str().trim_end_matches('/'))).map_err(|_| "it must be a URL")
}

/// A variable that makes no sense: one line that names it.
#[derive(Debug)]
pub(crate) struct ConfigError {
    name: &'static str,
    what: String,
}

impl ConfigError {
    pub(crate) fn new(name: &'static str, what: impl fmt::Display) -> Self {
        Self { name, what: what.to_string() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}
