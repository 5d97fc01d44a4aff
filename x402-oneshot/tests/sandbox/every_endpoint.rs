//! Every endpoint of our client against the sandbox, and the proof that it is every one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use alloy_primitives::{Address, U256, bytes};
use serde_json::json;
use x402_core::wire;
use x402_oneshot::api::{
    AssureMethods, BatchRun, DelegatedRun, DelegationData, Erc3009Transfer, EventName, EventSearch, Execute,
    ExecuteAsDelegator, ExecuteAsDelegatorBatch, ExecuteBatch, ImportAbi, MethodParam, NativeTransfer,
    NewContractEvent, NewContractMethod, NewDelegation, NewWallet, NewWebhookEndpoint, NewWebhookTrigger, ParamType,
    Params, SignedDelegation, StateMutability, Transaction, TransactionStatus, UpdateContractEvent,
    UpdateContractMethod, UpdateParam, UpdateWallet, UpdateWebhookEndpoint, UpdateWebhookTrigger, WaitPolicy,
};
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::{Client, MethodId};

use crate::harness::{Api, SELLER, client};
use crate::specification::ENDPOINTS;
use crate::x402::body;

/// HTTP method and path, with `{}` for each part that varies.
type Endpoint = (String, String);

/// Where one of the published clients looks for the list; the specification has nothing there.
const MISPLACED: (&str, &str) = ("GET", "/business/{}/transactions/transactions");

/// The same as by POST, with what is signed in the URL: our client has no need of it.
const SIGNED_BY_GET: (&str, &str) = ("GET", "/wallets/{}/signature/{}");

#[tokio::test]
async fn every_endpoint_of_the_client_is_answered_by_the_sandbox_and_the_sandbox_serves_no_other() {
    // Blocks come at once and webhooks are tried once, so that nothing is waited for.
    let api = Api::with(Sandbox::builder().block_time(Duration::ZERO).webhook_retries([])).await;
    let client = client(&api.sandbox);
    let (sandbox, client) = (&api.sandbox, &client);

    chains(sandbox, client).await;
    wallets(sandbox, client).await;
    let approve = methods(sandbox, client).await;
    structs(client, approve).await;
    runs(sandbox, client, approve).await;
    delegations(sandbox, client, approve).await;
    contract_events(sandbox, client).await;
    webhooks(sandbox, client, approve).await;
    x402(&api, client).await;

    let asked: BTreeSet<Endpoint> =
        sandbox.requests().iter().map(|(method, route, _)| (method.to_owned(), pattern(route))).collect();
    let ours = endpoints_of_the_client();
    assert!(ours.len() > 40, "the source is read: {ours:?}");
    assert_eq!(ours.difference(&asked).collect::<Vec<_>>(), Vec::<&Endpoint>::new(), "none is left out here");
    let served = endpoints_of_the_sandbox();
    let not_ours: Vec<(&str, &str)> =
        served.difference(&ours).map(|(method, path)| (method.as_str(), path.as_str())).collect();
    assert_eq!(not_ours, [MISPLACED, SIGNED_BY_GET]);
    assert_eq!(ours.difference(&served).collect::<Vec<_>>(), Vec::<&Endpoint>::new());
}

