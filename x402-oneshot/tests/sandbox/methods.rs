//! Contract methods are kept as they were declared, and called by name.

use alloy_primitives::address;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, Overload};

#[tokio::test]
async fn a_created_method_can_be_read_back() {
    let api = Api::start().await;
    let mut declaration = api.declaration("transferWithAuthorization", Overload::Vrs.inputs());
    // What the Node client adds.
    declaration["businessId"] = json!(api.sandbox.business_id());
    for input in declaration["inputs"].as_array_mut().unwrap() {
        input["isArray"] = json!(false);
    }
    let created = api.post(&api.business("/methods"), declaration.clone()).await;
    let path = format!("/methods/{}", created["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await, created);
    for member in ["chainId", "name", "description", "functionName", "stateMutability", "outputs"] {
        assert_eq!(created[member], declaration[member], "{member}");
    }
    for (index, input) in created["inputs"].as_array().unwrap().iter().enumerate() {
        for id in ["id", "structId"] {
            let id: Uuid = input[id].as_str().unwrap().parse().unwrap();
            assert_eq!(id.get_version_num(), 4);
        }
        let declared = declaration["inputs"][index].as_object().unwrap();
        for (member, value) in declared {
            assert_eq!(&input[member], value, "{member}");
        }
        assert_eq!(input.get("typeSize").is_some(), declared.contains_key("typeSize"));
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_null_clears_the_callback() {
    let api = Api::start().await;
    let mut declaration = api.declaration("name", json!([]));
    declaration["callbackUrl"] = json!("https://example.com/hook");
    let created = api.post(&api.business("/methods"), declaration).await;
    let path = format!("/methods/{}", created["id"].as_str().unwrap());

    let change = json!({"name": "renamed", "functionName": "symbol", "stateMutability": "view"});
    let (status, renamed) = api.ask(Method::PUT, &path, Some(change)).await;
    assert_eq!(status, 200);
    assert_eq!(renamed["name"], "renamed");
    assert_eq!(renamed["functionName"], "symbol");
    assert_eq!(renamed["callbackUrl"], "https://example.com/hook");
    assert_eq!(renamed["contractAddress"], created["contractAddress"]);

    let (_, cleared) = api.ask(Method::PUT, &path, Some(json!({"callbackUrl": null}))).await;
    assert_eq!(cleared["callbackUrl"], Value::Null);
    assert_eq!(cleared["name"], "renamed");
    assert_eq!(api.get(&path).await, cleared);
}

#[tokio::test]
async fn an_update_that_is_refused_changes_nothing() {
    let api = Api::start().await;
    let path = format!("/methods/{}", api.create(api.declaration("name", json!([]))).await);
    let before = api.get(&path).await;
    for (member, wrong) in [
        ("callbackUrl", json!("ftp://shop.example/")),
        ("functionName", json!("no name")),
        ("walletId", json!(api.sandbox.business_id())),
        ("chainId", json!(8453)),
    ] {
        let mut change = json!({"name": "renamed", "contractAddress": address!("0x0000000000000000000000000000000000000001"), "functionName": "symbol"});
        change[member] = wrong;
        assert_eq!(api.ask(Method::PUT, &path, Some(change)).await.0, 422, "{member}");
        assert_eq!(api.get(&path).await, before, "{member}");
    }
}

#[tokio::test]
async fn a_static_value_is_passed_whatever_the_caller_says() {
    let api = Api::start().await;
    let buyer = api.sandbox.buyer_address();
    for name_of_it in ["staticValue", "value"] {
        let account = json!({"name": "account", "type": "address", "index": 0, name_of_it: buyer});
        let mut declaration = api.declaration("balanceOf", json!([account]));
        declaration["outputs"] = json!([{"name": "balance", "type": "uint", "index": 0}]);
        let method = api.create(declaration).await;
        let nobody = json!({"params": {"account": address!("0x0000000000000000000000000000000000000001")}});
        let answer = api.post(&format!("/methods/{method}/test"), nobody).await;
        assert_eq!(answer["result"], json!({"balance": "1000000000"}));
    }
}

#[tokio::test]
async fn arrays_and_every_other_type_can_be_declared_and_passed() {
    let api = Api::start().await;
    let inputs = json!([
        {"name": "flags", "type": "bool", "index": 0, "isArray": true},
        {"name": "pair", "type": "bytes", "typeSize": 2, "index": 1, "isArray": true, "arraySize": 2},
        {"name": "delta", "type": "int", "typeSize": 64, "index": 2},
        {"name": "text", "type": "string", "index": 3, "isArray": true},
    ]);
    let method = api.create(api.declaration("isNotThere", inputs)).await;
    let path = format!("/methods/{method}/test");
    for flags in [json!([]), json!([true, false])] {
        let params = json!({"flags": flags, "pair": ["0xbeef", "0xcafe"], "delta": -5, "text": [""]});
        let answer = api.post(&path, json!({"params": params})).await;
        // The token has no such function, so that it reverts without a word; but it was called.
        assert_eq!(answer["error"]["message"], "execution reverted", "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_was_not_declared_is_an_error_and_not_a_guess() {
    let api = Api::start().await;
    let mut declaration = api.declaration("decimals", json!([]));
    declaration["outputs"] = json!([{"name": "text", "type": "string", "index": 0}]);
    let method = api.create(declaration).await;
    let answer = api.post(&format!("/methods/{method}/test"), json!({"params": {}})).await;
    assert_eq!(answer["success"], false);
    assert_eq!(answer["error"]["name"], "Undeclared");
}

#[tokio::test]
async fn a_parameter_that_is_missing_or_of_another_type_is_named() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let good = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    for (name, value) in [
        ("signature", None),
        ("from", Some(json!("0x12"))),
        ("value", Some(json!("-1"))),
        ("value", Some(json!(0.5))),
        ("value", Some(json!(null))),
        ("nonce", Some(json!("0x12"))),
        ("validAfter", Some(json!([]))),
    ] {
        let mut params = good.clone();
        match &value {
            Some(value) => params[name] = value.clone(),
            None => drop(params.as_object_mut().unwrap().remove(name)),
        }
        for action in ["test", "execute"] {
            let path = format!("/methods/{method}/{action}");
            let body = json!({"params": params});
            let (status, answer) = api.ask(Method::POST, &path, Some(body)).await;
            assert_eq!(status, 422, "{name} {value:?}");
            assert_eq!(answer["data"]["parameterName"], format!("params.{name}"));
        }
    }
}

#[tokio::test]
async fn a_declaration_that_is_no_function_is_refused() {
    let api = Api::start().await;
    let input = |kind: &str, index: u64| json!({"name": "a", "type": kind, "index": index});
    let sized = |kind: &str, size: u64| json!([{"name": "a", "type": kind, "index": 0, "typeSize": size}]);
    for inputs in [
        json!([input("uint256", 0)]),
        json!([input("struct", 0)]),
        json!([input("uint", 1)]),
        json!([input("uint", 0), input("uint", 0)]),
        json!([{"name": "no identifier", "type": "uint", "index": 0}]),
        json!([{"name": "a", "type": "uint", "index": 0, "isArray": true, "arraySize": 1_000_000}]),
        sized("uint", 7),
        sized("uint", 264),
        sized("bytes", 33),
        sized("bytes", 0),
        Value::Array((0..65).map(|index| input("uint", index)).collect()),
    ] {
        let declaration = api.declaration("f", inputs.clone());
        let path = api.business("/methods");
        let (status, answer) = api.ask(Method::POST, &path, Some(declaration)).await;
        assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")), "{inputs}");
    }
    for (member, value) in [
        ("chainId", json!(8453)),
        ("walletId", json!(api.sandbox.business_id())),
        ("contractAddress", json!("0x1")),
        ("functionName", json!("f(uint)")),
        ("stateMutability", json!("free")),
        ("name", json!(null)),
    ] {
        let mut declaration = api.declaration("f", json!([]));
        declaration[member] = value;
        let path = api.business("/methods");
        let (status, _) = api.ask(Method::POST, &path, Some(declaration)).await;
        assert_eq!(status, 422, "{member}");
    }
    assert_eq!(api.get(&api.business("/methods")).await["totalResults"], 0);
}
