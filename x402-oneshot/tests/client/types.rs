//! Properties of the types themselves.

use std::error::Error as StdError;

use x402_oneshot::api::{
    ActingBy, ChainInfo, Chains, ContractCode, ContractMethod, DelegatedRun, Delegation, Delegations, Erc3009Transfer,
    Execute, ExecuteAsDelegator, ExecuteAsDelegatorBatch, FullPrompt, GasFees, ListChains, ListDelegations,
    ListMethods, ListTransactions, ListWallets, Methods, NativeTransfer, NewDelegation, NewWallet, ParamStruct, Params,
    Permit2Transfer, Prompts, Redelegation, Report, Reports, SearchPrompts, SignedDelegation, Structs, Test,
    TestOutcome, Transaction, Transactions, TypedData, UpdateParam, UpdateWallet, WaitPolicy, Wallet, WalletSignature,
    Wallets, X402, X402Settlement, X402Supported, X402Verification,
};
use x402_oneshot::facilitator::{Listener, Native, NativeBuilder, Overload, ProvisionError, Relayed, RelayedBuilder};
use x402_oneshot::transport::{Transport, TransportError};
use x402_oneshot::{
    ApiError, BaseUrl, BaseUrlError, Client, Config, ConfigError, Credentials, DecodeError, Error, MethodId, Page,
    ParseIdError, RetryPolicy, TransactionId,
};

use crate::support::{ID, Script};

fn shareable<T: Send + Sync + 'static>() {}
fn error<T: StdError + Send + Sync + 'static>() {}
fn sendable<T: Send>(_: &T) {}

#[test]
fn every_public_type_is_send_and_sync() {
    shareable::<(Client, Config, Credentials, BaseUrl, RetryPolicy)>();
    shareable::<(Page<Wallet>, ContractMethod, Transaction, TestOutcome)>();
    shareable::<(Params, Test, Execute, WaitPolicy, ApiError)>();
    shareable::<(X402<'static>, X402Supported, X402Verification, X402Settlement)>();
    shareable::<(MethodId, TransactionId)>();
    shareable::<(Wallets<'static>, Methods<'static>, Transactions<'static>)>();
    shareable::<(ListWallets<'static>, ListMethods<'static>, ListTransactions<'static>)>();
    shareable::<(ChainInfo, ContractCode, GasFees, FullPrompt, WalletSignature)>();
    shareable::<(NewWallet, UpdateWallet, NativeTransfer, Erc3009Transfer, Permit2Transfer, TypedData)>();
    shareable::<(Chains<'static>, ListChains<'static>, Prompts<'static>, SearchPrompts<'static>)>();
    shareable::<(Report, Reports, Relayed, RelayedBuilder, Native, NativeBuilder, Listener, Overload)>();
    shareable::<(Structs<'static>, ParamStruct, UpdateParam, Delegations<'static>, ListDelegations<'static>)>();
    shareable::<(Delegation, NewDelegation, Redelegation, SignedDelegation)>();
    shareable::<(ActingBy, ExecuteAsDelegator, DelegatedRun, ExecuteAsDelegatorBatch)>();
    shareable::<std::sync::Arc<dyn Transport>>();
    error::<Error>();
    error::<ConfigError>();
    error::<BaseUrlError>();
    error::<DecodeError>();
    error::<ParseIdError>();
    error::<ProvisionError>();
    error::<TransportError>();
}

#[test]
fn the_futures_of_calls_can_be_spawned() {
    let client = Script::new().client();
    sendable(&client.transactions().get(ID.parse().unwrap()));
    sendable(&client.wallets().list(ID.parse().unwrap()).send());
    sendable(&client.wallets().sign_erc191(ID.parse().unwrap(), "text"));
    sendable(&client.wallets().delete(ID.parse().unwrap()));
    sendable(&client.chains().fees(1));
    sendable(&client.prompts().search("query").send());
    sendable(&client.methods().test(ID.parse().unwrap(), Params::new()));
    sendable(&client.transactions().list(ID.parse().unwrap()).stream());
    sendable(&client.methods().execute(ID.parse().unwrap(), Params::new()));
    sendable(&client.transactions().wait(ID.parse().unwrap(), &WaitPolicy::new()));
    sendable(&client.transactions().wait_reported(ID.parse().unwrap(), &WaitPolicy::new(), &Reports::new()));
    sendable(&Relayed::builder(client.clone(), ID.parse().unwrap()).connect());
    sendable(&Native::builder(client, ID.parse().unwrap()).connect());
}

#[test]
fn an_error_is_one_pointer_wide() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
