//! The environment, read and checked before anything starts.

use std::ffi::OsString;

use alloy_primitives::{Address, address};
use common::{ConfigError, Environment, Settings, recipient};
use x402_core::{Amount, amount::ParseAmountError};
use x402_tower::server::Order;

/// Who is paid in the sandbox, unless told otherwise.
const SANDBOX_RECIPIENT: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Config {
    /// Who settles, and where this server is.
    pub(crate) settings: Settings,
    pub(crate) recipient: Address,
    pub(crate) price: Amount,
    pub(crate) order: Order,
}

impl Config {
    pub(crate) fn read(environment: &Environment<impl Fn(&str) -> Option<OsString>>) -> Result<Self, ConfigError> {
        let settings = Settings::read(environment, 8402)?;
        let recipient = match environment.read("RECIPIENT_ADDRESS", recipient)? {
            Some(recipient) => recipient,
            None if settings.is_sandbox() => SANDBOX_RECIPIENT,
            None => return Err(ConfigError::missing("RECIPIENT_ADDRESS", "it says who is paid")),
        };
        Ok(Self {
            settings,
            recipient,
            price: environment.read("MAX_AMOUNT_REQUIRED", price)?.unwrap_or(Amount::from_atomic(50_000)),
            order: environment.read("SETTLE", order)?.unwrap_or_default(),
        })
    }
}

fn price(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|error: ParseAmountError| error.to_string())?;
    if amount.is_zero() { Err("a price must be above zero".to_owned()) } else { Ok(amount) }
}

fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "after" => Ok(Order::After),
        "before" => Ok(Order::Before),
        "background" => Ok(Order::Background),
        _ => Err("it must be `after`, `before` or `background`"),
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
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        }))
    }

    #[test]
    fn an_empty_environment_is_the_sandbox_at_five_cents() {
        for variables in [&[][..], &[("ONESHOT_API_KEY", ""), ("PORT", " ")]] {
            let config = with(variables).unwrap();
            assert!(config.settings.is_sandbox());
            assert_eq!((config.settings.port, config.price), (8402, Amount::from_atomic(50_000)));
            assert_eq!((config.recipient, config.order), (SANDBOX_RECIPIENT, Order::After));
        }
    }

    #[test]
    fn each_malformed_variable_of_a_shop_is_one_line_that_names_it() {
        let cases: &[(&str, &[&str])] = &[
            ("MAX_AMOUNT_REQUIRED", &["0", "0.05", "$0.05", "-1", "1e18", "٣"]),
            ("RECIPIENT_ADDRESS", &["None", "0x12", "0x0000000000000000000000000000000000000000"]),
            ("SETTLE", &["later", "AFTER"]),
        ];
        for (name, values) in cases {
            for value in *values {
                let line = with(&[(name, value)]).unwrap_err().to_string();
                assert!(line.starts_with(&format!("{name}: ")), "{line}");
                assert!(!line.contains('\n') && line.matches(name).count() == 1, "{line}");
            }
        }
    }

    #[test]
    fn outside_the_sandbox_it_must_be_said_who_is_paid() {
        let url = ("FACILITATOR_URL", "https://facilitator.example/x402/");
        let line = with(&[url]).unwrap_err().to_string();
        assert!(line.starts_with("RECIPIENT_ADDRESS: it is not set"), "{line}");
        let recipient = ("RECIPIENT_ADDRESS", "0x00000000000000000000000000000000DeaDBeef");
        assert_eq!(with(&[url, recipient]).unwrap().recipient, recipient.1.parse::<Address>().unwrap());
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
