//! What people are shown of an offer.

use std::fmt::Write as _;

use serde::Serialize;
use x402_core::{Asset, PaymentRequirements, server::Offers};

use super::{
    chains::{self, Chain},
    escape,
    texts::{Text, Texts},
};

/// One way to pay, as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    /// The price with its token, for people.
    price: String,
    /// What the token is called.
    token: String,
    /// `None` for a token that we do not know: then the price is in its atomic units.
    decimals: Option<u8>,
    /// What the network is called.
    network: String,
    chain: Option<&'static Chain>,
}

impl Shown {
    pub(super) fn of(offers: &Offers) -> Vec<Self> {
        offers.offers().iter().map(|offer| Self::of_requirements(offer.requirements())).collect()
    }

    fn of_requirements(of: &PaymentRequirements) -> Self {
        let asset = of.asset.evm().and_then(|address| Asset::known(&of.network, address));
        let chain = of.network.chain_id().and_then(chains::known);
        let network = chain.map_or_else(|| of.network.to_string(), |chain| chain.name.to_owned());
        match asset {
            Some(asset) => Self {
                price: format!("{} {}", of.amount.to_decimal(asset.decimals()), asset.symbol()),
                token: asset.symbol().to_owned(),
                decimals: Some(asset.decimals()),
                network,
                chain,
            },
            None => {
                let name = of.extra.get("name").and_then(serde_json::Value::as_str);
                Self {
                    price: format!("{} units of {}", of.amount, of.asset),
                    token: name.unwrap_or(of.asset.as_str()).to_owned(),
                    decimals: None,
                    network,
                    chain,
                }
            }
        }
    }

    /// One list item, with a choice in it that only the page's script shows.
    pub(super) fn item(&self, index: usize, of: &PaymentRequirements, texts: &Texts) -> String {
        // Each part apart, so that a name that is written from right to left does not turn the address beside it.
        let apart = |part: &str| format!("<bdi>{}</bdi>", escape::html(part));
        let rows = [
            (Text::Price, "price", apart(&self.price)),
            (Text::Token, "token", format!("{} {}", apart(&self.token), apart(of.asset.as_str()))),
            (Text::Network, "network", format!("{} · {}", apart(&self.network), apart(&of.network.to_string()))),
            (Text::Recipient, "recipient", apart(of.pay_to.as_str())),
        ];
        let mut item = format!("<li><label><input type=\"radio\" name=\"offer\" value=\"{index}\"><dl>");
        for (name, class, value) in rows {
            let name = escape::html(texts.of(name));
            // Writing to a string cannot fail.
            let _ = write!(item, "<div class=\"{class}\"><dt>{name}</dt><dd>{value}</dd></div>");
        }
        item.push_str("</dl></label></li>\n");
        item
    }
}
