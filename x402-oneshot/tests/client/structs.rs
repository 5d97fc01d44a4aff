//! The struct endpoints.

use serde_json::{Value, json};
use x402_oneshot::api::{MethodParam, ParamStruct, ParamType, UpdateParam};
use x402_oneshot::{ParamId, StructId};

use crate::support::{ID, Script, answer};

const STRUCT: &str = include_str!("../fixtures/struct.json");
const OTHER: &str = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";

fn id() -> StructId {
    ID.parse().unwrap()
}

fn param() -> ParamId {
    OTHER.parse().unwrap()
}

fn only(script: &Script) -> (String, Value) {
    let call = script.only_call();
    (call.line, serde_json::from_str(&call.body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_struct_is_renamed_and_read() {
    let script = Script::new().call(answer(200, STRUCT));
    let read = script.client().structs().rename(id(), "Order é").await.unwrap();
    assert_eq!(only(&script), (format!("PUT /v0/structs/{ID}"), json!({"name": "Order é"})));
    assert_eq!(read.id.unwrap().to_string(), "100d2e83-dddd-480d-88ad-74a71c214912");
    assert_eq!((read.updated_seconds, read.created_seconds), (Some(1_767_225_600), Some(1_767_225_000)));
    assert_eq!((read.params[0].struct_id, read.params[0].fixed_value()), (read.id, Some("5")));
}

#[tokio::test(start_paused = true)]
async fn a_member_is_added_at_the_place_it_is_given_and_says_each_thing_once() {
    // As it came from another method: under the name of the other clients, and with ids that are not sent.
    let old: MethodParam = serde_json::from_value(json!({
        "id": OTHER, "structId": OTHER, "name": "s", "type": "struct", "index": 7, "value": "{}",
        "typeStructId": OTHER, "typeStruct": {"params": [{"name": "a", "type": "bool", "index": 0}]},
    }))
    .unwrap();
    let script = Script::new().call(answer(200, STRUCT));
    script.client().structs().add_param(id(), 2, old).await.unwrap();
    let sent = json!({"name": "s", "type": "struct", "index": 2, "typeStructId": OTHER, "staticValue": "{}"});
    assert_eq!(only(&script), (format!("POST /v0/structs/{ID}/params"), sent));
}

#[tokio::test(start_paused = true)]
async fn members_are_changed_by_what_was_set_and_nothing_else() {
    let point = || ParamStruct::new().param(MethodParam::new("x", ParamType::Int));
    for (update, sent) in [
        (UpdateParam::new(param()), json!({})),
        (
            UpdateParam::new(param()).name("n").description("d é").index(3),
            json!({"name": "n", "description": "d é", "index": 3}),
        ),
        (UpdateParam::new(param()).kind(ParamType::Bytes).size(32), json!({"type": "bytes", "typeSize": 32})),
        (UpdateParam::new(param()).decimals(6).array(false), json!({"typeSize2": 6, "isArray": false})),
        (UpdateParam::new(param()).fixed_array(4), json!({"isArray": true, "arraySize": 4})),
        (UpdateParam::new(param()).static_value("5"), json!({"staticValue": "5"})),
        (
            UpdateParam::new(param()).new_struct(point()).known_struct(id()),
            json!({"type": "struct", "typeStructId": ID}),
        ),
        (
            UpdateParam::new(param()).known_struct(id()).new_struct(point()),
            json!({"type": "struct", "typeStruct": {"params": [{"name": "x", "type": "int", "index": 0}]}}),
        ),
    ] {
        let mut sent = sent;
        sent["id"] = json!(OTHER);
        let script = Script::new().call(answer(200, STRUCT));
        script.client().structs().update_params(id(), &[update]).await.unwrap();
        assert_eq!(only(&script), (format!("PUT /v0/structs/{ID}/params"), json!({"updates": [sent]})));
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_is_removed_once_whatever_happens() {
    let script = Script::new().call(answer(503, ""));
    let error = script.client().structs().remove_param(id(), param()).await.unwrap_err();
    assert!(error.may_have_acted());
    let call = script.only_call();
    assert_eq!((call.line, call.body), (format!("DELETE /v0/structs/{ID}/params/{OTHER}"), String::new()));
}
