//! The wallet that pays for what is settled.

use alloy_primitives::U256;
use x402_core::{Amount, Network};
use x402_oneshot::{
    BusinessId, Client, Error, WalletId,
    api::{AccountBalance, Wallet},
};

/// In wei: 0.00001 ETH. With less than that a wallet will not last.
const LOW: u64 = 10_000_000_000_000;

/// Says which wallet pays the gas, and how much it holds. That it holds nothing has been refused before.
pub(crate) async fn check(client: &Client, wallet: WalletId) -> Result<(), Error> {
    let wallet = client.wallets().get_with_balances(wallet).await?;
    let (account, network) = (wallet.account_address, Network::eip155(wallet.chain_id));
    let balance = balance(&wallet);
    if wallet.balance.as_ref().and_then(AccountBalance::atomic).is_some_and(|wei| wei < U256::from(LOW)) {
        tracing::warn!(wallet = %account, %network, balance, "the 1Shot wallet has little left to pay gas with");
    } else {
        tracing::info!(wallet = %account, %network, balance, "the 1Shot wallet pays the gas");
    }
    Ok(())
}

/// Says the same of every wallet on a network, where 1Shot chooses among them.
pub(crate) async fn check_all(client: &Client, business: BusinessId, network: &Network) -> Result<(), Error> {
    let chain_id = network.chain_id().unwrap_or_default();
    for wallet in client.wallets().list(business).chain(chain_id).send().await?.response {
        check(client, wallet.id).await?;
    }
    Ok(())
}

/// In whole units of the native token, which is what people count in.
fn balance(wallet: &Wallet) -> String {
    let Some(balance) = &wallet.balance else { return "unknown".to_owned() };
    let number = match balance.atomic() {
        Some(wei) => Amount::from(wei).to_decimal(balance.decimals.unwrap_or(18)),
        // The API says wei; a fraction can only be meant in whole units.
        None => balance.balance.clone(),
    };
    format!("{number} {}", balance.ticker).trim_end().to_owned()
}
