//! The list of variables in what `--help` prints.

use std::collections::BTreeSet;

use crate::server::command;

/// What `--help` prints.
pub(crate) async fn help() -> String {
    let output = command(&[]).arg("--help").output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

/// The names in its list of variables, which are the words that its lines begin with.
pub(crate) fn listed(help: &str) -> BTreeSet<&str> {
    let (_, list) = help.split_once("Environment:\n").expect("it lists the environment");
    let begins = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    begins.map(|line| line.split_whitespace().next().unwrap()).collect()
}

/// What it says of one of them.
pub(crate) fn entry(help: &str, name: &str) -> String {
    let is_deeper = |line: &&str| line.starts_with("   ");
    let mut lines = help.lines().skip_while(|line| line.split_whitespace().next() != Some(name));
    let first = lines.next().expect("it is listed");
    [first].into_iter().chain(lines.take_while(is_deeper)).collect::<Vec<_>>().join("\n")
}