#[test]
fn the_client_has_every_endpoint_of_the_specification_and_no_other() {
    let mut specified = BTreeSet::from(ENDPOINTS);
    assert!(specified.remove(&SIGNED_BY_GET));
    let ours = endpoints_of_the_client();
    let ours: BTreeSet<(&str, &str)> = ours.iter().map(|(method, path)| (method.as_str(), path.as_str())).collect();
    assert_eq!(specified.symmetric_difference(&ours).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
}

async fn chains(sandbox: &Sandbox, client: &Client) {
    let chains = client.chains();
    assert!(chains.list().send().await.unwrap().response.iter().any(|chain| chain.chain_id == sandbox.chain_id()));
    assert!(chains.fees(sandbox.chain_id()).await.unwrap().max_fee_per_gas.is_some());
    assert!(chains.contract(sandbox.chain_id(), sandbox.token_address()).await.unwrap().is_contract);
}

async fn wallets(sandbox: &Sandbox, client: &Client) {
    let (wallets, business) = (client.wallets(), sandbox.business_id());
    let made = wallets.create(business, &NewWallet::new(sandbox.chain_id(), "till")).await.unwrap();
    let renamed = wallets.update(made.id, &UpdateWallet::new().name("purse")).await.unwrap();
    assert_eq!(wallets.get(made.id).await.unwrap().name, renamed.name);
    let named = wallets.list(business).name("purse").send().await.unwrap();
    assert_eq!(named.response[0].id, made.id);
    wallets.authorize_permit2(made.id, sandbox.token_address()).await.unwrap();
    let transfer = Erc3009Transfer::new(sandbox.token_address(), SELLER, U256::from(5));
    assert_eq!(wallets.sign_erc3009(made.id, &transfer).await.unwrap().signature.len(), 65);
    let emptied = wallets.transfer(made.id, &NativeTransfer::everything(SELLER)).await.unwrap();
    completed(client, &emptied).await;
    wallets.delete(made.id).await.unwrap();
}

/// Gives `approve` of the token.
async fn methods(sandbox: &Sandbox, client: &Client) -> MethodId {
    let (methods, business) = (client.methods(), sandbox.business_id());
    let (chain, token, wallet) = (sandbox.chain_id(), sandbox.token_address(), sandbox.wallet_id());

    let found = client.prompts().search("USDC").chain(chain).send().await.unwrap();
    let prompt = found.iter().find(|prompt| prompt.contract_address == token).unwrap();
    let of_prompt = AssureMethods::new(chain, token, wallet).prompt(prompt.id);
    let assured = methods.assure(business, &of_prompt).await.unwrap();
    assert!(assured.iter().all(|method| method.prompt_id == Some(prompt.id)) && !assured.is_empty());

    let abi = json!([{"type": "function", "name": "totalSupply", "stateMutability": "view", "inputs": [],
        "outputs": [{"name": "", "type": "uint256"}]}]);
    let imported = methods.import_abi(business, &ImportAbi::new(chain, token, wallet, abi)).await.unwrap();
    assert!(methods.read::<U256>(imported[0].id, Params::new()).await.unwrap() > U256::ZERO);
    methods.delete(imported[0].id).await.unwrap();

    let new = NewContractMethod::new(chain, token, wallet, "approve")
        .input(MethodParam::new("spender", ParamType::Address))
        .input(MethodParam::new("value", ParamType::Uint));
    let made = methods.create(business, &new).await.unwrap();
    let renamed = methods.update(made.id, &UpdateContractMethod::new().name("allow")).await.unwrap();
    assert_eq!(methods.get(made.id).await.unwrap(), renamed);
    assert_eq!(renamed.state_mutability, Some(StateMutability::NonPayable));
    assert!(methods.list(business).name("allow").send().await.unwrap().response.contains(&renamed));
    made.id
}

/// Leaves the method as it was.
async fn structs(client: &Client, approve: MethodId) {
    let before = client.methods().get(approve).await.unwrap().inputs;
    let (structs, inputs) = (client.structs(), before[0].struct_id.unwrap());
    let added = structs.add_param(inputs, 2, MethodParam::new("note", ParamType::String)).await.unwrap();
    let note = added.params[2].id.unwrap();
    let changed = structs.update_params(inputs, &[UpdateParam::new(note).name("memo")]).await.unwrap();
    assert_eq!(changed.params[2].name, "memo");
    assert_eq!(client.methods().get(approve).await.unwrap().inputs, changed.params);
    assert_eq!(structs.rename(inputs, "Approval").await.unwrap().name.as_deref(), Some("Approval"));
    assert_eq!(structs.remove_param(inputs, note).await.unwrap().params, before);
}

async fn delegations(sandbox: &Sandbox, client: &Client, approve: MethodId) {
    let (delegations, wallet) = (client.delegations(), sandbox.wallet_id());
    let params = || Params::new().address("spender", SELLER).uint("value", U256::from(3));
    let account = client.wallets().get(wallet).await.unwrap().account_address;
    let signed = DelegationData::from(&SignedDelegation::new(SELLER, account, bytes!("00")));
    let new = NewDelegation::new(signed.clone()).contract(sandbox.token_address()).method("approve");
    let filed = delegations.create(wallet, &new).await.unwrap();
    assert_eq!((&filed.contract_addresses, &filed.methods), (&new.contract_addresses, &new.methods));
    assert_eq!(delegations.list(wallet).send().await.unwrap().response, std::slice::from_ref(&filed));
    let passed_on = delegations.redelegate(filed.id, Address::repeat_byte(1)).await.unwrap();
    assert_eq!(passed_on.redelegation.read().unwrap().delegator, account);
    let passed_on = delegations.redelegate_data(wallet, &signed, Address::repeat_byte(1)).await.unwrap();
    assert_eq!(passed_on.parent, signed);

    // That nobody has signed it is for the chain to say.
    let run = ExecuteAsDelegator::new(filed.id, params());
    failed(client, &client.methods().execute_as_delegator(approve, &run).await.unwrap()).await;
    let batch = ExecuteAsDelegatorBatch::new(wallet).then(DelegatedRun::new(approve, SELLER, params()));
    failed(client, &client.methods().execute_as_delegator_batch(&batch).await.unwrap()).await;
    delegations.delete(filed.id).await.unwrap();
}

async fn runs(sandbox: &Sandbox, client: &Client, approve: MethodId) {
    let methods = client.methods();
    let params = || Params::new().address("spender", SELLER).uint("value", U256::from(3));
    assert!(methods.test(approve, params()).await.unwrap().success);
    assert!(methods.estimate(approve, params()).await.unwrap().gas_amount > U256::ZERO);
    assert_eq!(methods.encode(approve, params()).await.unwrap().len(), 4 + 2 * 32);
    let queued = methods.execute(approve, Execute::new(params()).upgrade_to_7710()).await.unwrap();
    completed(client, &queued).await;
    let batch = ExecuteBatch::new(sandbox.wallet_id()).then(BatchRun::new(approve, params())).memo("batch");
    let queued = methods.execute_batch(&batch).await.unwrap();
    let done = completed(client, &queued).await;
    let listed = client.transactions().list(sandbox.business_id()).memo("batch").send().await.unwrap();
    assert_eq!(listed.response[0].transaction_hash, done.transaction_hash);
}

async fn completed(client: &Client, queued: &Transaction) -> Transaction {
    let done = ended(client, queued).await;
    assert_eq!(done.status, TransactionStatus::Completed, "{:?}", done.failure_reason);
    done
}

async fn failed(client: &Client, queued: &Transaction) {
    let reason = ended(client, queued).await.failure_reason.unwrap();
    assert!(reason.starts_with("InvalidDelegationSignature("), "{reason}");
}

async fn ended(client: &Client, queued: &Transaction) -> Transaction {
    let often = Duration::from_millis(5);
    let policy = WaitPolicy::new().interval(often).min_interval(often);
    client.transactions().wait(queued.id, &policy).await.unwrap()
}

async fn contract_events(sandbox: &Sandbox, client: &Client) {
    let (events, business) = (client.contract_events(), sandbox.business_id());
    let new = NewContractEvent::new(sandbox.chain_id(), sandbox.token_address(), "Approval");
    let made = events.create(business, &new).await.unwrap();
    let found = events.search(made.id, &EventSearch::new().from_block(0)).await.unwrap();
    assert!(!found.logs.is_empty(), "approvals were given before");
    let renamed = events.update(made.id, &UpdateContractEvent::new().name("a")).await.unwrap();
    assert_eq!(events.get(made.id).await.unwrap(), renamed);
    assert_eq!(events.list(business).send().await.unwrap().response, [renamed]);
    events.delete(made.id).await.unwrap();
}

async fn webhooks(sandbox: &Sandbox, client: &Client, approve: MethodId) {
    let (business, endpoints, triggers) =
        (sandbox.business_id(), client.webhooks().endpoints(), client.webhooks().triggers());
    assert!(client.webhooks().events().await.unwrap().contains(&EventName::TransactionExecutionSuccess));
    // Nobody listens there.
    let new = NewWebhookEndpoint::new("http://127.0.0.1:9/hook", "deaf");
    let endpoint = endpoints.create(business, &new).await.unwrap();
    endpoints.update(endpoint.id, &UpdateWebhookEndpoint::new().name("ear")).await.unwrap();
    let rotated = endpoints.rotate(endpoint.id).await.unwrap();
    assert_eq!(endpoints.get(endpoint.id).await.unwrap(), rotated);
    assert_eq!(endpoints.list(business).send().await.unwrap().response.len(), 1);

    let new = NewWebhookTrigger::new(endpoint.id, "t").event(EventName::TransactionExecutionFailure);
    let trigger = triggers.create(business, &new).await.unwrap();
    let wider = UpdateWebhookTrigger::new().events([EventName::TransactionExecutionSuccess]);
    let trigger = triggers.update(trigger.id, &wider).await.unwrap();
    assert_eq!(triggers.list(business).send().await.unwrap().response, std::slice::from_ref(&trigger));

    let params = Params::new().address("spender", Address::repeat_byte(1)).uint("value", U256::from(1));
    let queued = client.methods().execute(approve, params).await.unwrap();
    sandbox.webhooks().delivered(*queued.id.as_uuid()).await;
    let told = endpoints.deliveries(endpoint.id).send().await.unwrap().response.remove(0);
    assert!(told.content.contains(&queued.id.to_string()));
    assert_eq!(client.webhooks().attempts(told.id).send().await.unwrap().total_results, 1);

    triggers.delete(trigger.id).await.unwrap();
    endpoints.delete(endpoint.id).await.unwrap();
}

async fn x402(api: &Api, client: &Client) {
    let x402 = client.x402();
    assert!(!x402.supported().await.unwrap().kinds.is_empty());
    let payment = wire::decode_facilitator_request(body(api, 2).to_string().as_bytes()).unwrap();
    assert!(x402.verify(&payment).await.unwrap().is_valid);
    let settled = x402.settle(&payment).await.unwrap();
    assert!(settled.success, "{:?}", settled.error_reason);
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(50_000));
}

