//! Reading variables, and what is said of those that make no sense.

use std::{ffi::OsString, fmt};

/// Where variables are looked up: the process's own environment, or a test's.
pub(crate) struct Environment<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<OsString>> Environment<F> {
    /// An unset variable and an empty one are the same: `example.env` files leave them empty.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let text = value.into_string().map_err(|_| ConfigError::new(name, "it is not UTF-8"))?;
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    pub(crate) fn read<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name)?.map(|text| parse(&text).map_err(|error| ConfigError::new(name, error))).transpose()
    }
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

    pub(crate) fn missing(name: &'static str, why: &str) -> Self {
        Self::new(name, format_args!("it is not set; {why}"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

impl std::error::Error for ConfigError {}
