//! The program as its users meet it.

use std::process::Command;

#[test]
fn it_buys_four_facts_and_stops() {
    let run = Command::new(env!("CARGO_BIN_EXE_agent_budget")).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 7, "{said}");
    assert_eq!(lines.first(), Some(&"a fact about the tallest tree (paid 0.05 USDC on eip155:84532; 0.15 left)"));
    assert!(lines.get(4).is_some_and(|line| line.starts_with("stopped before `the longest river`: ")), "{said}");
    assert_eq!(lines.get(5..), Some(&["paid in all: 0.2", "the shop earned: 0.2"][..]), "{said}");
}
