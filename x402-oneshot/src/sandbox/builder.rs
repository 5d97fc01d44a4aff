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
use super::clock::SandboxClock;
use super::connection::{Cuttable, Switch};
use super::dialect::Dialect;
use super::entropy::Entropy;
use super::error::SandboxError;
use super::genesis::genesis;
use super::handle::Sandbox;
use super::plan::Plan;
use super::running::Running;
use super::settings::Settings;
use super::shared::Shared;
use super::webhooks::{Courier, Switches, WebhookShape};
use super::{faults, miner, route, server};

/// How to start a [`Sandbox`]: made by [`Sandbox::builder`].
#[must_use = "a builder does nothing until it is started"]
pub struct SandboxBuilder {
    port: u16,
    settings: Settings,
    chains: Vec<u64>,
    tokens: Vec<Asset>,
    clock: Arc<dyn Clock>,
    /// The same clock, if it can be moved from outside.
    manual_clock: Option<SandboxClock>,
    seed: Option<u64>,
    admin: bool,
    switches: Switches,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            settings: Settings::default(),
            chains: Vec::new(),
            tokens: Vec::new(),
            clock: Arc::new(SystemClock),
            manual_clock: None,
            seed: None,
            admin: false,
            switches: Switches::default(),
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
        Self { clock: Arc::new(clock), manual_clock: None, ..self }
    }

    /// Takes the time from a clock that stands still until it is moved: by its clones, or over HTTP if that is
    /// [allowed](Self::admin).
    pub fn manual_clock(self, clock: SandboxClock) -> Self {
        Self { clock: Arc::new(clock.clone()), manual_clock: Some(clock), ..self }
    }

    /// Makes keys, credentials, ids, hashes and chance the same at every start.
    ///
    /// With [`manual_clock`](Self::manual_clock) and [`manual_mining`](Self::manual_mining) besides, the same calls one
    /// after the other get the same answers byte for byte.
    ///
    /// # Security
    ///
    /// Whoever knows the seed knows the credentials: for tests and traces only.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Answers as the specification of 2026 says, to the letter.
    ///
    /// Transactions have `contractMethodIds` and no `contractMethodId`, `DELETE /methods/{id}` answers with an empty
    /// body, and there is no list where the published Python client looks for transactions. Clients that were made for
    /// older servers break on it, which is what this is for.
    pub fn strict_spec(mut self) -> Self {
        self.settings.dialect = Dialect::Strict;
        self
    }

    /// Answers as the servers of 2025 did: transactions have `contractMethodId` and no `contractMethodIds`.
    pub fn legacy(mut self) -> Self {
        self.settings.dialect = Dialect::Legacy;
        self
    }

    /// Serves [`faults::admin`](super::faults::admin) too, so that tests in other languages can set faults.
    ///
    /// # Security
    ///
    /// It asks for no token. Whoever reaches the port can then break this sandbox, and nothing else: it is for tests, on
    /// a machine whose users are trusted as far as that.
    pub fn admin(self) -> Self {
        Self { admin: true, ..self }
    }

    /// The shape of webhooks at the start; [`SandboxWebhooks::set_shape`](super::SandboxWebhooks::set_shape) changes it.
    pub fn webhook_shape(mut self, shape: WebhookShape) -> Self {
        self.switches.shape = shape;
        self
    }

    /// How long to wait after a webhook's first failure, its second and so on: as often is it tried again.
    ///
    /// By default 1, 2, 4, 8 and 16 seconds, which is a guess at what 1Shot does. [`Duration::ZERO`] makes tests fast.
    pub fn webhook_retries(mut self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.switches.retries = waits.into_iter().collect();
        self
    }

    /// Lets webhooks leave this machine.
    ///
    /// Without this, one whose URL does not lead to `localhost` or a loopback address is not sent but recorded as
    /// failed, so that a sandbox has no business with the network.
    ///
    /// # Security
    ///
    /// Whoever has the sandbox's credentials can then make this machine send requests to any other that it reaches.
    pub fn dangerous_webhooks_anywhere(mut self) -> Self {
        self.switches.anywhere = true;
        self
    }

    /// Starts the chain, the API, the miner and the courier of webhooks, as tasks of the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on, the operating system has no randomness to give, a token cannot be made, or
    /// webhooks are to leave this machine and it has no certificates to check others by.
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
        let Self { settings, chains, tokens, clock, switches, .. } = self;
        let plan = Plan { settings, chains, tokens, buyer, now: clock.now().as_secs(), entropy, switches };
        let (account, state) = genesis(&plan)?;
        let mut shared = Shared::new(account, clock, plan, state, open.clone());
        shared.manual_clock = self.manual_clock;
        let shared = Arc::new(shared);
        let courier = Courier::new(Arc::clone(&shared), open.clone());
        let courier = courier.map_err(|source| SandboxError::Webhooks { source })?;
        let mut tasks = vec![tokio::spawn(courier.run())];
        if let Some(block_time) = settings.block_time {
            tasks.push(tokio::spawn(miner::run(Arc::clone(&shared), block_time, open.clone())));
        }
        let mut router = server::router(Arc::clone(&shared));
        if self.admin {
            router = router.merge(faults::admin_router(Arc::clone(&shared)));
        }
        let (listener, freed) = Cuttable::new(listener);
        // Requests under way are answered still, so that nobody waits for its end.
        drop(tokio::spawn(serve(listener, router, open)));
        let base_url = format!("http://{address}{}", route::BASE_PATH);
        Ok(Sandbox { base_url, shared, buyer_key, buyer, running: Running { close, freed, tasks } })
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
async fn serve(listener: Cuttable, router: axum::Router, mut open: watch::Receiver<()>) {
    let closed = async move {
        // An error says that the handle is gone, which is what is waited for.
        let _ = open.changed().await;
    };
    // A connection that cannot be accepted is waited out inside; there is no other failure.
    let service = router.into_make_service_with_connect_info::<Switch>();
    let _ = axum::serve(listener, service).with_graceful_shutdown(closed).await;
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("block_time", &self.settings.block_time)
            .finish_non_exhaustive()
    }
}
