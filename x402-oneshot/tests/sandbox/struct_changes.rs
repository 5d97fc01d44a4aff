//! The struct endpoints: parameters that change in methods that exist.

use alloy_sol_types::{SolCall, sol};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Api;

sol! {
    struct Point {
        int64 x;
        int64 y;
    }

    function moved(Point[] points);
    function placed(Point point, uint256 color);
}

/// A method with a list of points and one with a single point, of the same struct.
async fn two_methods(api: &Api) -> (Value, Value) {
    let point = json!({"name": "Point", "params": [
        {"name": "x", "type": "int", "typeSize": 64, "index": 0},
        {"name": "y", "type": "int", "typeSize": 64, "index": 1},
    ]});
    let points = json!([{"name": "points", "type": "struct", "index": 0, "isArray": true, "typeStruct": point}]);
    let moved = api.post(&api.business("/methods"), api.declaration("moved", points)).await;
    let again = json!([
        {"name": "point", "type": "struct", "index": 0, "typeStructId": moved["inputs"][0]["typeStructId"]},
        {"name": "color", "type": "uint", "index": 1},
    ]);
    let placed = api.post(&api.business("/methods"), api.declaration("placed", again)).await;
    (moved, placed)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The path of the struct that the first input is of.
fn first_struct(method: &Value) -> String {
    format!("/structs/{}", text(&method["inputs"][0]["typeStructId"]))
}

async fn encoded(api: &Api, method: &Value, params: Value) -> Value {
    let path = format!("/methods/{}/encode", text(&method["id"]));
    api.post(&path, json!({ "params": params })).await["data"].clone()
}

fn hex(call: impl SolCall) -> Value {
    json!(alloy_primitives::hex::encode_prefixed(call.abi_encode()))
}

async fn refused(api: &Api, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
    let (status, answer) = api.ask(method, path, body).await;
    (status, text(&answer["message"]).to_owned())
}

#[tokio::test]
async fn a_renamed_struct_is_renamed_in_every_method() {
    let api = Api::start().await;
    let (moved, placed) = two_methods(&api).await;
    let renamed = api.put(&first_struct(&moved), json!({"name": "Spot"})).await;
    assert_eq!((&renamed["name"], &renamed["id"]), (&json!("Spot"), &moved["inputs"][0]["typeStructId"]));
    for method in [&moved, &placed] {
        let now = api.get(&format!("/methods/{}", text(&method["id"]))).await;
        assert_eq!(now["inputs"][0]["typeStruct"], renamed);
    }
}

#[tokio::test]
async fn members_change_their_places_at_once_and_calls_are_encoded_accordingly() {
    let api = Api::start().await;
    let (moved, placed) = two_methods(&api).await;
    let params = json!({"points": [{"x": 1, "y": 2}]});
    assert_eq!(encoded(&api, &moved, params.clone()).await, hex(movedCall { points: vec![Point { x: 1, y: 2 }] }));

    let members = &moved["inputs"][0]["typeStruct"]["params"];
    let swap = json!({"updates": [{"id": members[0]["id"], "index": 1}, {"id": members[1]["id"], "index": 0}]});
    let path = format!("{}/params", first_struct(&moved));
    let swapped = api.put(&path, swap).await;
    assert_eq!((&swapped["params"][0]["id"], &swapped["params"][0]["name"]), (&members[1]["id"], &json!("y")));
    assert_eq!(encoded(&api, &moved, params).await, hex(movedCall { points: vec![Point { x: 2, y: 1 }] }));
    let params = json!({"point": {"x": 1, "y": 2}, "color": 3});
    let call = placedCall { point: Point { x: 2, y: 1 }, color: alloy_primitives::U256::from(3) };
    assert_eq!(encoded(&api, &placed, params).await, hex(call), "the struct is the same");
}

#[tokio::test]
async fn the_parameters_of_a_method_are_a_struct_too_that_takes_new_ones_and_static_values() {
    let api = Api::start().await;
    let (_, placed) = two_methods(&api).await;
    let inputs = format!("/structs/{}/params", text(&placed["inputs"][0]["structId"]));
    let point = &placed["inputs"][0];

    let added = api.post(&inputs, json!({"name": "note", "type": "string", "index": 2})).await;
    assert_eq!(added["params"].as_array().unwrap().len(), 3);
    let fixed = json!({"updates": [{"id": point["id"], "staticValue": r#"{"x": 7, "y": 8}"#}]});
    api.put(&inputs, fixed).await;
    let last = text(&added["params"][2]["id"]);
    let (status, left) = api.ask(Method::DELETE, &format!("{inputs}/{last}"), None).await;
    assert_eq!((status, left["params"].as_array().unwrap().len()), (200, 2));

    let call = placedCall { point: Point { x: 7, y: 8 }, color: alloy_primitives::U256::from(3) };
    assert_eq!(encoded(&api, &placed, json!({"color": 3})).await, hex(call));
}

#[tokio::test]
async fn a_type_that_changes_leaves_behind_what_belonged_to_the_old_one() {
    let api = Api::start().await;
    let (moved, _) = two_methods(&api).await;
    let path = format!("{}/params", first_struct(&moved));
    let x = &moved["inputs"][0]["typeStruct"]["params"][0]["id"];
    let change = async |change: Value| {
        let mut change = change;
        change["id"] = x.clone();
        api.put(&path, json!({ "updates": [change] })).await["params"][0].clone()
    };
    let flag = change(json!({"type": "bool", "isArray": true, "arraySize": 2})).await;
    assert_eq!((&flag["typeSize"], &flag["arraySize"]), (&Value::Null, &json!(2)));
    let single = change(json!({"isArray": false, "name": "flag"})).await;
    assert_eq!((&single["arraySize"], &single["type"], &single["id"]), (&Value::Null, &json!("bool"), x));
    let inner = change(json!({"type": "struct", "typeStruct": {"params": [
        {"name": "a", "type": "bool", "index": 0},
    ]}}))
    .await;
    assert_eq!(inner["typeStruct"]["params"][0]["name"], "a");
    let described = change(json!({"description": "d"})).await;
    assert_eq!(described["typeStruct"], inner["typeStruct"], "a struct stays one that is not asked to change");
}

#[tokio::test]
async fn what_would_break_a_method_is_refused_and_changes_none() {
    let api = Api::start().await;
    let (moved, placed) = two_methods(&api).await;
    let point = first_struct(&moved);
    let inputs = format!("/structs/{}", text(&placed["inputs"][0]["structId"]));
    let members = &moved["inputs"][0]["typeStruct"]["params"];
    let update = |update: Value| json!({ "updates": [update] });
    let known = |id: &Value| json!({"name": "s", "type": "struct", "index": 2, "typeStructId": id});
    for (method, path, body, status) in [
        (Method::PUT, point.clone(), json!({}), 422),
        (Method::PUT, format!("{point}/params"), json!({"updates": []}), 422),
        (Method::PUT, format!("{point}/params"), update(json!({"id": members[0]["id"], "index": 5})), 422),
        (Method::PUT, format!("{point}/params"), update(json!({"id": members[0]["id"], "typeSize": 7})), 422),
        (Method::PUT, format!("{point}/params"), update(json!({"id": members[0]["id"], "type": "struct"})), 422),
        (Method::PUT, format!("{point}/params"), update(json!({"id": members[0]["structId"], "index": 0})), 404),
        (Method::POST, format!("{point}/params"), json!({"name": "z", "type": "int", "index": 1}), 422),
        (Method::POST, format!("{point}/params"), json!({"name": "z", "type": "int", "index": 3}), 422),
        (Method::POST, format!("{point}/params"), json!({"name": "not a name", "type": "int", "index": 2}), 422),
        (Method::POST, format!("{point}/params"), known(&moved["inputs"][0]["typeStructId"]), 422),
        (Method::POST, format!("{point}/params"), known(&placed["inputs"][0]["structId"]), 422),
        (Method::POST, format!("{inputs}/params"), known(&placed["inputs"][0]["structId"]), 422),
        (Method::PUT, format!("/structs/{}", text(&moved["id"])), json!({"name": "n"}), 404),
    ] {
        let (seen, message) = refused(&api, method, &path, Some(body.clone())).await;
        assert_eq!(seen, status, "{path} {body}: {message}");
    }
    let member = |place: usize| format!("{point}/params/{}", text(&members[place]["id"]));
    for (path, status) in [(member(0), 422), (format!("{point}/params/{}", text(&moved["id"])), 404)] {
        assert_eq!(refused(&api, Method::DELETE, &path, None).await.0, status, "{path}");
    }
    for method in [&moved, &placed] {
        assert_eq!(api.get(&format!("/methods/{}", text(&method["id"]))).await, *method);
    }
    // The last but one goes; the last cannot, for Solidity has no empty structs.
    assert_eq!(api.ask(Method::DELETE, &member(1), None).await.0, 200);
    let (status, message) = refused(&api, Method::DELETE, &member(0), None).await;
    assert_eq!((status, message.as_str()), (422, "inputs would have an empty struct"));
}

#[tokio::test]
async fn structs_are_not_put_into_one_another_without_end() {
    let api = Api::start().await;
    let path = api.business("/methods");
    let mut inner = json!({"type": "bool"});
    let mut depth = 0;
    let refusal = loop {
        inner["name"] = json!("s");
        inner["index"] = json!(0);
        let (status, answer) = api.ask(Method::POST, &path, Some(api.declaration("f", json!([inner])))).await;
        if status != 200 {
            break answer;
        }
        depth += 1;
        assert!(depth < 100, "there is an end");
        inner = json!({"type": "struct", "typeStructId": answer["inputs"][0]["structId"]});
    };
    assert_eq!(refusal["message"], "inputs are made of too many values");
    assert!(depth > 8, "as deep as any real function: {depth}");
}
