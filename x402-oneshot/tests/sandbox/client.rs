//! Our own client against the sandbox: what one writes, the other reads.

use std::time::Duration;

use alloy_primitives::{U256, keccak256};
use futures_util::TryStreamExt;
use serde_json::json;
use x402_oneshot::api::{
    AssureMethods, BatchRun, ContractMethod, EventName, EventSearch, EventStatus, Execute, ExecuteBatch, ImportAbi,
    MethodParam, MethodStatus, NewContractEvent, NewContractMethod, NewWebhookEndpoint, NewWebhookTrigger, ParamStruct,
    ParamType, Params, Transaction, TransactionStatus, UpdateContractEvent, UpdateContractMethod,
    UpdateWebhookEndpoint, UpdateWebhookTrigger, WaitPolicy,
};
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::{Client, Config, Credentials, MethodId, RetryPolicy};

use crate::harness::SELLER;

/// Blocks come at once, so that nothing is waited for.
async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().block_time(Duration::ZERO).start().await.unwrap();
    let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()))
        .base_url(sandbox.base_url())
        .unwrap()
        .retry(RetryPolicy::none());
    (sandbox, Client::new(config).unwrap())
}

async fn completed(client: &Client, queued: &Transaction) -> Transaction {
    let often = Duration::from_millis(5);
    let policy = WaitPolicy::new().interval(often).min_interval(often).deadline(Duration::from_secs(10));
    let done = client.transactions().wait(queued.id, &policy).await.unwrap();
    assert_eq!(done.status, TransactionStatus::Completed, "{:?}", done.failure_reason);
    done
}

/// `balanceOf`, `approve` and `allowance`, imported.
async fn token_methods(sandbox: &Sandbox, client: &Client) -> [MethodId; 3] {
    let uint = json!([{"name": "", "type": "uint256"}]);
    let abi = json!([
        {"type": "function", "name": "balanceOf", "stateMutability": "view", "outputs": uint,
         "inputs": [{"name": "account", "type": "address"}]},
        {"type": "function", "name": "approve", "stateMutability": "nonpayable",
         "inputs": [{"name": "spender", "type": "address"}, {"name": "value", "type": "uint256"}],
         "outputs": [{"name": "", "type": "bool"}]},
        {"type": "function", "name": "allowance", "stateMutability": "view", "outputs": uint,
         "inputs": [{"name": "owner", "type": "address"}, {"name": "spender", "type": "address"}]},
        {"type": "event", "name": "Ignored", "inputs": [], "anonymous": false},
    ]);
    let import = ImportAbi::new(sandbox.chain_id(), sandbox.token_address(), sandbox.wallet_id(), abi).name("USDC");
    let made = client.methods().import_abi(sandbox.business_id(), &import).await.unwrap();
    let of = |name: &str| made.iter().find(|method| method.function_name == name).unwrap().id;
    assert_eq!(made.len(), 3);
    [of("balanceOf"), of("approve"), of("allowance")]
}

fn approval(value: u64) -> Params {
    Params::new().address("spender", SELLER).uint("value", U256::from(value))
}

