//! Setting up a native facilitator.

use std::collections::HashSet;

use x402_core::{Asset, Clock};

use super::{super::ProvisionError, Native, client::Inner, confirmation::Confirmation, listing};
use crate::{BusinessId, Client, api::WaitPolicy};

/// Sets up a [`Native`] facilitator. Made by [`Native::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `connect`"]
pub struct NativeBuilder {
    client: Client,
    tokens: Vec<Asset>,
    confirmation: Confirmation,
    confirms: bool,
}

impl NativeBuilder {
    pub(super) fn new(client: Client, business: BusinessId) -> Self {
        Self { client, tokens: Vec::new(), confirmation: Confirmation::new(business), confirms: true }
    }

    /// Settles payments in this token too.
    pub fn token(mut self, asset: Asset) -> Self {
        self.tokens.push(asset);
        self
    }

    /// How long a settlement's confirmation is waited for, and how often it is asked about.
    pub const fn wait(mut self, wait: WaitPolicy) -> Self {
        self.confirmation.wait = wait;
        self
    }

    /// Takes the time from this clock instead of the system's. It bounds the search for a settlement.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.confirmation.clock = std::sync::Arc::new(clock);
        self
    }

    /// Takes 1Shot's word that a payment is settled, and saves the call that looks it up.
    ///
    /// # Security
    ///
    /// 1Shot does not say whether its answer waits for the block. If it comes earlier, a payer who is quick can spend
    /// the same money elsewhere, or cancel the authorization: the transfer reverts, and what was sold is gone. It costs
    /// you a sale at most. For small prices that may be worth the round trip.
    pub const fn unconfirmed(mut self) -> Self {
        self.confirms = false;
        self
    }

    /// Asks 1Shot whether the account can settle payments in the tokens.
    ///
    /// # Errors
    ///
    /// [`ProvisionError::NothingListed`] if the account is set up for nothing, [`ProvisionError::NotListed`] with the
    /// first token that it is not set up for, [`ProvisionError::OtherDecimals`] if 1Shot counts a token otherwise, and
    /// [`ProvisionError::Call`] if 1Shot cannot be asked.
    pub async fn connect(self) -> Result<Native, ProvisionError> {
        let Self { client, tokens, confirmation, confirms } = self;
        let said = client.x402().supported().await.map_err(ProvisionError::Call)?;
        let mut known = HashSet::with_capacity(tokens.len());
        for asset in &tokens {
            listing::check(&said, asset)?;
            known.insert((asset.network(), asset.address()));
        }
        Ok(Native::new(Inner { client, tokens: known, confirmation: confirms.then_some(confirmation) }))
    }
}
