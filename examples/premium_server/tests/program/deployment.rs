//! The files that it is deployed with, held against the program.

use std::{collections::BTreeSet, path::Path};

use crate::{
    help::{entry, help, listed},
    server::Server,
};

const EXAMPLE: &str = include_str!("../../../../example.env");
const DOCKERFILE: &str = include_str!("../../../../Dockerfile");
const COMPOSE: &str = include_str!("../../../../compose.yaml");
const DOCKERIGNORE: &str = include_str!("../../../../.dockerignore");
const MANIFEST: &str = include_str!("../../../../Cargo.toml");

/// The variables of `example.env` and their values, but for those that only a facilitator reads.
fn example() -> Vec<(&'static str, &'static str)> {
    let settings = example_of_a_shop().lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    settings.map(|line| line.split_once('=').unwrap()).collect()
}

fn example_of_a_shop() -> &'static str {
    EXAMPLE.split_once("# --- facilitator_server only").expect("it has a part of its own").0
}

#[tokio::test]
async fn example_env_names_exactly_the_variables_that_help_lists() {
    let help = help().await;
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
    let help = help().await;
    for (name, value) in example() {
        let said = entry(&help, name);
        let (_, default) = said.split_once("[default: ").unwrap_or_default();
        assert!(value.is_empty() || default.contains(value), "{name}={value}: {default}");
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

/// What comes after this, up to the next empty line.
fn part<'a>(text: &'a str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(after).unwrap_or_else(|| panic!("no `{after}`"));
    rest.split("\n\n").next().unwrap()
}

#[test]
fn each_server_has_an_image_and_a_service_and_both_know_its_port() {
    for (program, port) in [("premium_server", 8402), ("facilitator_server", 8403)] {
        assert!(part(DOCKERFILE, " AS build\n").contains(&format!(" -p {program} ")), "{program} is built");
        let image = part(DOCKERFILE, &format!("FROM run AS {program}\n"));
        for line in [
            format!("COPY --from=build /usr/local/bin/{program} /usr/local/bin/{program}"),
            format!("ENV PORT={port}"),
            format!("EXPOSE {port}"),
            format!("ENTRYPOINT [\"{program}\"]"),
        ] {
            assert!(image.lines().any(|found| found == line), "{line}");
        }
        assert!(image.contains(&format!("http://127.0.0.1:${{PORT:-{port}}}/healthcheck")), "{image}");
        let service = part(COMPOSE, &format!("\n  {program}:\n"));
        for line in [
            format!("target: {program}"),
            format!("PORT: \"{port}\""),
            format!("- \"127.0.0.1:{port}:{port}\""),
            "LISTEN_ADDRESS: 0.0.0.0".to_owned(),
        ] {
            assert!(service.lines().any(|found| found.trim() == line), "{program}: {line}");
        }
    }
    assert!(DOCKERFILE.trim_end().ends_with("ENTRYPOINT [\"premium_server\"]"), "the last is what is built by default");
}
