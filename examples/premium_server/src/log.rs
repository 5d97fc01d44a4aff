//! The log, on stderr.

use std::{
    io::{IsTerminal as _, stderr},
    str::FromStr,
};

use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) filter: EnvFilter,
    pub(crate) format: Format,
}

/// What a line of the log looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people; in colours on a terminal.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl Log {
    /// From here on events are written.
    pub(crate) fn start(self) {
        let log = tracing_subscriber::fmt().with_env_filter(self.filter).with_writer(stderr);
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
