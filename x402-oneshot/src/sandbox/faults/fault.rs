//! What can go wrong with one request.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::Answer;
use super::edit::Edit;
use crate::sandbox::millis;

/// What goes wrong with one request.
///
/// Some faults can strike before the request is carried out or after. After is the crueller one: what the client takes
/// for a failure has been done.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// An answer of your choice, in the place of the endpoint's own.
    Answer(Answer),
    /// The head and half of the body of the endpoint's own answer, and then the connection is closed.
    CutBody,
    /// The endpoint's own answer, with changes to its JSON.
    Edit(Vec<Edit>),
    /// The status of the endpoint's own answer, and no body.
    EmptyBody,
    /// No answer, and no end of the connection either, until the client gives up or the sandbox closes.
    Hang {
        /// Whether the request is carried out first.
        #[serde(default)]
        after: bool,
    },
    /// The request is carried out at once, and its answer held back for this long, or until the sandbox closes; in
    /// JSON, milliseconds.
    #[serde(with = "millis")]
    Latency(Duration),
    /// `/x402/verify` and `/x402/settle` say no with this reason, in the form of the request's version. Nothing is
    /// carried out. Other endpoints answer as ever.
    Refusal(String),
    /// The connection is reset, and not a byte of an answer sent.
    Reset {
        /// Whether the request is carried out first.
        #[serde(default)]
        after: bool,
    },
    /// The endpoint's own answer, its body in ten pieces with this long before each; in JSON, milliseconds.
    #[serde(with = "millis")]
    SlowBody(Duration),
    /// The first half of the endpoint's own body, as if that were all of it.
    TruncatedBody,
}

/// Answers that are right in form and wrong in content, endpoint by endpoint.
impl Fault {
    /// For `POST /token`: says that the token is good for this many seconds, however long it really is.
    #[must_use]
    pub fn expires_in(seconds: i64) -> Self {
        Self::Edit(vec![Edit::replace("/expires_in", seconds)])
    }

    /// For `POST /token`: leaves out the scope, which one client requires.
    #[must_use]
    pub fn without_scope() -> Self {
        Self::Edit(vec![Edit::remove("/scope")])
    }

    /// For any list: nothing in it, as if there were no wallet or no method.
    #[must_use]
    pub fn nothing_listed() -> Self {
        Self::Edit(vec![Edit::replace("/response", json!([])), Edit::replace("/totalResults", 0)])
    }

    /// For a list of wallets: their balances are not told.
    #[must_use]
    pub fn unknown_balances() -> Self {
        Self::Edit(vec![Edit::replace("/response/*/accountBalanceDetails", None::<()>)])
    }

    /// For a list of wallets: their balances are zero, whatever they are on the chain.
    #[must_use]
    pub fn no_balances() -> Self {
        Self::Edit(vec![Edit::replace("/response/*/accountBalanceDetails/balance", "0")])
    }

    /// For `GET /x402/supported`: no kinds, as of an account without wallet or token.
    #[must_use]
    pub fn no_kinds() -> Self {
        Self::Edit(vec![Edit::replace("/kinds", json!([]))])
    }

    /// For `GET /x402/supported`: every kind is on this network.
    #[must_use]
    pub fn kinds_on(network: &str) -> Self {
        Self::Edit(vec![Edit::replace("/kinds/*/network", network)])
    }

    /// For `POST /x402/settle`: the transfer is made, and the answer says that it was not, for this reason.
    #[must_use]
    pub fn settled_but_denied(reason: &str) -> Self {
        Self::Edit(vec![
            Edit::replace("/success", false),
            Edit::replace("/error", reason),
            Edit::replace("/errorReason", reason),
        ])
    }

    /// For `POST /x402/settle` in v1: the protocol's names in the place of 1Shot's.
    #[must_use]
    pub fn names_of_the_protocol() -> Self {
        Self::Edit(vec![
            Edit::rename("/error", "/errorReason"),
            Edit::rename("/txHash", "/transaction"),
            Edit::rename("/networkId", "/network"),
        ])
    }

    /// For answers with one transaction: one of its two forms of the method's id only, the array or the other.
    #[must_use]
    pub fn method_id_once(as_array: bool) -> Self {
        Self::Edit(vec![Edit::remove(if as_array { "/contractMethodId" } else { "/contractMethodIds" })])
    }
}
