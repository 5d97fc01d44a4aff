//! Contract methods from an ABI and from prompts, and their archive.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Api;

fn abi() -> Vec<Value> {
    let artifact: Value = serde_json::from_str(include_str!("../../contracts/SandboxUSDC.json")).unwrap();
    artifact["abi"].as_array().unwrap().clone()
}

fn target(api: &Api) -> Value {
    json!({
        "chainId": api.sandbox.chain_id(),
        "contractAddress": api.sandbox.token_address(),
        "walletId": api.sandbox.wallet_id(),
    })
}

fn with(mut target: Value, member: &str, value: Value) -> Value {
    target[member] = value;
    target
}

#[tokio::test]
async fn an_abi_becomes_a_method_for_each_function_and_nothing_else() {
    let api = Api::start().await;
    let path = api.business("/methods/abi");
    let made = api.post(&path, with(target(&api), "abi", json!(abi()))).await;
    let names = |items: &[Value], name: &str| -> Vec<String> {
        items.iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
    };
    let functions: Vec<Value> = abi().into_iter().filter(|item| item["type"] == "function").collect();
    let made = made.as_array().unwrap();
    assert_eq!(names(made, "functionName"), names(&functions, "name"));
    assert_eq!(names(made, "stateMutability"), names(&functions, "stateMutability"));
    assert_eq!(api.get(&api.business("/methods")).await["totalResults"], json!(made.len()));

    let balance_of = made.iter().find(|method| method["functionName"] == "balanceOf").unwrap();
    let read = format!("/methods/{}/read", balance_of["id"].as_str().unwrap());
    let params = json!({"account": api.sandbox.buyer_address()});
    assert_eq!(api.post(&read, json!({ "params": params })).await, "1000000000");
}

#[tokio::test]
async fn imported_structs_keep_their_names_and_nameless_inputs_get_one() {
    let api = Api::start().await;
    let point = json!([{"name": "x", "type": "int64"}, {"name": "y", "type": "bytes2[3]"}]);
    let function = json!({"type": "function", "name": "draw", "stateMutability": "payable", "outputs": [], "inputs": [
        {"name": "", "type": "tuple[]", "internalType": "struct Pictures.Point[]", "components": point},
        {"name": "", "type": "uint256"},
    ]});
    let made = api.post(&api.business("/methods/abi"), with(target(&api), "abi", json!([function]))).await;
    let inputs = &made[0]["inputs"];
    assert_eq!((&inputs[0]["name"], &inputs[1]["name"]), (&json!("arg0"), &json!("arg1")));
    assert_eq!((&inputs[0]["type"], &inputs[0]["isArray"]), (&json!("struct"), &json!(true)));
    let structure = &inputs[0]["typeStruct"];
    assert_eq!(structure["name"], "Point");
    let y = &structure["params"][1];
    assert_eq!((&y["type"], &y["typeSize"], &y["arraySize"]), (&json!("bytes"), &json!(2), &json!(3)));
    assert_eq!(inputs[1].get("typeSize"), None);
}

