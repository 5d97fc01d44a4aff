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

/// A facilitator that listens. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    facts: Vec<String>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it with these variables and no others, on a free port, and waits for its last fact.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = command(variables).spawn().unwrap();
        let (mut stdout, mut facts) = (BufReader::new(child.stdout.take().unwrap()).lines(), Vec::<String>::new());
        loop {
            let line = timeout(PATIENCE, stdout.next_line()).await.expect("it starts in time").unwrap();
            let Some(line) = line else {
                let output = child.wait_with_output().await.unwrap();
                panic!("it did not start: {}", String::from_utf8_lossy(&output.stderr));
            };
            let is_last = line.starts_with("use it as: ");
            facts.push(line);
            if is_last {
                return Self { child, facts, stdout };
            }
        }
    }

    pub(crate) async fn sandboxed() -> Self {
        Self::start(&[]).await
    }

    pub(crate) fn facts(&self) -> &[String] {
        &self.facts
    }

    /// What it printed after this name.
    pub(crate) fn fact(&self, name: &str) -> &str {
        let found = self.facts.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("no `{name}` in {:?}", self.facts))
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> &str {
        self.fact("use it as:").strip_prefix("FACILITATOR_URL=").unwrap()
    }

    /// The sandbox's 1Shot API.
    pub(crate) fn api_url(&self) -> &str {
        self.fact("facilitator: sandbox at")
    }

    /// Variables with which another server uses this one's sandbox as its 1Shot API.
    pub(crate) fn account(&self) -> Vec<(&str, &str)> {
        let printed = [
            ("ONESHOT_API_KEY", "api key:"),
            ("ONESHOT_API_SECRET", "api secret:"),
            ("ONESHOT_BUSINESS_ID", "business id:"),
            ("ONESHOT_API_URL", "facilitator: sandbox at"),
        ];
        printed.map(|(variable, name)| (variable, self.fact(name))).to_vec()
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id().expect("it still runs"));
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end: the status, what it printed after its facts, and what it logged.
    pub(crate) async fn ended(self) -> (ExitStatus, String, String) {
        let Self { mut child, stdout, .. } = self;
        let (mut logged, mut printed) = (String::new(), String::new());
        let status = timeout(PATIENCE, child.wait()).await.expect("it ends in time").unwrap();
        child.stderr.take().unwrap().read_to_string(&mut logged).await.unwrap();
        stdout.into_inner().read_to_string(&mut printed).await.unwrap();
        (status, printed, logged)
    }
}

/// Runs it when it must not start: its exit status, and its lines on stderr.
pub(crate) async fn refusal(variables: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
    let output = timeout(PATIENCE, command(variables).output()).await.expect("it ends in time").unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "it does not say that it listens");
    let logged = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), logged.lines().map(str::to_owned).collect())
}

/// The program with these variables and no others, except for a free port and fast blocks.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_facilitator_server"));
    command.env_clear().env("PORT", "0").env("SANDBOX_BLOCK_TIME_MS", "50").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}
