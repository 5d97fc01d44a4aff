//! From what happened to the webhooks that tell of it.

use alloy_primitives::U256;
use serde_json::{Value, json};
use uuid::Uuid;

use super::delivery::Delivery;
use super::fault::WebhookFault;
use super::payload::{self, object};
use super::registry::Webhooks;
use super::shape::WebhookShape;
use crate::WalletId;
use crate::sandbox::account::Account;
use crate::sandbox::entropy::Entropy;
use crate::sandbox::event::SandboxEvent;
use crate::sandbox::shared::State as World;
use crate::sandbox::transaction::SandboxStatus;
use crate::sandbox::wallet::Wallet;
use crate::webhook::EventName;

/// Something to tell.
struct Notice {
    event: EventName,
    /// The contract methods that it is about, if it is about any.
    methods: Vec<Uuid>,
    transaction: Option<Uuid>,
    data: Value,
}

/// Makes the webhooks of what happened since this was last called.
pub(in crate::sandbox) fn tell(world: &mut World, account: &Account, now: u64) {
    let untold = world.events.get(world.webhooks.told..).unwrap_or_default();
    let shape = world.webhooks.switches.shape;
    let notices: Vec<Notice> = untold.iter().filter_map(|event| notice(event, world, account, shape)).collect();
    world.webhooks.told = world.events.len();
    for notice in notices {
        world.webhooks.post(&notice, &mut world.entropy, now);
    }
}

/// `None` if nobody is told: a transfer of native currency, which no contract method makes, has no webhook.
fn notice(event: &SandboxEvent, world: &World, account: &Account, shape: WebhookShape) -> Option<Notice> {
    match event {
        SandboxEvent::TransactionFinal { transaction: id } => {
            let transaction = world.transactions.iter().rev().find(|transaction| id == &transaction.view.id.into())?;
            let methods = Some(&transaction.view.method_ids).filter(|methods| !methods.is_empty())?;
            let event = match transaction.view.status {
                SandboxStatus::Completed => EventName::TransactionExecutionSuccess,
                _ => EventName::TransactionExecutionFailure,
            };
            Some(Notice {
                event,
                methods: methods.clone(),
                transaction: Some(transaction.view.id),
                data: payload::data(shape, transaction, account),
            })
        }
        SandboxEvent::LowBalance { wallet, balance, threshold } => {
            let rest = [("balance", wei(*balance)), ("lowBalanceThreshold", wei(*threshold))];
            about_wallet(EventName::EscrowWalletLowBalanceDetected, *wallet, rest, world, account)
        }
        SandboxEvent::DepositConfirmed { wallet, from, amount } => {
            let from = json!(from.map(|from| from.to_string()));
            let rest = [("amount", wei(*amount)), ("from", from)];
            about_wallet(EventName::EscrowWalletDepositConfirmed, *wallet, rest, world, account)
        }
    }
}

/// What 1Shot says of wallets is documented nowhere: these are its words for the same things elsewhere.
fn about_wallet(
    event: EventName,
    id: WalletId,
    rest: [(&str, Value); 2],
    world: &World,
    account: &Account,
) -> Option<Notice> {
    let wallet: &Wallet = world.wallets.iter().find(|wallet| id == wallet.id.into())?;
    let mut data = object([
        ("businessId", json!(account.business_id)),
        ("walletId", json!(wallet.id)),
        ("chainId", json!(wallet.chain_id)),
        ("accountAddress", json!(wallet.address.to_string())),
    ]);
    data.extend(object(rest));
    Some(Notice { event, methods: Vec::new(), transaction: None, data: Value::Object(data) })
}

fn wei(amount: U256) -> Value {
    json!(amount.to_string())
}

impl Webhooks {
    /// Makes a webhook for each trigger that asks for it.
    fn post(&mut self, notice: &Notice, entropy: &mut Entropy, now: u64) {
        let Notice { event, methods, transaction, data } = notice;
        for trigger in self.triggers.iter().filter(|trigger| trigger.matches(event, methods)) {
            let delay = self.switches.strike(WebhookFault::delayed, now, entropy);
            let duplicate = self.switches.strike(WebhookFault::duplicate, now, entropy);
            let delivery = Delivery::new(entropy, trigger.endpoint, event.clone(), *transaction, data.clone(), now);
            self.outbox.push(delivery.view.id);
            self.deliveries.push(delivery.delayed(delay).duplicated(duplicate.is_some()));
        }
    }
}
