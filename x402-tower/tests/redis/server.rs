//! A Redis server for a test.

use std::{
    env,
    fs::{self, DirBuilder},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{fs::DirBuilderExt as _, net::UnixStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

const BINARIES: [&str; 2] = ["redis-server", "valkey-server"];

/// A server on a socket in a directory of its own; killed when dropped.
pub(crate) struct Server {
    binary: PathBuf,
    directory: PathBuf,
    options: Vec<String>,
    running: Option<Child>,
}

impl Server {
    /// Starts one that keeps nothing on disk; `None`, said aloud, where there is no Redis.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&["--appendonly", "no"])
    }

    /// Starts one that has everything it confirmed when it is started again.
    pub(crate) fn start_durable() -> Option<Self> {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    pub(crate) fn start_with(options: &[&str]) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(binary) = find() else {
            assert!(env::var_os("X402_REQUIRE_REDIS").is_none(), "there is no {}", BINARIES.join(" and no "));
            eprintln!("skipped: there is no {}", BINARIES.join(" and no "));
            return None;
        };
        let name = format!("x402-redis-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let directory = env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&directory).unwrap();
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut server = Self { binary, directory, options, running: None };
        server.restart();
        Some(server)
    }

    /// Starts it, if it was killed, and waits until it takes connections.
    pub(crate) fn restart(&mut self) {
        let mut command = Command::new(&self.binary);
        command.args(["--port", "0", "--save", "", "--daemonize", "no", "--dir"]).arg(&self.directory);
        command.arg("--unixsocket").arg(self.socket()).args(&self.options);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
        self.running = Some(child);
        let is_ready = log.by_ref().any(|line| line.is_ok_and(|line| line.contains("eady to accept connections")));
        assert!(is_ready, "{} did not start", self.binary.display());
        // It must not be stopped by a pipe that nobody reads.
        thread::spawn(move || log.for_each(drop));
    }

    /// Ends it without notice.
    pub(crate) fn kill(&mut self) {
        let mut child = self.running.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops it as a machine that hangs does: connections stay open, and nothing is answered.
    pub(crate) fn stall(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on, with everything that it was sent meanwhile.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.running.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// What it answers to a command, as it comes.
    pub(crate) fn ask(&self, command: &str) -> String {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn socket(&self) -> PathBuf {
        self.directory.join("redis.sock")
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places = env::split_paths(&path).flat_map(|place| BINARIES.map(|binary| place.join(binary)));
    places.into_iter().find(|place| Path::is_file(place))
}
