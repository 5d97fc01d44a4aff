//! Starting a sandbox.

use std::collections::HashMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, U256};
use tokio::net::TcpListener;
use tokio::sync::watch;
use x402_core::{Clock, SystemClock};

use super::account::{Account, Credentials};
use super::buyer::BuyerKey;
use super::chain::{BASE_SEPOLIA, Chain};
use super::clock::SandboxClock;
use super::connection::{Cuttable, Switch};
use super::dialect::Dialect;
use super::entropy::Entropy;
use super::error::SandboxError;
use super::handle::Sandbox;
use super::requests::RequestCounts;
use super::shared::{Shared, State};
use super::table::{Chains, Wallets};
use super::wallet::Wallet;
use super::webhooks::{Courier, WebhookShape, Webhooks};
use super::{faults, miner, server, token};

/// Base Sepolia's.
const BLOCK_TIME: Duration = Duration::from_secs(2);

/// What the wallet holds at the start: 1 ETH, in wei.
const WALLET_FUNDS: u64 = 1_000_000_000_000_000_000;

/// How to start a [`Sandbox`]: made by [`Sandbox::builder`].
#[must_use = "a builder does nothing until it is started"]
pub struct SandboxBuilder {
    port: u16,
    /// `None` leaves mining to the caller.
    block_time: Option<Duration>,
    clock: Arc<dyn Clock>,
    /// The same clock, if it can be moved from outside.
    manual_clock: Option<SandboxClock>,
    seed: Option<u64>,
    dialect: Dialect,
    admin: bool,
    webhooks: Webhooks,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            block_time: Some(BLOCK_TIME),
            clock: Arc::new(SystemClock),
            manual_clock: None,
            seed: None,
            dialect: Dialect::default(),
            admin: false,
            webhooks: Webhooks::default(),
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
        Self { block_time: Some(block_time), ..self }
    }

    /// Mines only when [`Sandbox::mine`] says so, so that a test sees each state and waits for nothing.
    pub fn manual_mining(self) -> Self {
        Self { block_time: None, ..self }
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
    pub fn strict_spec(self) -> Self {
        Self { dialect: Dialect::Strict, ..self }
    }

    /// Answers as the servers of 2025 did: transactions have `contractMethodId` and no `contractMethodIds`.
    pub fn legacy(self) -> Self {
        Self { dialect: Dialect::Legacy, ..self }
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
        self.webhooks.switches.shape = shape;
        self
    }

    /// How long to wait after a webhook's first failure, its second and so on: as often is it tried again.
    ///
    /// By default 1, 2, 4, 8 and 16 seconds, which is a guess at what 1Shot does. [`Duration::ZERO`] makes tests fast.
    pub fn webhook_retries(mut self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.webhooks.switches.retries = waits.into_iter().collect();
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
        self.webhooks.switches.anywhere = true;
        self
    }

    /// Starts the chain, the API, the miner and the courier of webhooks, as tasks of the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on, the operating system has no randomness to give, or webhooks are to leave
    /// this machine and it has no certificates to check others by.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let entropy = match self.seed {
            Some(seed) => Entropy::seeded(seed),
            None => Entropy::random().map_err(|source| SandboxError::Entropy { source })?,
        };
        let bind = |source| SandboxError::Bind { port: self.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let (close, open) = watch::channel(());
        let (mut shared, buyer_key, buyer) = genesis(self.clock, entropy, self.dialect, self.webhooks, open.clone());
        shared.manual_clock = self.manual_clock;
        let shared = Arc::new(shared);
        if let Some(block_time) = self.block_time {
            tokio::spawn(miner::run(Arc::clone(&shared), block_time, open.clone()));
        }
        let courier = Courier::new(Arc::clone(&shared), open.clone());
        tokio::spawn(courier.map_err(|source| SandboxError::Webhooks { source })?.run());
        let mut router = server::router(Arc::clone(&shared));
        if self.admin {
            router = router.merge(faults::admin_router(Arc::clone(&shared)));
        }
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
    let service = router.into_make_service_with_connect_info::<Switch>();
    let _ = axum::serve(Cuttable(listener), service).with_graceful_shutdown(closed).await;
}

/// The world as it is before the first request.
fn genesis(
    clock: Arc<dyn Clock>,
    mut entropy: Entropy,
    dialect: Dialect,
    webhooks: Webhooks,
    open: watch::Receiver<()>,
) -> (Shared, BuyerKey, Address) {
    let created = clock.now().as_secs();
    let (buyer_key, buyer) = BuyerKey::well_known();
    let (name, description) = ("Sandbox wallet".to_owned(), "Pays for the gas of the sandbox".to_owned());
    let wallet = Wallet::new(&mut entropy, BASE_SEPOLIA, name, description, created);
    let account = Account {
        business_id: entropy.uuid(),
        credentials: Credentials { id: entropy.uuid(), key: entropy.uuid().to_string(), secret: entropy.hex() },
        wallet_id: wallet.id,
        created,
        dialect,
    };
    let mut chain = Chain::new(BASE_SEPOLIA, created);
    chain.fund(wallet.address, U256::from(WALLET_FUNDS));
    chain.deploy(token::ADDRESS, token::init_code(buyer)).expect("the committed bytecode constructs");
    let (mut chains, mut wallets) = (Chains::default(), Wallets::default());
    chains.add(BASE_SEPOLIA, chain);
    wallets.add(wallet);
    let state = State {
        chains,
        wallets,
        entropy,
        tokens: HashMap::new(),
        methods: Vec::new(),
        contract_events: Vec::new(),
        transactions: Vec::new(),
        requests: RequestCounts::default(),
        events: Vec::new(),
        webhooks,
    };
    (Shared::new(account, clock, state, open), buyer_key, buyer)
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("block_time", &self.block_time)
            .finish_non_exhaustive()
    }
}
