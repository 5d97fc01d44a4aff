//! What contracts log.

use alloy_dyn_abi::{DynSolValue, EventExt};
use alloy_json_abi::Event;
use alloy_primitives::{B256, Log};

use super::{smart_account, token};

/// The events that the contracts of the sandbox declare.
pub(super) fn declared() -> impl Iterator<Item = &'static Event> {
    token::ARTIFACT.abi.events().chain(smart_account::ARTIFACT.abi.events())
}

/// The event whose logs have this first topic, if it is declared.
pub(super) fn event(topic: B256) -> Option<&'static Event> {
    declared().find(|event| event.selector() == topic)
}

/// A log's arguments in the order of their declaration; `None` if it is not of that event.
pub(super) fn arguments(event: &Event, log: &Log) -> Option<Vec<DynSolValue>> {
    let decoded = event.decode_log(log).ok()?;
    // The decoder sorts them apart.
    let (mut indexed, mut body) = (decoded.indexed.into_iter(), decoded.body.into_iter());
    event.inputs.iter().map(|input| if input.indexed { indexed.next() } else { body.next() }).collect()
}
