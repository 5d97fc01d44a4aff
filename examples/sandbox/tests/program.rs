//! The program as its users meet it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

use std::{collections::HashMap, net::TcpListener, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};
use x402_oneshot::{Client, Config, Credentials};

/// Nothing here takes as long; it keeps a test from waiting for a program that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.env_clear().env("PORT", "0").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts it, and reads its facts.
async fn start(arguments: &[&str]) -> (Child, HashMap<String, String>) {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut facts = HashMap::new();
    while !facts.contains_key("sell with") {
        let line = timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap().expect("it tells everything");
        let (name, fact) = line.split_once(": ").unwrap();
        assert!(facts.insert(name.to_owned(), fact.to_owned()).is_none(), "{name} is told once");
    }
    (child, facts)
}

fn http() -> reqwest::Client {
    // Another test of the process may have been first; plain HTTP only wants that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

#[tokio::test]
async fn what_it_prints_is_what_a_client_of_1shot_needs() {
    let (_child, facts) = start(&[]).await;
    let credentials = Credentials::new(facts["api key"].as_str(), facts["api secret"].as_str());
    let client = Client::new(Config::new(credentials).base_url(&facts["base url"]).unwrap()).unwrap();
    let wallets = client.wallets().list(facts["business id"].parse().unwrap()).send().await.unwrap();
    assert_eq!(wallets.response[0].chain_id, 84532);

    let sell = &facts["sell with"];
    for (name, fact) in [
        ("ONESHOT_API_URL", "base url"),
        ("ONESHOT_API_KEY", "api key"),
        ("ONESHOT_API_SECRET", "api secret"),
        ("ONESHOT_BUSINESS_ID", "business id"),
    ] {
        assert!(sell.contains(&format!("{name}={} ", facts[fact])), "{sell}");
    }
}

#[tokio::test]
async fn without_admin_nobody_makes_things_go_wrong() {
    let (_plain, facts) = start(&[]).await;
    assert!(!facts.contains_key("admin"));
    let url = format!("{}/_sandbox/log", facts["base url"].trim_end_matches("/v0"));
    assert_eq!(http().get(url).send().await.unwrap().status(), 404);

    let (_admin, facts) = start(&["--admin"]).await;
    let log = http().get(format!("{}/log", facts["admin"])).send().await.unwrap();
    let log: Value = serde_json::from_slice(&log.bytes().await.unwrap()).unwrap();
    assert_eq!(log["transactions"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_seed_makes_credentials_the_same_and_without_one_they_are_not() {
    let same = ["--seed", "7"];
    let (one, other) = (start(&same).await.1, start(&same).await.1);
    assert_eq!(one["api secret"], other["api secret"]);
    assert_ne!(one["base url"], other["base url"]);
    assert_ne!(start(&[]).await.1["api secret"], start(&[]).await.1["api secret"]);
}

#[tokio::test]
async fn empty_variables_are_as_good_as_not_there() {
    let mut command = command(&["--port", "0"]);
    let mut child = command.env("PORT", "").env("SANDBOX_BLOCK_TIME_MS", "").spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap();
    assert!(first.is_some_and(|line| line.starts_with("base url: ")), "it starts");
}

#[tokio::test]
async fn a_busy_port_is_one_line_and_status_1() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let output = timeout(PATIENCE, command(&["--port", &port]).output()).await.unwrap().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.lines().count() == 1 && stderr.contains(&port), "{stderr}");
}
