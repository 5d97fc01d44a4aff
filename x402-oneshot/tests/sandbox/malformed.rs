//! Whatever is sent, the answer is the API's `ErrorResponse` with a 4xx status.

use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, Overload};

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let api = Api::start().await;
    let id = Uuid::new_v4();
    for (method, path) in [
        (Method::GET, format!("/wallets/{id}")),
        (Method::GET, format!("/methods/{id}")),
        (Method::PUT, format!("/methods/{id}")),
        (Method::POST, format!("/methods/{id}/test")),
        (Method::POST, format!("/methods/{id}/execute")),
        (Method::GET, format!("/transactions/{id}")),
    ] {
        let body = Some(json!({"params": {}}));
        let (status, answer) = api.ask(method, &path, body).await;
        assert_eq!((status, &answer["type"]), (404, &json!("UnknownEntityError")), "{path}");
    }
}

#[tokio::test]
async fn ids_that_are_no_uuids_are_refused() {
    let api = Api::start().await;
    for path in ["/wallets/1", "/methods/x", "/transactions/0x12", "/business/mine/wallets"] {
        let (status, answer) = api.ask(Method::GET, path, None).await;
        assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")), "{path}");
    }
}

#[tokio::test]
async fn endpoints_and_verbs_that_do_not_exist_are_said_so_in_json() {
    let api = Api::start().await;
    for (method, path, expected) in [
        (Method::GET, "/nothing", 404),
        (Method::GET, "/token/", 404),
        (Method::GET, "/token", 405),
        (Method::DELETE, &format!("/transactions/{}", api.sandbox.wallet_id()), 405),
        (Method::PATCH, &api.business("/methods"), 405),
    ] {
        let (status, answer) = api.ask(method, path, None).await;
        assert_eq!(status, expected, "{path}");
        is_error_response(&answer);
    }
}

#[tokio::test]
async fn bodies_that_are_not_json_are_bad_requests() {
    let api = Api::start().await;
    let deep = format!(r#"{{"params":{{"a":{}"#, "[".repeat(10_000));
    for path in paths(&api).await {
        for body in ["", "{", "nonsense", "\u{0}", &deep] {
            let (status, answer) = post(&api, &path, body.to_owned()).await;
            assert_eq!(status, 400, "{path} {body:.10}");
            is_error_response(&answer);
        }
    }
}

#[tokio::test]
async fn a_body_that_goes_on_after_its_json_is_a_bad_request() {
    let api = Api::start().await;
    for (rest, expected) in [(" \n", 200), (" {}", 400), ("x", 400)] {
        let body = api.grant().to_string() + rest;
        let (status, _) = post(&api, "/token", body).await;
        assert_eq!(status, expected, "{rest:?}");
    }
}

#[tokio::test]
async fn bodies_of_another_shape_are_unprocessable() {
    let api = Api::start().await;
    for path in paths(&api).await {
        for body in ["null", "[]", "1", "\"\"", "{}", r#"{"params":[]}"#] {
            let (status, answer) = post(&api, &path, body.to_owned()).await;
            assert_eq!(status, 422, "{path} {body}");
            is_error_response(&answer);
        }
    }
}

#[tokio::test]
async fn a_body_over_64_kib_is_too_large() {
    let api = Api::start().await;
    for path in paths(&api).await {
        let body = json!({"params": {}, "memo": "x".repeat(65 * 1024)}).to_string();
        let (status, answer) = post(&api, &path, body).await;
        assert_eq!(status, 413, "{path}");
        is_error_response(&answer);
    }
}

#[test]
fn no_json_makes_the_server_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let api = runtime.block_on(Api::start());
    let (paths, good) = runtime.block_on(async {
        let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
        let mut good = api.declaration("transferWithAuthorization", Overload::Bytes.inputs());
        good["params"] = params;
        good["destinationAccountAddress"] = json!(api.sandbox.buyer_address());
        good["destinationAddress"] = json!(api.sandbox.buyer_address());
        good["amount"] = json!("1");
        good["domain"] = json!({"name": "x", "chainId": 84532});
        good["types"] = json!({"Mail": [{"name": "to", "type": "address[]"}, {"name": "text", "type": "string"}]});
        good["message"] = json!({"primaryType": "Mail", "message": {"to": [], "text": ""}});
        (paths(&api).await, good)
    });
    let members: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
    let config = ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() };
    proptest!(config, |(
        value in any_json(),
        member in proptest::sample::select(members),
        path in proptest::sample::select(paths),
    )| {
        let mut body = good.clone();
        body[member] = value;
        let (status, answer) = runtime.block_on(post(&api, &path, body.to_string()));
        prop_assert!(status == 200 || (400..500).contains(&status), "{status} {answer}");
        if status != 200 {
            is_error_response(&answer);
        }
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        "0x[0-9a-f]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec(("[a-zA-Z]{0,8}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Everything that takes a body, `/token` aside.
async fn paths(api: &Api) -> Vec<String> {
    let method = api.create_overload(Overload::Bytes).await;
    let wallet = api.sandbox.wallet_id();
    let mut paths =
        vec![api.business("/methods"), format!("/methods/{method}/test"), format!("/methods/{method}/execute")];
    paths.extend([api.business("/wallets"), format!("/wallets/{wallet}/transfer")]);
    paths.extend(["erc3009", "permit2", "erc712", "erc191"].map(|kind| format!("/wallets/{wallet}/signature/{kind}")));
    paths
}

async fn post(api: &Api, path: &str, body: String) -> (u16, Value) {
    api.ask_raw(Method::POST, path, body).await
}

fn is_error_response(answer: &Value) {
    assert!(answer["type"].is_string(), "{answer}");
    assert!(answer["message"].is_string(), "{answer}");
    assert!(answer["retryable"].is_boolean(), "{answer}");
    assert!(answer.get("data").is_some(), "{answer}");
}
