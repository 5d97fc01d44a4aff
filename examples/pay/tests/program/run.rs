//! One run of the program.

use std::{process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{process::Command, time::timeout};

/// Nothing here takes as long; it keeps a test from waiting for a program that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it printed, and its exit status.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs it with these arguments and an empty environment.
    pub(crate) async fn of(arguments: &[&str]) -> Self {
        Self::with(&[], arguments).await
    }

    pub(crate) async fn with(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pay"));
        command.env_clear().envs(variables.iter().copied()).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await.expect("it ends in time").unwrap();
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What it said after this name on stderr.
    pub(crate) fn said(&self, name: &str) -> &str {
        let mut said = self.stderr.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        said.next().unwrap_or_else(|| panic!("no `{name}` in {self:?}"))
    }

    /// The object that --json prints.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON object in {self:?}"))
    }
}