#[tokio::test]
async fn a_contract_is_imported_read_and_written_to_one_by_one_and_in_a_batch() {
    let (sandbox, client) = start().await;
    let [balance_of, approve, allowance] = token_methods(&sandbox, &client).await;
    let methods = client.methods();

    let buyer = Params::new().address("account", sandbox.buyer_address());
    let balance: U256 = methods.read(balance_of, buyer).await.unwrap();
    assert_eq!(balance, sandbox.balance_of(sandbox.buyer_address()));

    assert!(methods.test(approve, approval(1)).await.unwrap().success);
    let estimate = methods.estimate(approve, approval(1)).await.unwrap();
    assert_eq!((estimate.chain_id, estimate.function_name.as_str()), (sandbox.chain_id(), "approve"));
    assert!(estimate.gas_amount > U256::from(21_000) && estimate.max_cost().is_some());
    let data = methods.encode(approve, approval(1)).await.unwrap();
    assert!(data.starts_with(&keccak256("approve(address,uint256)")[..4]));
    assert_eq!(data.len(), 4 + 2 * 32);

    let batch = ExecuteBatch::new(sandbox.wallet_id())
        .then(BatchRun::new(approve, approval(5)))
        .then(BatchRun::new(approve, approval(7)))
        .memo("twice");
    let too_early = methods.execute_batch(&batch).await.unwrap_err();
    assert!(!too_early.may_have_acted(), "the wallet is no smart account yet: {too_early}");
    let run = Execute::new(approval(3)).memo("once é").upgrade_to_7710();
    let queued = methods.execute(approve, run).await.unwrap();
    completed(&client, &queued).await;
    let queued = methods.execute_batch(&batch).await.unwrap();
    let done = completed(&client, &queued).await;
    assert_eq!(done.method_ids().next(), Some(approve));

    let wallet = client.wallets().get(sandbox.wallet_id()).await.unwrap();
    let both = Params::new().address("owner", wallet.account_address).address("spender", SELLER);
    assert_eq!(methods.read::<U256>(allowance, both).await.unwrap(), U256::from(7), "the last of the batch counts");

    let all = client.transactions().list(sandbox.business_id()).page_size(1).stream();
    assert_eq!(all.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    let one = client.transactions().list(sandbox.business_id()).memo("once é").status(TransactionStatus::Completed);
    assert_eq!(one.send().await.unwrap().total_results, 1);
}

#[tokio::test]
async fn a_method_is_changed_and_put_away() {
    let (sandbox, client) = start().await;
    let [balance_of, approve, _] = token_methods(&sandbox, &client).await;
    let methods = client.methods();
    let business = sandbox.business_id();

    let update = UpdateContractMethod::new().name("pay é").callback_url("https://shop.example/1shot");
    let changed = methods.update(approve, &update).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.callback_url.is_some()), ("pay é", true));
    assert!(changed.public_key.is_some(), "the key comes with the URL");
    let untouched = methods.update(approve, &UpdateContractMethod::new().description("d")).await.unwrap();
    assert_eq!(untouched.callback_url, changed.callback_url, "absent leaves it");
    let cleared = methods.update(approve, &UpdateContractMethod::new().clear_callback_url()).await.unwrap();
    assert_eq!((cleared.callback_url, cleared.public_key), (None, None), "null clears it");

    methods.delete(balance_of).await.unwrap();
    let live: Vec<ContractMethod> = methods.list(business).page_size(1).stream().try_collect().await.unwrap();
    assert_eq!(live.len(), 2);
    let both = methods.list(business).status(MethodStatus::Both).send().await.unwrap();
    assert_eq!(both.total_results, 3);
}

#[tokio::test]
async fn methods_are_assured_once() {
    let (sandbox, client) = start().await;
    let wanted = AssureMethods::new(sandbox.chain_id(), sandbox.token_address(), sandbox.wallet_id());
    let ids = async || {
        let assured = client.methods().assure(sandbox.business_id(), &wanted).await.unwrap();
        assured.iter().map(|method| (method.id, method.prompt_id)).collect::<Vec<_>>()
    };
    let first = ids().await;
    assert_eq!(ids().await, first, "those that exist are returned as they are");
    let (_, prompt) = first[0];
    let of_it = client.methods().list(sandbox.business_id()).prompt(prompt.unwrap()).page_size(3).stream();
    assert_eq!(of_it.try_collect::<Vec<_>>().await.unwrap().len(), first.len());
}

#[tokio::test]
async fn a_struct_parameter_is_made_and_comes_back_with_its_members() {
    let (sandbox, client) = start().await;
    let order = ParamStruct::new()
        .name("Order")
        .param(MethodParam::new("maker", ParamType::Address))
        .param(MethodParam::new("amounts", ParamType::Uint).size(128).fixed_array(2));
    let new = NewContractMethod::new(sandbox.chain_id(), sandbox.token_address(), sandbox.wallet_id(), "fill")
        .input(MethodParam::of_struct("order", order))
        .input(MethodParam::new("tip", ParamType::Uint).static_value("1"));
    let made = client.methods().create(sandbox.business_id(), &new).await.unwrap();
    let inner = made.inputs[0].type_struct.as_ref().unwrap();
    let members: Vec<_> = inner.params.iter().map(|p| (p.name.as_str(), p.type_size, p.array_size)).collect();
    assert_eq!(members, [("maker", None, None), ("amounts", Some(128), Some(2))]);
    assert!(inner.id.is_some() && made.inputs[0].id.is_some());
    assert_eq!(made.inputs[1].fixed_value(), Some("1"));

    let maker = Params::new().address("maker", SELLER).value("amounts", json!(["1", "2"]));
    let data = client.methods().encode(made.id, Params::new().members("order", maker)).await.unwrap();
    assert!(data.starts_with(&keccak256("fill((address,uint128[2]),uint256)")[..4]));
}

