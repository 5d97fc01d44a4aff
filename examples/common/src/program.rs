//! How a program begins and ends.

use std::{
    error::Error,
    fmt::Display,
    io::{Write as _, stdout},
    process::ExitCode,
};

use clap::Parser;
use x402_core::error::chain;

use crate::ConfigError;

/// Reads the command line. What is asked for, the help or the version, goes to stdout, and the program ends.
///
/// # Errors
///
/// If it makes no sense: after one line on stderr the program is to end with this status, 2.
pub fn arguments<A: Parser>() -> Result<A, ExitCode> {
    A::try_parse().map_err(|usage| {
        if !usage.use_stderr() {
            usage.exit();
        }
        let (text, name) = (usage.to_string(), A::command().get_name().to_owned());
        let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        eprintln!("{name}: {what}; --help lists what there is");
        ExitCode::from(2)
    })
}

/// Prints facts to stdout, one a line, all at once. Whoever reads may have gone: that is no reason to stop.
pub fn tell(facts: impl IntoIterator<Item = impl Display>) {
    let mut stdout = stdout().lock();
    for fact in facts {
        let _ = writeln!(stdout, "{fact}");
    }
    let _ = stdout.flush();
}

/// The exit status of a program that ended like this, after one line on stderr if it failed: 2 if a variable makes no
/// sense, and 1 if something else is in the way.
#[must_use]
pub fn end(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Some causes are told in several lines.
            let text = chain(&*error);
            eprintln!("{}", text.split_whitespace().collect::<Vec<_>>().join(" "));
            if error.is::<ConfigError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
