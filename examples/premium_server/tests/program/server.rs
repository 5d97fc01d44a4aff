//! The program, running.

use std::{
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Nothing here takes as long; it keeps a test from waiting for a program that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that listens. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    facts: Vec<String>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts the sandbox, with blocks of 50 ms.
    pub(crate) async fn sandboxed() -> Self {
        Self::start(&[]).await
    }

    /// Starts it with these variables and no others, on a free port, and waits until it has told everything.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = command(variables).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut facts: Vec<String> = Vec::new();
        let is_last = |line: &String| line.starts_with("pay with: ") || line.starts_with("facilitator: 1Shot ");
        while !facts.last().is_some_and(is_last) {
            match timeout(PATIENCE, stdout.next_line()).await.expect("it starts in time").unwrap() {
                Some(line) => facts.push(line),
                None => {
                    let output = child.wait_with_output().await.unwrap();
                    panic!("it did not start: {}", String::from_utf8_lossy(&output.stderr));
                }
            }
        }
        Self { child, facts, stdout }
    }

    /// What it printed after this name.
    pub(crate) fn fact(&self, name: &str) -> &str {
        let prefix = format!("{name} ");
        let mut found = self.facts.iter().filter_map(|line| line.strip_prefix(&prefix));
        let fact = found.next().unwrap_or_else(|| panic!("no `{name}` in {:?}", self.facts));
        assert_eq!(found.next(), None, "`{name}` is there once");
        fact
    }

    /// Everything it printed, a fact a line.
    pub(crate) fn facts(&self) -> &[String] {
        &self.facts
    }

    /// The address of a route.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fact("listening on"))
    }

    /// The sandbox's 1Shot API.
    pub(crate) fn api_url(&self) -> &str {
        self.fact("facilitator: sandbox at")
    }

    /// Variables with which another server uses this one's sandbox as its 1Shot API.
    pub(crate) fn account(&self) -> Vec<(&str, &str)> {
        vec![
            ("ONESHOT_API_URL", self.api_url()),
            ("ONESHOT_API_KEY", self.fact("api key:")),
            ("ONESHOT_API_SECRET", self.fact("api secret:")),
            ("ONESHOT_BUSINESS_ID", self.fact("business id:")),
            ("RECIPIENT_ADDRESS", "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
        ]
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it still runs");
        let kill = format!("kill -{name} {pid}");
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Nobody reads its log any more.
    pub(crate) fn close_log(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Waits for its end: the status, and what it printed to stdout after its facts, and to stderr.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String, String) {
        let mut stderr = String::new();
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").unwrap();
        if let Some(mut log) = self.child.stderr.take() {
            log.read_to_string(&mut stderr).await.unwrap();
        }
        let mut stdout = String::new();
        self.stdout.into_inner().read_to_string(&mut stdout).await.unwrap();
        (status, stdout, stderr)
    }
}

/// Runs it with these variables when it must not start: its exit status, and its lines on stderr.
pub(crate) async fn refusal(variables: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
    let output = timeout(PATIENCE, command(variables).output()).await.expect("it ends in time").unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "it does not say that it listens");
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr.lines().map(str::to_owned).collect())
}

/// The program with these variables and no others, except for a free port and fast blocks.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_premium_server"));
    command.env_clear().env("PORT", "0").env("SANDBOX_BLOCK_TIME_MS", "50").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}
