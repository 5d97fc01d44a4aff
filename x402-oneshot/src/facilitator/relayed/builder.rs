//! Setting up a relayed facilitator.

use std::{collections::HashMap, fmt, sync::Arc};

use x402_core::{Asset, Clock, SystemClock};

use super::{super::ProvisionError, Overload, Relayed, account::Account, method::Wanted, setup::Setup};
use crate::{
    BusinessId, Client,
    api::{Reports, WaitPolicy},
};

/// Sets up a [`Relayed`] facilitator. Made by [`Relayed::builder`].
#[derive(Clone)]
#[must_use = "nothing is set up before `connect`"]
pub struct RelayedBuilder {
    client: Client,
    business: BusinessId,
    tokens: Vec<(Asset, Overload)>,
    callback_url: Option<String>,
    label: Option<String>,
    wait: WaitPolicy,
    reports: Reports,
    clock: Arc<dyn Clock>,
}

impl Relayed {
    /// Sets one up for tokens of your choice.
    pub fn builder(client: Client, business: BusinessId) -> RelayedBuilder {
        RelayedBuilder::new(client, business)
    }
}

impl RelayedBuilder {
    fn new(client: Client, business: BusinessId) -> Self {
        Self {
            client,
            business,
            tokens: Vec::new(),
            callback_url: None,
            label: None,
            wait: WaitPolicy::new(),
            reports: Reports::new(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Settles payments in this token too, through [`Overload::Bytes`].
    pub fn token(self, asset: Asset) -> Self {
        self.token_by(asset, Overload::Bytes)
    }

    /// Settles payments in this token too, through this overload of its `transferWithAuthorization`.
    ///
    /// The token must revert when a nonce is spent, as Circle's and most do. Of one that says so in an event and moves
    /// nothing, a test run sees nothing, so that a spent payment is verified, and its settlement then unknown: if 1Shot
    /// reads the event, that is. Do not take such a token.
    pub fn token_by(mut self, asset: Asset, overload: Overload) -> Self {
        self.tokens.push((asset, overload));
        self
    }

    /// Where 1Shot is to report executions: the webhook's public URL.
    ///
    /// A method that is there already and reports elsewhere is changed. Unless this is set, it is left as it is.
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }

    /// Keeps this server's methods apart from those of other servers of the same business, by a text in their names.
    ///
    /// Two that report to different URLs need it: each would take the other's methods for its own, and change where
    /// they report.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// How long a settlement is waited for, and how often it is asked about.
    pub const fn wait(mut self, wait: WaitPolicy) -> Self {
        self.wait = wait;
        self
    }

    /// Shares reports with others, instead of the facilitator's [own](Relayed::reports).
    ///
    /// A settlement that is reported is not asked about any more. As long as nothing comes, settlements are asked about
    /// at the intervals of [`wait`](Self::wait).
    pub fn reports(mut self, reports: Reports) -> Self {
        self.reports = reports;
        self
    }

    /// Takes the time from this clock instead of the system's. It bounds the search for an execution that was lost.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Finds or makes, for each token, its contract method, and the wallet that pays gas.
    ///
    /// A method of ours is used again if all of it is right: chain, contract, function, parameters, no results, not
    /// archived. What may differ is changed: the callback URL; the wallet, if it is gone, on another chain, or out of
    /// gas; and the mutability. One that cannot be set right like that is passed over, and a new one is made. The ids
    /// are kept, so that verifying takes one call, and settling one and the wait.
    ///
    /// # Errors
    ///
    /// If no wallet on a token's chain can pay gas, or a call fails.
    pub async fn connect(self) -> Result<Relayed, ProvisionError> {
        let Self { client, business, tokens, callback_url, label, wait, reports, clock } = self;
        let mut pinned = HashMap::with_capacity(tokens.len());
        for (asset, overload) in &tokens {
            let network = asset.network();
            let wanted = Wanted {
                asset,
                chain_id: network.chain_id().unwrap_or_default(),
                overload: *overload,
                label: label.as_deref(),
                callback_url: callback_url.as_deref(),
            };
            let account = Account { client: &client, business };
            pinned.insert((network, asset.address()), account.pin(&wanted).await?);
        }
        Ok(Relayed::new(Setup { client, business, pinned, wait, reports, clock }))
    }
}

impl fmt::Debug for RelayedBuilder {
    /// Without the callback URL, which may hold a secret of its owner's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayedBuilder")
            .field("business", &self.business)
            .field("tokens", &self.tokens)
            .field("label", &self.label)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
