//! The prompt endpoint.

use http::Method;
use serde::{Deserialize, Serialize};

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
        let found: Found = self.client.send(call).await?;
        Ok(match found {
            Found::Paged { response } | Found::Plain(response) => response,
        })
    }
}

/// The API's description speaks of a page, and its schema is a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Found {
    Paged { response: Vec<FullPrompt> },
    Plain(Vec<FullPrompt>),
}
