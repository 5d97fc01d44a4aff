//! Webhooks over HTTP, below `/_sandbox/webhooks`: see [`faults::admin`](crate::sandbox::faults::admin).

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::handle::SandboxWebhooks;
use super::shape::WebhookShape;
use super::switches::Injected;
use crate::sandbox::extract::{DeclaredBody, Query};
use crate::sandbox::failure::Failure;
use crate::sandbox::faults::{Full, MAX_FAULTS};
use crate::sandbox::shared::Shared;
use crate::webhook::CanonicalForm;

/// What an endpoint of the administration answers.
pub(in crate::sandbox) type Answer = Result<Json<Value>, Failure>;

pub(in crate::sandbox) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(switches).post(switch))
        .route("/faults", post(inject).delete(clear))
        .route("/rotate", post(rotate))
        .route("/deliveries", get(deliveries))
}

/// That what was asked is done.
pub(in crate::sandbox) fn done() -> Answer {
    Ok(Json(json!({"success": true})))
}

async fn switches(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let switches = &shared.state().webhooks.switches;
    Json(json!({"shape": switches.shape, "form": switches.form, "faults": switches.faults()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    shape: Option<WebhookShape>,
    form: Option<CanonicalForm>,
}

async fn switch(State(shared): State<Arc<Shared>>, DeclaredBody(wanted): DeclaredBody<Switch>) -> Answer {
    let webhooks = SandboxWebhooks::new(&shared);
    if let Some(shape) = wanted.shape {
        webhooks.set_shape(shape);
    }
    if let Some(form) = wanted.form {
        webhooks.set_form(form);
    }
    done()
}

async fn inject(State(shared): State<Arc<Shared>>, DeclaredBody(fault): DeclaredBody<Injected>) -> Answer {
    let full = |Full| Failure::invalid("body", "", format!("the sandbox holds no more than {MAX_FAULTS} of these"));
    shared.state().webhooks.switches.inject(fault).map_err(full)?;
    done()
}

async fn clear(State(shared): State<Arc<Shared>>) -> Answer {
    SandboxWebhooks::new(&shared).clear();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    url: String,
}

async fn rotate(State(shared): State<Arc<Shared>>, DeclaredBody(wanted): DeclaredBody<Rotation>) -> Answer {
    if SandboxWebhooks::new(&shared).rotate(&wanted.url) {
        return done();
    }
    Err(Failure::invalid("body", "url", "no webhook endpoint has this URL"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    #[serde(default)]
    settled: bool,
}

async fn deliveries(State(shared): State<Arc<Shared>>, Query(wait): Query<Wait>) -> Json<Value> {
    let webhooks = SandboxWebhooks::new(&shared);
    let deliveries = if wait.settled { webhooks.settled().await } else { webhooks.deliveries() };
    Json(json!({"deliveries": deliveries}))
}
