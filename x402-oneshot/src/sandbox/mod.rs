//! The 1Shot API in this process, over a chain in this process: no account, no network, no money.
//!
//! A [`Sandbox`] serves the REST API on a port of the loopback interface. Behind it runs an EVM for each of its chains:
//! [Base Sepolia](https://docs.base.org), which [`Sandbox::token_address`] and [`Sandbox::balance_of`] are about, and
//! Base, Polygon, Polygon Amoy, Avalanche and Avalanche Fuji. On each is a real ERC-20 token with
//! [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009), compiled from Solidity, at the address of that chain's USDC. Its
//! EIP-712 domain is the real one, so an authorization signed for the real chain is good here. Transfers really execute,
//! and what would revert there reverts here.
//!
//! ```
//! use x402_oneshot::sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
//! let sandbox = Sandbox::start().await?;
//!
//! // What a client of the 1Shot API is told:
//! println!("{} {} {}", sandbox.base_url(), sandbox.api_key(), sandbox.business_id());
//!
//! // Who pays, and with what:
//! let thousand_dollars = 1_000_000_000_u64;
//! assert_eq!(sandbox.balance_of(sandbox.buyer_address()).to::<u64>(), thousand_dollars);
//! # Ok(())
//! # }
//! ```
//!
//! # In a test
//!
//! A development dependency with the feature `sandbox`, and one line in the test. It needs no more of a runtime than
//! `#[tokio::test]` starts:
//!
//! ```sh
//! cargo add --dev x402-oneshot --features sandbox --git https://github.com/1Shot-API/x402-rust
//! ```
//!
//! ```
//! use std::time::Duration;
//! use x402_oneshot::sandbox::Sandbox;
//! use x402_oneshot::{Client, Config, Credentials};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().block_time(Duration::ZERO).start().await?;
//! let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
//! let client = Client::new(Config::new(credentials).base_url(sandbox.base_url())?)?;
//!
//! // What the program under test does with 1Shot:
//! let wallets = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id()).send().await?;
//! assert_eq!(wallets.response.first().map(|wallet| wallet.id), Some(sandbox.wallet_id()));
//!
//! // What came of it:
//! assert_eq!(sandbox.requests().of("GET", "/business/{id}/wallets"), 1);
//! assert!(sandbox.transactions().is_empty());
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! Each test can have its own: they take free ports and share nothing. It stops when it is dropped, or
//! [when it is told](Sandbox::stop) where the next one wants the same port. Tests that share one
//! [reset](Sandbox::reset) it in between.
//!
//! # Other chains, tokens and payers
//!
//! The [builder](SandboxBuilder) adds chains and tokens of any number of decimals, and says what wallets and buyer hold.
//! [`Sandbox::smart_wallet`] makes a payer that is a contract:
//!
//! ```
//! use alloy_primitives::U256;
//! use x402_core::{Asset, Network};
//! use x402_oneshot::sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
//! let ethereum = 1;
//! let sandbox = Sandbox::builder().chain(ethereum).buyer_funds(20).start().await?;
//!
//! let usdc = Asset::usdc(&Network::eip155(ethereum)).expect("in the table");
//! let payer = sandbox.smart_wallet(sandbox.buyer_address());
//! assert_eq!(sandbox.balance_in(ethereum, usdc.address(), payer), Some(U256::from(20_000_000)));
//! # Ok(())
//! # }
//! ```
//!
//! # What it serves
//!
//! | endpoint | |
//! |---|---|
//! | `POST /token` | OAuth2 client credentials, as a form or as JSON |
//! | `GET /chains`, `GET /chains/{id}/fees`, `GET /chains/{id}/contracts/{address}` | the chains, and what is on them |
//! | `GET` and `POST /business/{id}/wallets` | wallets: one on each chain at the start; all are funded when made |
//! | `GET`, `PUT` and `DELETE /wallets/{id}` | one of them; deleted only when nearly empty |
//! | `POST /wallets/{id}/transfer` | sends native currency |
//! | `GET` and `POST /wallets/{id}/signature/{type}` | `erc3009`, `permit2`, `erc712` and `erc191`, by the wallet's key |
//! | `PUT /wallets/{id}/authorizePermit2` | an approval, answered when it is mined |
//! | `GET` and `POST /business/{id}/methods` | contract methods, with structs and static values |
//! | `POST /business/{id}/methods/abi` | a contract method for each function of an ABI |
//! | `POST /business/{id}/methods/prompt`, `POST /prompts/search` | those of a prompt; there is one for each token |
//! | `GET`, `PUT` and `DELETE /methods/{id}` | one of them; a deleted one stays in the archive |
//! | `POST /methods/{id}/test` | a static call |
//! | `POST /methods/{id}/estimate` | the least gas that the call succeeds with, and the fees |
//! | `POST /methods/{id}/encode` | the call's bytes |
//! | `POST /methods/{id}/read` | what a view or pure function answers |
//! | `POST /methods/{id}/execute` | a transaction: `Pending`, `Submitted`, then `Completed` or `Failed` |
//! | `POST /methods/executeBatch` | several in one transaction, by an upgraded wallet |
//! | `PUT /structs/{id}`, `POST` and `PUT /structs/{id}/params`, `DELETE …/{id}` | changes the parameters of methods |
//! | `GET` and `POST /wallets/{id}/delegations`, `DELETE /delegation/{id}` | delegations to a wallet, on file |
//! | `POST /delegation/{id}/redelegate`, `POST /wallets/{id}/delegations/redelegate` | passed on, by the wallet's key |
//! | `POST /methods/{id}/executeAsDelegator`, `POST /methods/executeAsDelegatorBatch` | for an account that has delegated |
//! | `GET` and `POST /business/{id}/events` | contract events |
//! | `GET`, `PUT` and `DELETE /events/{id}`, `POST /events/{id}/search` | one of them, and its logs |
//! | `GET /business/{id}/transactions`, `GET /transactions/{id}` | what became of it |
//! | `GET /webhooks` | what webhooks can tell of |
//! | `GET` and `POST /business/{id}/webhooks/endpoints`, `…/triggers` | who is told, and of what |
//! | `GET`, `PUT` and `DELETE /webhooks/endpoints/{id}`, `PUT …/rotate` | one of them; a URL has one key |
//! | `PUT` and `DELETE /webhooks/triggers/{id}` | one of them |
//! | `GET /webhooks/endpoints/{id}/webhooks`, `GET /webhooks/{id}/attempts` | what was sent, and what came back |
//! | `GET /x402/supported` | the tokens of each chain with a wallet, in both versions of x402 |
//! | `POST /x402/verify` | the checks of x402, then a static call |
//! | `POST /x402/settle` | the same, then a transaction, answered when it is mined |
//!
//! What can go wrong there goes wrong when you say so: see [`faults`]. With a [seed](SandboxBuilder::seed), a
//! [clock](SandboxClock) that is moved by hand and [mining](SandboxBuilder::manual_mining) likewise, the same calls get
//! the same answers byte for byte. Tests in other languages do all that [over HTTP](faults::admin).
//!
//! Everything but `/token` wants the bearer token, and the only credentials that get one are those of
//! [`Sandbox::api_key`] and [`Sandbox::api_secret`], made up at each start. Webhooks go to a method's `callbackUrl` and to
//! the endpoints that ask for them, on this machine only unless
//! [the builder says otherwise](SandboxBuilder::dangerous_webhooks_anywhere); what is to go wrong with them is said to
//! [`Sandbox::webhooks`].
//!
//! The token is OpenZeppelin's and says why it reverts in that library's errors, `ERC3009UsedAuthorization(…)` where
//! Circle's says `FiatTokenV2: authorization is used or canceled`. It looks at the signature first, Circle's at the time
//! and the nonce. Nobody can pause it, or keep an account from using it. [`Lifecycle::failed`](faults::Lifecycle::failed)
//! has a transaction fail in whatever words.
//!
//! Permit2 is not there: at its address there is no contract. `authorizePermit2` makes the token's `approve` all the same,
//! so that `allowance` tells of it, and `permit2` signatures are over the real domain, but nobody can redeem them here.
//!
//! Transactions, webhooks and their attempts are kept, so that memory grows with use, until a [reset](Sandbox::reset).
//!
//! # Batches and EIP-7702
//!
//! A wallet is upgraded when something is executed with `upgradeTo7710`: in the same transaction it takes the code of a
//! small account contract of the sandbox by [EIP-7702](https://eips.ethereum.org/EIPS/eip-7702), and keeps it. This is
//! not the smart account that 1Shot upgrades to. `executeBatch` refuses other wallets with 400.
//! A batch is the wallet's call to itself, so that the EVM undoes all of it when part of an atomic one fails. Other
//! accounts take code by an `authorizationList`, as on any chain: what is signed for another chain or nonce is passed
//! over, and the transaction goes on.
//!
//! # Delegations
//!
//! Delegations are those of the [Delegation Framework](https://github.com/MetaMask/delegation-framework), signed in the
//! domain of its manager. At the manager's address there is a contract of the sandbox that knows its rules and looks at
//! every signature, and so `executeAsDelegator` moves what the delegator has, at the wallet's gas, or fails on the chain.
//! The delegator must be an account of the kind that wallets are upgraded to. There are no enforcers: by a delegation with
//! caveats nothing is executed, and the answer is 501. What a delegation is put on file for (time, contracts, functions)
//! is looked at before.
//!
//! # Where clients and specification disagree
//!
//! By default the sandbox suits the published clients: a transaction has `contractMethodId` and `contractMethodIds`,
//! `DELETE /methods/{id}` answers with JSON, and transactions are listed where the Python client looks for them too.
//! [`SandboxBuilder::strict_spec`] follows the specification to the letter, [`SandboxBuilder::legacy`] the servers of 2025.

