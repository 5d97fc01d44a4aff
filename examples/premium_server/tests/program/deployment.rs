//! The files that it is deployed with, held against the program.

use std::{collections::BTreeSet, path::Path};

use crate::server::{Server, command};

const EXAMPLE: &str = include_str!("../../../../example.env");
const DOCKERFILE: &str = include_str!("../../../../Dockerfile");
const DOCKERIGNORE: &str = include_str!("../../../../.dockerignore");
const MANIFEST: &str = include_str!("../../../../Cargo.toml");

/// The variables of `example.env` and their values.
fn example() -> Vec<(&'static str, &'static str)> {
    let settings = EXAMPLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    settings.map(|line| line.split_once('=').unwrap()).collect()
}

/// The names in a help text's list of variables, which are the words of capitals that its lines begin with.
fn listed(help: &str) -> BTreeSet<&str> {
    let (_, list) = help.split_once("Environment:\n").expect("it lists the environment");
    let begins = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    begins.map(|line| line.split_whitespace().next().unwrap()).collect()
}

#[tokio::test]
async fn example_env_names_exactly_the_variables_that_help_lists() {
    let output = command(&[]).arg("--help").output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let names: BTreeSet<_> = example().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), example().len(), "each once");
    assert_eq!(names, listed(&help));
}

#[tokio::test]
async fn example_env_is_what_it_does_by_itself_and_says_so_of_money() {
    // But for a port that is free, and fast blocks.
    let kept = |name: &str| !["PORT", "SANDBOX_BLOCK_TIME_MS"].contains(&name);
    let variables: Vec<_> = example().into_iter().filter(|(name, _)| kept(name)).collect();
    let server = Server::start(&variables).await;
    assert!(server.api_url().starts_with("http://127.0.0.1:"), "the sandbox");
    let help = command(&[]).arg("--help").output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for (name, value) in example() {
        let from = help.find(&format!("  {name} ")).or_else(|| help.find(&format!("  {name}\n"))).unwrap();
        let default = &help[from..][help[from..].find("[default").unwrap_or(0)..];
        assert!(value.is_empty() || default.split(']').next().unwrap().contains(value), "{name}={value}: {default}");
    }
    assert!(EXAMPLE.contains("USDC has 6 decimals: 1000000 is 1 USDC, and 50000 is 0.05 USDC"));
}

#[test]
fn the_image_is_built_of_files_that_are_there_and_of_every_member() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copies = DOCKERFILE.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from"));
    let sources: Vec<_> = copies
        .flat_map(|line| {
            let paths: Vec<_> = line.split_whitespace().skip(1).collect();
            paths[..paths.len() - 1].to_vec()
        })
        .collect();
    for source in &sources {
        assert!(root.join(source).exists(), "{source}");
        assert!(DOCKERIGNORE.lines().any(|line| line == format!("!{source}")), "{source} reaches the build");
    }
    let members = MANIFEST.lines().find(|line| line.starts_with("members = ")).unwrap();
    for member in members.split('"').skip(1).step_by(2) {
        assert!(sources.contains(&member.trim_end_matches("/*")), "{member} is copied");
    }
}
