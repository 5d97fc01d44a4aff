//! The file of settings that it is deployed with, held against the program.

use std::collections::BTreeSet;

use crate::help::{entry, help, listed};

const EXAMPLE: &str = include_str!("../../../../example.env");

fn settings(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let settings = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    settings.map(|line| line.split_once('=').unwrap()).collect()
}

#[tokio::test]
async fn example_env_has_every_variable_that_help_lists_and_those_of_its_own_apart() {
    let help = help().await;
    let (shared, own) = EXAMPLE.split_once("# --- facilitator_server only").expect("it has a part of its own");
    let names = |text| settings(text).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let listed = listed(&help);
    assert!(names(own).is_subset(&listed) && names(own).is_disjoint(&names(shared)));
    assert!(listed.is_subset(&(&names(own) | &names(shared))));
    for (name, value) in settings(own) {
        let said = entry(&help, name);
        let (_, default) = said.split_once("[default: ").unwrap();
        assert!(value.is_empty() || default.contains(value), "{name}={value}: {default}");
    }
}
