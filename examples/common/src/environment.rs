//! Reading variables, and what is said of those that make no sense.

use std::{ffi::OsString, fmt};

/// Where variables are looked up: the process's own environment, or a test's.
#[derive(Clone, Copy, Debug)]
pub struct Environment<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Environment<F> {
    /// Looks variables up by this function.
    pub const fn new(variable: F) -> Self {
        Self(variable)
    }

    /// A variable's text, without the spaces around it. An unset variable and an empty one are the same: `example.env`
    /// leaves them empty.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8.
    pub fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let text = value.into_string().map_err(|_| ConfigError::new(name, "it is not UTF-8"))?;
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// A variable's value, by this parser.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8, or the parser refuses it.
    pub fn read<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name)?.map(|text| parse(&text).map_err(|error| ConfigError::new(name, error))).transpose()
    }
}

/// A variable that makes no sense: one line that names it.
#[derive(Debug)]
pub struct ConfigError {
    name: &'static str,
    what: String,
}

impl ConfigError {
    /// This is wrong with the variable of this name.
    pub fn new(name: &'static str, what: impl fmt::Display) -> Self {
        Self { name, what: what.to_string() }
    }

    /// The variable of this name is needed, and this is what for.
    #[must_use]
    pub fn missing(name: &'static str, why: &str) -> Self {
        Self::new(name, format_args!("it is not set; {why}"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

impl std::error::Error for ConfigError {}
