//! The prompt endpoint.

use std::fmt;

use http::Method;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::api::prompt::FullPrompt;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

impl Client {
    /// The prompt endpoint.
    #[must_use]
    pub const fn prompts(&self) -> Prompts<'_> {
        Prompts { client: self }
    }
}

/// The prompt endpoint, from [`Client::prompts`].
#[derive(Clone, Copy, Debug)]
pub struct Prompts<'a> {
    client: &'a Client,
}

impl<'a> Prompts<'a> {
    /// Searches contracts by what they are for, in plain words.
    ///
    /// ```no_run
    /// # async fn run(client: x402_oneshot::Client) -> Result<(), x402_oneshot::Error> {
    /// for prompt in client.prompts().search("swap one token for another").chain(8453).send().await? {
    ///     println!("{} {}", prompt.contract_address, prompt.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search(self, query: impl Into<String>) -> SearchPrompts<'a> {
        SearchPrompts { client: self.client, query: query.into(), chain: None }
    }
}

/// A search among prompts to be asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send`"]
pub struct SearchPrompts<'a> {
    client: &'a Client,
    query: String,
    chain: Option<u64>,
}

impl SearchPrompts<'_> {
    /// Only contracts on this chain.
    pub const fn chain(mut self, chain_id: u64) -> Self {
        self.chain = Some(chain_id);
        self
    }

    /// Asks, and gives what was found.
    ///
    /// There are no pages to ask for: the API has no words for them here, and answers with a list. Its description
    /// speaks of a page all the same; should one come, these are its rows.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Vec<FullPrompt>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Search {
            query: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            chain_id: Option<u64>,
        }

        let search = Search { query: self.query, chain_id: self.chain };
        let call = Call::read(Method::POST, "/prompts/search").json(&search)?;
        let Found(prompts) = self.client.send(call).await?;
        Ok(prompts)
    }
}

/// The rows of a list or of a page. Read by hand, for an untagged enum would not say where a row is wrong.
struct Found(Vec<FullPrompt>);

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ListOrPage;

        impl<'de> Visitor<'de> for ListOrPage {
            type Value = Found;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or a page")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<Found, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(rows)).map(Found)
            }

            fn visit_map<A: MapAccess<'de>>(self, page: A) -> Result<Found, A::Error> {
                #[derive(Deserialize)]
                struct Page {
                    response: Vec<FullPrompt>,
                }

                Page::deserialize(MapAccessDeserializer::new(page)).map(|page| Found(page.response))
            }
        }

        from.deserialize_any(ListOrPage)
    }
}
