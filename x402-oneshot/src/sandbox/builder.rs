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
use super::dialect::Dialect;
use super::entropy::Entropy;
use super::error::SandboxError;
use super::handle::Sandbox;
use super::requests::RequestCounts;
use super::shared::{Shared, State};
use super::table::{Chains, Wallets};
use super::wallet::Wallet;
use super::{miner, server, token};

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
    seed: Option<u64>,
    dialect: Dialect,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            block_time: Some(BLOCK_TIME),
            clock: Arc::new(SystemClock),
            seed: None,
            dialect: Dialect::default(),
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

    /// Starts the chain, the API and the miner, as tasks of the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on, or the operating system has no randomness to give.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let entropy = match self.seed {
            Some(seed) => Entropy::seeded(seed),
            None => Entropy::random().map_err(|source| SandboxError::Entropy { source })?,
        };
        let bind = |source| SandboxError::Bind { port: self.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let (close, open) = watch::channel(());
        let (shared, buyer_key, buyer) = genesis(self.clock, entropy, self.dialect, open.clone());
        let shared = Arc::new(shared);
        if let Some(block_time) = self.block_time {
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

/// The world as it is before the first request.
fn genesis(
    clock: Arc<dyn Clock>,
    mut entropy: Entropy,
    dialect: Dialect,
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
