//! Who pays the gas, and which method of several is taken.

use alloy_primitives::U256;
use serde_json::json;
use x402_core::{Facilitator as _, Network};
use x402_oneshot::{
    Client, WalletId,
    api::NewWallet,
    facilitator::{ProvisionError, Relayed},
    sandbox::{
        Sandbox,
        faults::{Answer, Edit, Fault},
    },
};

use crate::support::{Payment, builder, config, method_of, relayed, relayed_builder, usdc};

const METHODS: (&str, &str) = ("GET", "/business/{id}/methods");
const WALLETS: (&str, &str) = ("GET", "/business/{id}/wallets");
const BALANCE: &str = "accountBalanceDetails/balance";

fn client(sandbox: &Sandbox) -> Client {
    Client::new(config(sandbox)).unwrap()
}

/// Another wallet of the business, with something on it.
async fn another(sandbox: &Sandbox, chain_id: u64) -> WalletId {
    let wallet = NewWallet::new(chain_id, "another");
    client(sandbox).wallets().create(sandbox.business_id(), &wallet).await.unwrap().id
}

fn payer(facilitator: &Relayed) -> WalletId {
    facilitator.wallet(&Network::BASE_SEPOLIA, usdc().address()).unwrap()
}

fn updates(sandbox: &Sandbox) -> u64 {
    sandbox.requests().of("PUT", "/methods/{id}")
}

async fn error(sandbox: &Sandbox) -> ProvisionError {
    relayed_builder(sandbox).token(usdc()).connect().await.unwrap_err()
}

/// A start on what the account's wallets are said to be.
async fn edited(sandbox: &Sandbox, edit: Edit) -> WalletId {
    sandbox.faults().on(WALLETS.0, WALLETS.1).always(Fault::Edit(vec![edit]));
    let payer = payer(&relayed(sandbox).await);
    sandbox.faults().clear();
    payer
}

#[tokio::test]
async fn another_wallet_takes_the_place_of_one_that_is_out_of_gas() {
    let sandbox = builder().start().await.unwrap();
    let first = relayed(&sandbox).await;
    assert_eq!(payer(&first), sandbox.wallet_id());
    let another = another(&sandbox, 84532).await;
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    let second = relayed(&sandbox).await;
    assert_eq!((method_of(&second), payer(&second)), (method_of(&first), another));
    assert_eq!(client(&sandbox).methods().get(method_of(&second)).await.unwrap().wallet_id, Some(another));
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(second.settle(&request).await.unwrap().success);
}

#[tokio::test]
async fn another_wallet_takes_the_place_of_one_that_is_gone() {
    let sandbox = builder().start().await.unwrap();
    let first = relayed(&sandbox).await;
    let another = another(&sandbox, 84532).await;
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    client(&sandbox).wallets().delete(sandbox.wallet_id()).await.unwrap();
    let second = relayed(&sandbox).await;
    assert_eq!((method_of(&second), payer(&second)), (method_of(&first), another));
    assert_eq!(updates(&sandbox), 1);
}

#[tokio::test]
async fn another_wallet_takes_the_place_of_one_on_another_chain() {
    let sandbox = builder().chain(8453).start().await.unwrap();
    let first = relayed(&sandbox).await;
    let elsewhere = another(&sandbox, 8453).await;
    let moved = Edit::replace("/response/*/walletId", elsewhere.to_string());
    sandbox.faults().on(METHODS.0, METHODS.1).always(Fault::Edit(vec![moved]));
    let second = relayed(&sandbox).await;
    assert_eq!((method_of(&second), payer(&second)), (method_of(&first), sandbox.wallet_id()));
    assert_eq!(updates(&sandbox), 1);
}

#[tokio::test]
async fn a_wallet_that_can_pay_keeps_paying_whichever_comes_first() {
    let sandbox = builder().start().await.unwrap();
    let another = another(&sandbox, 84532).await;
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    assert_eq!(payer(&relayed(&sandbox).await), another);
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::from(1));
    assert_eq!(payer(&relayed(&sandbox).await), another);
    assert_eq!(updates(&sandbox), 0);
}

/// Or else two servers of one business would take each other's methods in turns.
#[tokio::test]
async fn a_method_that_reports_here_comes_before_one_that_would_have_to_be_changed() {
    let sandbox = builder().start().await.unwrap();
    let start = async |url: &str| {
        method_of(&relayed_builder(&sandbox).token(usdc()).callback_url(url).connect().await.unwrap())
    };
    let (here, there) = ("http://127.0.0.1:1/1shot", "http://127.0.0.1:2/1shot");
    let first = start(here).await;
    sandbox.faults().on(METHODS.0, METHODS.1).always(Fault::nothing_listed());
    let second = start(there).await;
    sandbox.faults().clear();
    assert_ne!(first, second);
    for _ in 0..2 {
        assert_eq!((start(here).await, start(there).await), (first, second));
    }
    assert_eq!(updates(&sandbox), 0);
}