// Where to look. Endpoints are in the file that bears the plural of what they are about, which itself is in the file that
// bears the singular: `wallets` and `wallet`, `methods` and `method`, `transactions` and `transaction`. Calling methods is
// in `invocation`, `simulate`, `execute` and `batch`, payments are in `x402` and `payment`, and `server` has all routes.
// Below them are the world (`shared`, made by `genesis`, moved on by `miner`) and its chains (`chain`, which runs the
// contracts of `token`, `smart_wallet` and `smart_account`); above them `builder`, `handle` and `running`, which users
// hold. What can go wrong is in `faults`, and all of webhooks in `webhooks`.

mod entropy;

mod error;
pub use error::SandboxError;

mod dialect;

mod millis;

mod account;

mod clock;
pub use clock::SandboxClock;

mod connection;

mod event;
pub use event::SandboxEvent;

mod network;

mod artifact;

mod smart_account;

mod redemption;

mod value;

mod failure;

mod delegation;

mod fees;

mod execution;

mod receipt;

mod chain;

mod token;

mod smart_wallet;

mod wallet;
pub use wallet::SandboxWallet;

mod parameter;

mod structure;

mod declaration;

mod amendment;

mod revert;

mod buyer;
pub use buyer::BuyerKey;

mod log;
mod webhooks;
pub use webhooks::{DeliveryStatus, SandboxAttempt, SandboxDelivery, SandboxWebhooks, WebhookFault, WebhookShape};

mod method;

mod contract_event;

mod grant;

mod transaction;
pub use transaction::{SandboxStatus, SandboxTransaction};

mod requests;
pub use requests::RequestCounts;

mod settings;

mod plan;

mod table;

mod route;

pub mod faults;

mod shared;

mod page;

mod extract;

mod auth;

mod chains;

mod wallets;

mod methods;

mod invocation;

mod simulate;

mod execute;

mod batch;

mod prompt;

mod prompts;

mod imports;

mod contract_events;

mod structs;

mod redelegation;

mod delegations;

mod delegated;

mod delegated_batch;

mod transfer;

mod typed_data;

mod signatures;

mod transactions;

mod payment;

mod x402;

mod server;

mod miner;

mod genesis;

mod running;

mod handle;
pub use handle::Sandbox;

mod builder;
pub use builder::SandboxBuilder;
