//! The endpoints, one file for each group, and their models.
//!
//! Each group hangs off the [`Client`](crate::Client): `client.wallets().get(id)`. Lists are built
//! up and sent; everything else is one async function.
//!
//! Models are read leniently, because the API's generations differ: members that nothing is decided
//! by may be missing, null or of another shape, and names not known here are kept (`Other`).
//! Identifiers, statuses and chains must be there. Members this crate does not know are ignored.
//!
//! Times are Unix seconds, and big numbers are [`U256`](alloy_primitives::U256) of atomic units.

mod open_enum;

mod paging;

mod chain;
pub use chain::{ChainInfo, ChainType, ContractCode, GasFees, NativeCurrency};

mod chains;
pub use chains::{Chains, ListChains};

mod wallet;
pub use wallet::{AccountBalance, Wallet};

mod wallets;
pub use wallets::{ListWallets, Wallets};

mod token_transfer;
pub use token_transfer::{Erc3009Transfer, Permit2Transfer};

mod typed_data;
pub use typed_data::TypedData;

mod signatures;
pub use signatures::WalletSignature;

mod param;
pub use param::{MethodParam, ParamType};

mod contract_method;
pub use contract_method::{ContractMethod, NewContractMethod, StateMutability};

mod methods;
pub use methods::{ListMethods, MethodKind, MethodStatus, Methods};

mod params;
pub use params::Params;

mod outcome;
pub use outcome::TestOutcome;

mod transaction;
pub use transaction::{LogDescription, Transaction, TransactionStatus};

mod wallet_writes;
pub use wallet_writes::{NativeTransfer, NewWallet, UpdateWallet};

mod execute;
pub use execute::{Execute, Test};

mod transactions;
pub use transactions::{ListTransactions, Transactions};

mod wait;
pub use wait::WaitPolicy;

mod prompt;
pub use prompt::{FullPrompt, FunctionPrompt, ParamPrompt};

mod prompts;
pub use prompts::{Prompts, SearchPrompts};

mod x402;
pub use x402::{X402, X402Kind, X402Settlement, X402Supported, X402Token, X402Verification};
