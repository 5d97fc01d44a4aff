//! What the environment decides, read and checked before anything starts.

use std::ffi::OsString;

use alloy_primitives::Address;
use common::{ConfigError, Environment, Settings};
use url::Url;

use crate::tokens::Tokens;

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Config {
    /// Who settles, and where this server is.
    pub(crate) settings: Settings,
    pub(crate) tokens: Tokens,
    /// Anybody, if there are none.
    pub(crate) recipients: Option<Vec<Address>>,
    /// Whether a settled payment is spent when it is settled again.
    pub(crate) refuses_repeats: bool,
    /// Of verifications, and of settlements.
    pub(crate) max_in_flight: usize,
}

impl Config {
    pub(crate) fn read(environment: &Environment<impl Fn(&str) -> Option<OsString>>) -> Result<Self, ConfigError> {
        Ok(Self {
            settings: Settings::read(environment, 8403)?,
            tokens: environment.read("FACILITATOR_TOKENS", Tokens::parse)?.unwrap_or_default(),
            recipients: environment.read("RECIPIENT_ADDRESSES", recipients)?,
            refuses_repeats: environment.read("REPEATS", refuses_repeats)?.unwrap_or(true),
            max_in_flight: environment.read("MAX_IN_FLIGHT", max_in_flight)?.unwrap_or(256),
        })
    }

    /// Refuses to settle through itself, on this port, which would go round and round.
    pub(crate) fn leads_elsewhere(&self, port: u16) -> Result<(), ConfigError> {
        let Some(url) = &self.settings.facilitator_url else { return Ok(()) };
        let local = self.settings.local_url(port);
        let named = Url::parse(&format!("http://localhost:{port}/")).ok();
        let own = [Some(self.settings.base_url(port)), Some(local), named];
        match own.iter().flatten().any(|own| own.as_str().trim_end_matches('/') == url.as_str()) {
            true => Err(ConfigError::new("FACILITATOR_URL", "it is this server's own; another one is to settle")),
            false => Ok(()),
        }
    }
}

/// Reads what becomes of repeats.
fn refuses_repeats(text: &str) -> Result<bool, &'static str> {
    match text {
        "refuse" => Ok(true),
        "answer" => Ok(false),
        _ => Err("it must be `refuse` or `answer`"),
    }
}

/// Reads addresses with commas between them.
fn recipients(text: &str) -> Result<Vec<Address>, String> {
    text.split(',').map(|address| common::recipient(address.trim())).collect()
}

/// None would settle nothing, and more than there are connections would bound nothing.
fn max_in_flight(text: &str) -> Result<usize, String> {
    match common::number(text)? {
        count @ 1..=common::MAX_CONNECTIONS => Ok(count),
        _ => Err(format!("it must be from 1 to {}", common::MAX_CONNECTIONS)),
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use common::Log;

    use super::*;
    use crate::help::ENVIRONMENT;

    fn with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&Environment::new(|name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|found| found.1.into())
        }))
    }

    #[test]
    fn an_empty_environment_is_the_sandbox_for_everybody() {
        for variables in [&[][..], &[("ONESHOT_API_KEY", ""), ("FACILITATOR_TOKENS", " ")]] {
            let config = with(variables).unwrap();
            assert!(config.settings.is_sandbox() && config.tokens.is_empty() && config.recipients.is_none());
            assert_eq!(config.settings.port, 8403);
        }
    }

    #[test]
    fn it_does_not_settle_through_itself() {
        let tunnel = ("TUNNEL_BASE_URL", "https://pay.example/x402");
        for (url, is_own) in [
            ("http://127.0.0.1:8403", true),
            ("http://127.0.0.1:8403/", true),
            ("http://localhost:8403", true),
            ("https://pay.example/x402/", true),
            ("http://127.0.0.1:8404", false),
            ("https://pay.example", false),
        ] {
            let config = with(&[("FACILITATOR_URL", url), tunnel]).unwrap();
            assert_eq!(config.leads_elsewhere(8403).is_err(), is_own, "{url}");
        }
    }

    #[test]
    fn lists_have_commas_and_perhaps_spaces() {
        let two = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C, 0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        assert_eq!(with(&[("RECIPIENT_ADDRESSES", two)]).unwrap().recipients.unwrap().len(), 2);
    }

    #[test]
    fn help_lists_exactly_the_variables_that_are_read() {
        let read = RefCell::new(BTreeSet::new());
        let environment = Environment::new(|name: &str| {
            read.borrow_mut().insert(name.to_owned());
            None
        });
        Log::read(&environment).unwrap();
        Config::read(&environment).unwrap();
        let begins = ENVIRONMENT.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let listed: BTreeSet<_> = begins.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
        assert_eq!(listed, *read.borrow());
    }
}
