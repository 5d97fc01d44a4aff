//! The log, on stderr.

use std::{
    ffi::OsString,
    io::{IsTerminal as _, stderr},
    str::FromStr,
};

use tracing_subscriber::EnvFilter;

use crate::{ConfigError, Environment, values};

/// What is logged, and how.
#[derive(Debug)]
pub struct Log {
    filter: EnvFilter,
    format: Format,
}

/// What a line of the log looks like.
#[derive(Clone, Copy, Debug, Default)]
enum Format {
    /// For people; in colours on a terminal.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl Log {
    /// Reads `RUST_LOG` and `LOG_FORMAT`, which come before the rest: whatever fails afterwards can be logged.
    ///
    /// # Errors
    ///
    /// If one of them makes no sense.
    pub fn read(environment: &Environment<impl Fn(&str) -> Option<OsString>>) -> Result<Self, ConfigError> {
        Ok(Self {
            filter: environment.read("RUST_LOG", values::log_filter)?.unwrap_or_else(|| EnvFilter::new("info")),
            format: environment.read("LOG_FORMAT", Format::from_str)?.unwrap_or_default(),
        })
    }

    /// From here on events are written.
    pub fn start(self) {
        // An event that cannot be written, since nobody reads any more, is lost. By itself the subscriber says so on
        // stderr, which panics, in the middle of a payment.
        let log = tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(self.filter).with_writer(stderr);
        match self.format {
            Format::Text => log.with_ansi(stderr().is_terminal()).init(),
            Format::Json => log.json().flatten_event(true).init(),
        }
    }
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("it must be `text` or `json`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_makes_no_sense_is_one_line() {
        for (name, value) in [("RUST_LOG", "x=loud"), ("RUST_LOG", "[["), ("LOG_FORMAT", "JSON")] {
            let environment = Environment::new(|asked: &str| (asked == name).then(|| value.into()));
            let line = Log::read(&environment).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{name}: ")) && !line.contains('\n'), "{line}");
        }
    }
}
