//! Structs among the parameters of contract methods.

use alloy_sol_types::{SolCall, sol};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Api;

sol! {
    struct Point {
        int64 x;
        string label;
    }

    struct Line {
        Point from;
        Point[] through;
        uint8[2] color;
    }

    function draw(Line line, Point[2] ends);
}

fn point() -> Value {
    json!({"name": "Point", "params": [
        {"name": "x", "type": "int", "typeSize": 64, "index": 0},
        {"name": "label", "type": "string", "index": 1},
    ]})
}

fn inputs() -> Value {
    json!([
        {"name": "line", "type": "struct", "index": 0, "typeStruct": {"name": "Line", "params": [
            {"name": "from", "type": "struct", "index": 0, "typeStruct": point()},
            {"name": "through", "type": "struct", "index": 1, "isArray": true, "typeStruct": point()},
            {"name": "color", "type": "uint", "typeSize": 8, "index": 2, "isArray": true, "arraySize": 2},
        ]}},
        {"name": "ends", "type": "struct", "index": 1, "isArray": true, "arraySize": 2, "typeStruct": point()},
    ])
}

fn expected() -> String {
    let point = |x, label: &str| Point { x, label: label.to_owned() };
    let line = Line { from: point(-1, "a"), through: vec![point(2, "b"), point(3, "")], color: [7, 8] };
    let call = drawCall { line, ends: [point(4, "c"), point(5, "d")] };
    alloy_primitives::hex::encode_prefixed(call.abi_encode())
}

#[tokio::test]
async fn nested_structs_are_encoded_by_name_or_by_position() {
    let api = Api::start().await;
    let method = api.create(api.declaration("draw", inputs())).await;
    let path = format!("/methods/{method}/encode");
    let named = |x: Value, label: &str| json!({"x": x, "label": label, "unknown": true});
    let line = json!({
        "from": named(json!(-1), "a"),
        "through": [named(json!("2"), "b"), [3, ""]],
        "color": [7, "8"],
    });
    let params = json!({"line": line, "ends": [named(json!(4), "c"), ["5", "d"]]});
    let answer = api.post(&path, json!({ "params": params })).await;
    assert_eq!(answer, json!({"data": expected()}));
}

#[tokio::test]
async fn structs_get_ids_and_can_be_used_again_by_them() {
    let api = Api::start().await;
    let method = api.post(&api.business("/methods"), api.declaration("draw", inputs())).await;
    let line = &method["inputs"][0];
    let of = |field: &Value, name: &str| field[name].as_str().unwrap().parse::<Uuid>().unwrap();
    let inner = &line["typeStruct"];
    assert_eq!(of(line, "typeStructId"), of(inner, "id"));
    assert_eq!(inner["name"], "Line");
    assert_eq!(inner["businessId"], json!(api.sandbox.business_id()));
    for field in inner["params"].as_array().unwrap() {
        assert_eq!(of(field, "structId"), of(inner, "id"));
        assert_eq!(of(field, "id").get_version_num(), 4);
    }

    let again = json!([{"name": "line", "type": "struct", "index": 0, "typeStructId": line["typeStructId"]}]);
    let reused = api.post(&api.business("/methods"), api.declaration("erase", again)).await;
    assert_eq!(reused["inputs"][0]["typeStruct"], *inner);
}

#[tokio::test]
async fn a_wrong_value_deep_inside_is_named() {
    let api = Api::start().await;
    let method = api.create(api.declaration("draw", inputs())).await;
    let good = json!({
        "line": {"from": [1, ""], "through": [[2, ""]], "color": [1, 2]},
        "ends": [[1, ""], [2, ""]],
    });
    for (pointer, value, name) in [
        ("/line/from", json!({"x": 1}), "params.line.from.label"),
        ("/line/through/0", json!([2]), "params.line.through.0"),
        ("/line/through/0/0", json!("0x"), "params.line.through.0.x"),
        ("/line/color", json!([1]), "params.line.color"),
        ("/line", json!("a line"), "params.line"),
        ("/ends", json!([[1, ""]]), "params.ends"),
        ("/ends", json!({}), "params.ends"),
    ] {
        let mut params = good.clone();
        *params.pointer_mut(pointer).unwrap() = value;
        let path = format!("/methods/{method}/encode");
        let (status, answer) = api.ask(Method::POST, &path, Some(json!({ "params": params }))).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!(name)), "{pointer}");
    }
}

#[tokio::test]
async fn static_values_reach_into_structs_and_may_be_json_in_text() {
    let api = Api::start().await;
    let mut inputs = inputs();
    inputs[0]["typeStruct"]["params"][0]["staticValue"] = json!(r#"{"x": "-1", "label": "a"}"#);
    inputs[0]["typeStruct"]["params"][2]["value"] = json!("[7, 8]");
    inputs[1]["staticValue"] = json!([[4, "c"], [5, "d"]]);
    let method = api.create(api.declaration("draw", inputs)).await;
    let params = json!({"line": {"through": [[2, "b"], [3, ""]], "color": [0, 0]}});
    let answer = api.post(&format!("/methods/{method}/encode"), json!({ "params": params })).await;
    assert_eq!(answer, json!({"data": expected()}));
}

#[tokio::test]
async fn what_is_no_struct_is_refused() {
    let api = Api::start().await;
    let known = api.post(&api.business("/methods"), api.declaration("draw", inputs())).await;
    let with = |member: &str, value: Value| json!({"name": "s", "type": "struct", "index": 0, member: value});
    let mut both = with("typeStruct", point());
    both["typeStructId"] = known["inputs"][0]["typeStructId"].clone();
    for input in [
        json!({"name": "s", "type": "struct", "index": 0}),
        both,
        with("typeStructId", json!(api.sandbox.wallet_id())),
        with("typeStruct", json!({"params": []})),
        with("typeStruct", json!({"params": [{"name": "a", "type": "uint", "index": 1}]})),
        with("typeStruct", json!({})),
    ] {
        let declaration = api.declaration("f", json!([input]));
        let (status, _) = api.ask(Method::POST, &api.business("/methods"), Some(declaration)).await;
        assert_eq!(status, 422, "{input}");
    }
    assert_eq!(api.get(&api.business("/methods")).await["totalResults"], 1);
}

#[tokio::test]
async fn structs_of_structs_do_not_grow_without_bounds() {
    let api = Api::start().await;
    let sixty_four = |mut field: Value| -> Value {
        let fields = (0..64).map(|index| {
            field["name"] = json!(format!("f{index}"));
            field["index"] = json!(index);
            field.clone()
        });
        json!([{"name": "s", "type": "struct", "index": 0, "typeStruct": {"params": fields.collect::<Vec<_>>()}}])
    };
    let path = api.business("/methods");
    let small = api.post(&path, api.declaration("f", sixty_four(json!({"type": "bool"})))).await;
    let again = json!({"type": "struct", "typeStructId": small["inputs"][0]["typeStructId"]});
    let large = api.post(&path, api.declaration("f", sixty_four(again))).await;

    let twice = json!([{
        "name": "s", "type": "struct", "index": 0, "isArray": true, "arraySize": 2,
        "typeStructId": large["inputs"][0]["typeStructId"],
    }]);
    let (status, answer) = api.ask(Method::POST, &path, Some(api.declaration("f", twice))).await;
    assert_eq!((status, &answer["message"]), (422, &json!("inputs are made of too many values")));
}