#[tokio::test]
async fn contract_events_are_searched_for_their_logs() {
    let (sandbox, client) = start().await;
    let [_, approve, _] = token_methods(&sandbox, &client).await;
    let events = client.contract_events();
    let new = NewContractEvent::new(sandbox.chain_id(), sandbox.token_address(), "Approval");
    let made = events.create(sandbox.business_id(), &new).await.unwrap();
    assert_eq!(made.topic_hash, Some(keccak256("Approval(address,address,uint256)")));
    let queued = client.methods().execute(approve, approval(9)).await.unwrap();
    let done = completed(&client, &queued).await;

    let search = EventSearch::new().from_block(0).topic("spender", SELLER.to_string());
    let found = events.search(made.id, &search).await.unwrap();
    assert!(found.is_complete());
    assert_eq!(found.logs.len(), 1);
    assert_eq!(Some(found.logs[0].transaction_hash), done.transaction_hash);
    assert_eq!(found.logs[0].topics["value"], "9");
    let nobody = EventSearch::new().topic("spender", sandbox.buyer_address().to_string());
    assert!(events.search(made.id, &nobody).await.unwrap().logs.is_empty());

    let renamed = events.update(made.id, &UpdateContractEvent::new().name("approvals")).await.unwrap();
    assert_eq!(events.get(made.id).await.unwrap(), renamed);
    events.delete(made.id).await.unwrap();
    let list = |status| events.list(sandbox.business_id()).event_name("Approval").status(status);
    assert_eq!(list(EventStatus::Active).send().await.unwrap().total_results, 0);
    assert_eq!(list(EventStatus::Deleted).send().await.unwrap().total_results, 1);
}

#[tokio::test]
async fn webhooks_are_managed_and_their_attempts_read() {
    let (sandbox, client) = start().await;
    let [_, approve, _] = token_methods(&sandbox, &client).await;
    let (business, webhooks) = (sandbox.business_id(), client.webhooks());
    assert!(webhooks.events().await.unwrap().contains(&EventName::TransactionExecutionSuccess));

    // Nobody listens there, so that every attempt fails.
    let new = NewWebhookEndpoint::new("http://127.0.0.1:9/hook", "deaf").description("d");
    let endpoint = webhooks.endpoints().create(business, &new).await.unwrap();
    let rotated = webhooks.endpoints().rotate(endpoint.id).await.unwrap();
    assert_ne!(rotated.public_key, endpoint.public_key);
    let renamed = UpdateWebhookEndpoint::new().name("deaf ear");
    let renamed = webhooks.endpoints().update(endpoint.id, &renamed).await.unwrap();
    assert_eq!(webhooks.endpoints().get(endpoint.id).await.unwrap(), renamed);

    let new = NewWebhookTrigger::new(endpoint.id, "t").event(EventName::TransactionExecutionFailure).method(approve);
    let trigger = webhooks.triggers().create(business, &new).await.unwrap();
    let wider = UpdateWebhookTrigger::new().events([EventName::TransactionExecutionSuccess]);
    let trigger = webhooks.triggers().update(trigger.id, &wider).await.unwrap();
    assert_eq!(trigger.events, [EventName::TransactionExecutionSuccess]);
    assert_eq!(trigger.contract_method_ids, [approve]);
    assert_eq!(webhooks.triggers().list(business).send().await.unwrap().response, std::slice::from_ref(&trigger));

    let queued = client.methods().execute(approve, approval(1)).await.unwrap();
    completed(&client, &queued).await;
    sandbox.webhooks().when(|all| all.iter().any(|delivery| !delivery.attempts.is_empty())).await;
    let told = webhooks.endpoints().deliveries(endpoint.id).send().await.unwrap().response.remove(0);
    assert_eq!(told.event_name, EventName::TransactionExecutionSuccess);
    assert!(told.content.contains(&queued.id.to_string()));
    let attempts: Vec<_> = webhooks.attempts(told.id).page_size(1).stream().try_collect().await.unwrap();
    assert_eq!(attempts[0].webhook_id, Some(told.id));
    assert!(attempts[0].timestamp_seconds.is_some() && attempts[0].signature.is_some());

    webhooks.triggers().delete(trigger.id).await.unwrap();
    webhooks.endpoints().delete(endpoint.id).await.unwrap();
    assert_eq!(webhooks.triggers().list(business).send().await.unwrap().total_results, 0);
    let gone = webhooks.endpoints().list(business).page_size(1).stream();
    assert!(gone.try_collect::<Vec<_>>().await.unwrap().is_empty());
}