/// A path template, whatever its parts are called.
fn pattern(template: &str) -> String {
    let parts = template.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Every path in the client's source. One that is written in a way not known here ends the test.
fn endpoints_of_the_client() -> BTreeSet<Endpoint> {
    let mut found = BTreeSet::from([("POST".to_owned(), "/token".to_owned())]);
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")) {
        let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join(" ");
        let mut pieces = code.split("\"/");
        let mut before = pieces.next().unwrap();
        for piece in pieces {
            let path = format!("/{}", piece.split('"').next().unwrap());
            let said = before.trim_end().trim_end_matches(',');
            let method = match said.rsplit_once("Method::") {
                _ if said.ends_with("List::new(self.client") => "GET",
                Some((_, method)) => method,
                None => "",
            };
            assert!(["DELETE", "GET", "POST", "PUT"].contains(&method), "whose path is {path}? {said}");
            found.insert((method.to_owned(), pattern(&path)));
            before = piece;
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

/// Every route of the sandbox's router, read from its source.
fn endpoints_of_the_sandbox() -> BTreeSet<Endpoint> {
    let source = include_str!("../../src/sandbox/server.rs");
    let (business, rest) = source.split_once("let business =").unwrap().1.split_once("let api =").unwrap();
    let (api, _) = rest.split_once("Router::new()\n        .nest(BASE_PATH").unwrap();
    let mut found = BTreeSet::new();
    for (prefix, routes) in [("/business/{}", business), ("", api)] {
        for route in routes.split(".route(\"").skip(1) {
            let (path, handlers) = route.split_once('"').unwrap();
            let methods = ["delete", "get", "post", "put"].into_iter().filter(|method| {
                handlers.contains(&format!(" {method}(")) || handlers.contains(&format!(").{method}("))
            });
            for method in methods {
                found.insert((method.to_uppercase(), format!("{prefix}{}", pattern(path))));
            }
        }
    }
    found
}
