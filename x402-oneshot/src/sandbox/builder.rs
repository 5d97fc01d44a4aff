//! Starting a sandbox.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::U256;
use tokio::net::TcpListener;
use tokio::sync::watch;
use x402_core::{Asset, Clock, SystemClock};

use super::buyer::BuyerKey;
use super::entropy::Entropy;
use super::error::SandboxError;
use super::genesis::{Plan, genesis};
use super::handle::Sandbox;
use super::settings::Settings;
use super::shared::Shared;
use super::{miner, server};

/// How to start a [`Sandbox`]: made by [`Sandbox::builder`].
#[must_use = "a builder does nothing until it is started"]
pub struct SandboxBuilder {
    port: u16,
    settings: Settings,
    chains: Vec<u64>,
    tokens: Vec<Asset>,
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            settings: Settings::default(),
            chains: Vec::new(),
            tokens: Vec::new(),
            clock: Arc::new(SystemClock),
            seed: None,
        }
    }
}

impl SandboxBuilder {
    /// Listens on this port of 127.0.0.1; 0, the default, takes any that is free.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// How long a block takes, 2 seconds by default.
    ///
    /// A transaction is `Submitted` after a quarter of it and final at its end; with zero, as soon as the runtime
    /// gets to it.
    pub fn block_time(self, block_time: Duration) -> Self {
        Self { settings: Settings { block_time: Some(block_time), ..self.settings }, ..self }
    }

    /// Mines only when [`Sandbox::mine`] says so, so that a test sees each state and waits for nothing.
    pub fn manual_mining(self) -> Self {
        Self { settings: Settings { block_time: None, ..self.settings }, ..self }
    }

    /// Adds a chain, with every token on it that [`Asset::all_known`] has and a funded wallet.
    ///
    /// Base Sepolia, Base, Polygon, Polygon Amoy, Avalanche and Avalanche Fuji are there without being asked for.
    ///
    /// ```
    /// use x402_oneshot::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
    /// let celo = 42220;
    /// let sandbox = Sandbox::builder().chain(celo).start().await?;
    /// assert!(sandbox.chain_ids().contains(&celo));
    /// # Ok(())
    /// # }
    /// ```
    pub fn chain(mut self, chain_id: u64) -> Self {
        self.chains.push(chain_id);
        self
    }

    /// Adds a token, and the chain that it is on; one that is at its address already makes way for it.
    ///
    /// It has EIP-3009 transfers in the EIP-712 domain that the asset describes: name and version of up to 31 bytes, any
    /// number of decimals.
    /// The buyer holds some of it from the start.
    ///
    /// ```
    /// use alloy_primitives::{U256, address};
    /// use x402_core::Asset;
    /// use x402_oneshot::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
    /// let token = address!("0x00000000000000000000000000000000000da100");
    /// let dollars = Asset::new(8453, token, "SDAI", "Sandbox Dai", "1", 18);
    /// let sandbox = Sandbox::builder().token(dollars).start().await?;
    ///
    /// let thousand = U256::from(1000) * U256::from(10).pow(U256::from(18));
    /// assert_eq!(sandbox.balance_in(8453, token, sandbox.buyer_address()), Some(thousand));
    /// # Ok(())
    /// # }
    /// ```
    pub fn token(mut self, token: Asset) -> Self {
        self.tokens.push(token);
        self
    }

    /// What each wallet holds when it is made, in wei of its chain's native currency: 10^18 by default.
    ///
    /// With little, wallets run low; with nothing, they cannot pay for any gas.
    pub fn wallet_funds(self, wei: U256) -> Self {
        Self { settings: Settings { wallet_funds: wei, ..self.settings }, ..self }
    }

    /// How many whole tokens of each kind the buyer holds at the start, and each
    /// [smart-contract wallet](Sandbox::smart_wallet) when it is made: 1000 by default.
    pub fn buyer_funds(self, whole_tokens: u64) -> Self {
        Self { settings: Settings { buyer_funds: whole_tokens, ..self.settings }, ..self }
    }

    /// Takes the time from this clock instead of the system's.
    ///
    /// It decides the blocks' timestamps, with them the validity of authorizations, and when access tokens expire.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Makes keys, credentials, ids and hashes the same at every start.
    ///
    /// # Security
    ///
    /// Whoever knows the seed knows the credentials: for tests and traces only.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Starts the chain, the API and the miner, as tasks of the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on, the operating system has no randomness to give, or a token cannot be made.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let entropy = match self.seed {
            Some(seed) => Entropy::seeded(seed),
            None => Entropy::random().map_err(|source| SandboxError::Entropy { source })?,
        };
        let bind = |source| SandboxError::Bind { port: self.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let (close, open) = watch::channel(());
        let (buyer_key, buyer) = BuyerKey::well_known();
        let Self { settings, chains, tokens, clock, .. } = self;
        let plan = Plan { settings, chains, tokens, buyer, now: clock.now().as_secs() };
        let (account, state) = genesis(&plan, entropy)?;
        let shared = Arc::new(Shared::new(account, clock, settings, state, open.clone()));
        if let Some(block_time) = settings.block_time {
            tokio::spawn(miner::run(Arc::clone(&shared), block_time, open.clone()));
        }
        let router = server::router(Arc::clone(&shared));
        tokio::spawn(serve(listener, router, open));
        let base_url = format!("http://{address}{}", server::BASE_PATH);
        Ok(Sandbox::new(base_url, shared, buyer_key, buyer, close))
    }
}

impl Sandbox {
    /// Starts a sandbox on any free port, with blocks of 2 seconds.
    ///
    /// # Errors
    ///
    /// See [`SandboxBuilder::start`].
    pub async fn start() -> Result<Self, SandboxError> {
        Self::builder().start().await
    }

    /// Starts a sandbox another way.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }
}

/// Serves until the sandbox closes; requests under way are answered first.
async fn serve(listener: TcpListener, router: axum::Router, mut open: watch::Receiver<()>) {
    let closed = async move {
        // An error says that the handle is gone, which is what is waited for.
        let _ = open.changed().await;
    };
    // A connection that cannot be accepted is waited out inside; there is no other failure.
    let _ = axum::serve(listener, router).with_graceful_shutdown(closed).await;
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("block_time", &self.settings.block_time)
            .finish_non_exhaustive()
    }
}
