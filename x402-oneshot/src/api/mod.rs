//! The endpoints, one file for each group, and their models.
//!
//! Each group hangs off the [`Client`](crate::Client): `client.wallets().get(id)`. Lists are built
//! up and sent, or read as a stream (see [`List`]); everything else is one async function.
//!
//! Models are read leniently, because the API's generations differ: members that nothing is decided
//! by may be missing, null or of another shape, and names not known here are kept (`Other`).
//! Identifiers, statuses and chains must be there. Members this crate does not know are ignored.
//!
//! Times are Unix seconds, and big numbers are [`U256`](alloy_primitives::U256) of atomic units.

mod open_enum;

mod pages;

mod list;
pub use list::List;

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
pub use param::{MethodParam, ParamStruct, ParamType};

mod contract_method;
pub use contract_method::{ContractMethod, NewContractMethod, StateMutability};

mod method_list;
pub use method_list::{ListMethods, MethodKind, MethodStatus};

mod methods;
pub use methods::Methods;

mod param_update;
pub use param_update::UpdateParam;

mod structs;
pub use structs::Structs;

mod change;
pub use change::Change;

mod method_update;
pub use method_update::UpdateContractMethod;

mod params;
pub use params::Params;

pub(crate) mod outcome;
pub use outcome::TestOutcome;

mod transaction;
pub use transaction::{LogDescription, Transaction, TransactionStatus};

mod wallet_writes;
pub use wallet_writes::{NativeTransfer, NewWallet, UpdateWallet};

mod method_import;
pub use method_import::{AssureMethods, ImportAbi};

mod authorization;
pub use authorization::Eip7702Authorization;

mod run;

mod estimate;
pub use estimate::ContractMethodEstimate;

mod simulate;
pub use simulate::{Encode, Estimate, Test};

mod execute;
pub use execute::Execute;

mod batch;
pub use batch::{BatchRun, ExecuteBatch};

mod delegation_data;
pub use delegation_data::{Caveat, DelegationData, SignedDelegation};

mod delegation;
pub use delegation::{Delegation, NewDelegation, Redelegation};

mod delegations;
pub use delegations::{Delegations, ListDelegations};

mod execute_as_delegator;
pub use execute_as_delegator::{ActingBy, ExecuteAsDelegator};

mod delegated_batch;
pub use delegated_batch::{DelegatedRun, ExecuteAsDelegatorBatch};

mod transaction_list;
pub use transaction_list::ListTransactions;

mod transactions;
pub use transactions::Transactions;

mod report;
pub use report::Report;

mod reports;
pub use reports::Reports;

mod wait;
pub use wait::WaitPolicy;

mod prompt;
pub use prompt::{FullPrompt, FunctionPrompt, ParamPrompt};

mod prompts;
pub use prompts::{Prompts, SearchPrompts};

mod x402;
pub use x402::{X402, X402Kind, X402Settlement, X402Supported, X402Token, X402Verification};

mod contract_event;
pub use contract_event::{ContractEvent, ContractEventTopic, NewContractEvent, UpdateContractEvent};

mod event_search;
pub use event_search::{ContractEventLog, EventSearch, FoundEvents};

mod contract_events;
pub use contract_events::{ContractEvents, EventStatus, ListContractEvents};

mod webhooks;
pub use webhooks::{
    DeliveryAttempt, Endpoints, EventName, NewWebhookEndpoint, NewWebhookTrigger, Triggers, UpdateWebhookEndpoint,
    UpdateWebhookTrigger, Webhook, WebhookEndpoint, WebhookStatus, WebhookTrigger, Webhooks,
};