/// The list is asked for the chain's only, but the money is ours.
#[tokio::test]
async fn a_wallet_on_another_chain_pays_nothing_here_although_it_is_listed() {
    for place in [0, 1] {
        let sandbox = builder().start().await.unwrap();
        let another = another(&sandbox, 84532).await;
        let expected = if place == 0 { another } else { sandbox.wallet_id() };
        let edit = Edit::replace(format!("/response/{place}/chainId"), 8453);
        assert_eq!(edited(&sandbox, edit).await, expected, "{place}");
    }
    let sandbox = builder().start().await.unwrap();
    let edit = Edit::replace("/response/*/chainId", 8453);
    sandbox.faults().on(WALLETS.0, WALLETS.1).always(Fault::Edit(vec![edit]));
    let error = error(&sandbox).await;
    assert!(matches!(error, ProvisionError::NoWallet { network: Network::BASE_SEPOLIA }), "{error}");
}

#[tokio::test]
async fn a_balance_that_the_list_leaves_out_is_asked_for() {
    for empty in [true, false] {
        let sandbox = builder().start().await.unwrap();
        let another = another(&sandbox, 84532).await;
        if empty {
            sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
        }
        sandbox.faults().on(WALLETS.0, WALLETS.1).always(Fault::unknown_balances());
        let expected = if empty { another } else { sandbox.wallet_id() };
        assert_eq!(payer(&relayed(&sandbox).await), expected);
        assert_eq!(sandbox.requests().of("GET", "/wallets/{id}"), 1 + u64::from(empty));
    }
}

/// Its unit is documented as wei, and clients have been seen that take it for whole coins.
#[tokio::test]
async fn a_balance_counts_in_whatever_form_unless_it_is_nothing() {
    for (balance, counts) in [
        ("1", true),
        ("0.5", true),
        ("0.09", true),
        ("1e-9", true),
        ("0", false),
        ("000", false),
        ("0.0", false),
        ("", false),
        ("none", false),
    ] {
        let sandbox = builder().start().await.unwrap();
        let another = another(&sandbox, 84532).await;
        let edit = Edit::replace(format!("/response/0/{BALANCE}"), balance);
        let expected = if counts { sandbox.wallet_id() } else { another };
        assert_eq!(edited(&sandbox, edit).await, expected, "{balance:?}");
    }
}

#[tokio::test]
async fn a_wallet_on_the_second_page_pays() {
    let sandbox = builder().wallet_funds(U256::ZERO).start().await.unwrap();
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    for _ in 0..24 {
        another(&sandbox, 84532).await;
    }
    let last = another(&sandbox, 84532).await;
    sandbox.faults().set_wallet_balance(last, U256::from(1));
    assert_eq!(payer(&relayed(&sandbox).await), last);
    assert_eq!(sandbox.requests().of(WALLETS.0, WALLETS.1), 2);
}

#[tokio::test]
async fn of_several_wallets_without_gas_the_first_is_named() {
    let sandbox = builder().wallet_funds(U256::ZERO).start().await.unwrap();
    another(&sandbox, 84532).await;
    let wallet = client(&sandbox).wallets().get(sandbox.wallet_id()).await.unwrap();
    let error = error(&sandbox).await;
    let ProvisionError::NoGas { network, account } = error else { panic!("{error}") };
    assert_eq!((network, account), (Network::BASE_SEPOLIA, wallet.account_address));
}

#[tokio::test]
async fn a_wallet_that_cannot_be_asked_about_is_a_failure_and_no_reason_for_another() {
    let sandbox = builder().start().await.unwrap();
    relayed(&sandbox).await;
    another(&sandbox, 84532).await;
    let broken = Answer::error(503, "Error");
    sandbox.faults().on("GET", "/wallets/{id}").always(Fault::Answer(broken));
    let error = error(&sandbox).await;
    assert!(matches!(error, ProvisionError::Call(_)), "{error}");
    assert_eq!(updates(&sandbox), 0);
    let shown = json!([error.to_string(), format!("{error:?}")]).to_string();
    assert!(!shown.contains(sandbox.api_secret()), "{shown}");
}