#[tokio::test]
async fn an_abi_may_be_longer_than_other_bodies() {
    let api = Api::start().await;
    let mut abi = abi();
    let error = json!({"type": "error", "name": "X".repeat(1000), "inputs": []});
    abi.extend(std::iter::repeat_n(error, 100));
    let made = api.post(&api.business("/methods/abi"), with(target(&api), "abi", json!(abi))).await;
    assert!(!made.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_import_is_whole_or_not_at_all() {
    let api = Api::start().await;
    let nested = json!({"type": "function", "name": "f", "stateMutability": "view", "outputs": [],
        "inputs": [{"name": "a", "type": "uint256[][]"}]});
    let nonsense = json!({"type": "function", "name": "f", "stateMutability": "view", "outputs": [],
        "inputs": [{"name": "a", "type": "euro"}]});
    for bad in [nested, nonsense, json!({"type": "melody"}), json!(1)] {
        let mut abi = abi();
        abi.push(bad.clone());
        let (status, _) =
            api.ask(Method::POST, &api.business("/methods/abi"), Some(with(target(&api), "abi", json!(abi)))).await;
        assert_eq!(status, 422, "{bad}");
    }
    let elsewhere = with(with(target(&api), "abi", json!(abi())), "walletId", json!(api.sandbox.business_id()));
    assert_eq!(api.ask(Method::POST, &api.business("/methods/abi"), Some(elsewhere)).await.0, 422);
    assert_eq!(api.get(&api.business("/methods")).await["totalResults"], 0);
}

#[tokio::test]
async fn prompts_are_found_by_words_and_by_chain() {
    let api = Api::start().await;
    let search = async |query: &str, chain: &str, id: u64| {
        let found = api.post("/prompts/search", json!({"query": query, chain: id})).await;
        found.as_array().unwrap().clone()
    };
    // One client writes the name with an underscore.
    for chain in ["chainId", "chain_id"] {
        let found = search("Collect an X402 payment", chain, 84532).await;
        assert_eq!(found[0]["contractAddress"], json!(api.sandbox.token_address().to_string()));
        assert!(found.iter().all(|prompt| prompt["chainId"] == 84532));
    }
    assert_eq!(search("zzz", "chainId", 84532).await, Vec::<Value>::new());
    assert_eq!(search("x402", "chainId", 1).await, Vec::<Value>::new());
    let everywhere = api.post("/prompts/search", json!({"query": "usdc"})).await;
    assert!(everywhere.as_array().unwrap().len() > 1);
}

#[tokio::test]
async fn assuring_a_prompt_twice_makes_nothing_new() {
    let api = Api::start().await;
    let prompts = api.post("/prompts/search", json!({"query": "usdc", "chainId": 84532})).await;
    let path = api.business("/methods/prompt");
    let first = api.post(&path, target(&api)).await;
    let methods = first.as_array().unwrap();
    assert_eq!(methods.len(), prompts[0]["functions"].as_array().unwrap().len());
    assert!(methods.iter().all(|method| method["promptId"] == prompts[0]["id"]));
    assert!(
        methods
            .iter()
            .flat_map(|method| method["inputs"].as_array().unwrap())
            .all(|input| { input["description"].as_str().is_some_and(|description| !description.is_empty()) })
    );
    let again = with(target(&api), "promptId", prompts[0]["id"].clone());
    assert_eq!(api.post(&path, again).await, first);
    let by_prompt = format!("/methods?pageSize=100&promptId={}", prompts[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&api.business(&by_prompt)).await["response"], first);

    // What was changed stays changed, what was archived is made again.
    let (renamed, archived) = (&methods[0], &methods[1]);
    let of = |method: &Value| format!("/methods/{}", method["id"].as_str().unwrap());
    api.ask(Method::PUT, &of(renamed), Some(json!({"name": "mine"}))).await;
    api.ask(Method::DELETE, &of(archived), None).await;
    let third = api.post(&path, target(&api)).await;
    assert_eq!(third[0]["name"], "mine");
    assert_eq!(third[1]["functionName"], archived["functionName"]);
    assert_ne!(third[1]["id"], archived["id"]);
}

#[tokio::test]
async fn only_known_contracts_have_prompts() {
    let api = Api::start().await;
    for body in [
        with(target(&api), "promptId", json!(api.sandbox.wallet_id())),
        with(target(&api), "contractAddress", json!(api.sandbox.buyer_address())),
    ] {
        let (status, answer) = api.ask(Method::POST, &api.business("/methods/prompt"), Some(body)).await;
        assert_eq!((status, &answer["type"]), (404, &json!("UnknownEntityError")));
    }
}

#[tokio::test]
async fn an_archived_method_can_be_looked_at_and_no_more() {
    let api = Api::start().await;
    let method = api.create(api.declaration("transfer", json!([]))).await;
    let path = format!("/methods/{method}");
    let (status, answer) = api.ask(Method::DELETE, &path, None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));
    assert_eq!(api.get(&path).await["deleted"], true);
    for (status, count) in [("live", 0), ("archived", 1), ("both", 1)] {
        let list = api.get(&api.business(&format!("/methods?status={status}"))).await;
        assert_eq!(list["totalResults"], count, "{status}");
    }
    for action in ["test", "estimate", "encode", "read", "execute"] {
        let body = Some(json!({"params": {}}));
        assert_eq!(api.ask(Method::POST, &format!("{path}/{action}"), body).await.0, 404, "{action}");
    }
    assert_eq!(api.ask(Method::PUT, &path, Some(json!({"name": "back"}))).await.0, 404);
    assert_eq!(api.ask(Method::DELETE, &path, None).await.0, 404);
    // One client asks for it; the API does not have it.
    assert_eq!(api.ask(Method::PUT, &format!("{path}/restore"), None).await.0, 404);
}
