//! An event: the envelope that every webhook has, around data that depends on its name.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Number, Value};
use x402_core::time::UnixSeconds;

use crate::api::EventName;
use crate::codec::or_default;
use crate::webhook::execution::{Execution, Subject};

/// What a webhook says.
///
/// Reading one proves nothing: whoever knows the address of the webhook can write it. What a
/// [`Verifier`](super::Verifier) hands out is proved.
///
/// ```
/// use x402_oneshot::webhook::{Event, EventName, ExecutionOutcome};
///
/// let event: Event = serde_json::from_str(
///     r#"{
///         "eventName": "TransactionExecutionSuccess", "apiVersion": 0, "timestamp": 1767225600,
///         "data": {
///             "transactionId": "4b4bab2d-673d-4b91-8e09-f1402962cd3e",
///             "contractMethodId": "8a6e0804-2bd0-4672-b79d-d97027f90720", "chainId": "84532"
///         }
///     }"#,
/// )?;
/// assert_eq!(event.name, EventName::TransactionExecutionSuccess);
/// let execution = event.execution().ok_or("not about a transaction")?;
/// assert_eq!(execution.chain_id, Some(84532));
/// assert_eq!(execution.outcome, ExecutionOutcome::Succeeded);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Event {
    /// What has happened.
    #[serde(rename = "eventName")]
    pub name: EventName,
    /// When this delivery was signed; each attempt has its own.
    #[serde(deserialize_with = "moment")]
    pub timestamp: UnixSeconds,
    /// The version of the envelope; 0 so far.
    #[serde(default, deserialize_with = "or_default")]
    pub api_version: u64,
    /// The rest, as it came. [`execution`](Self::execution) reads that of transactions.
    #[serde(default)]
    pub data: Value,
}

impl Event {
    /// What it says of a transaction, whichever generation of the API wrote it; `None` if it is not
    /// about one, or does not say which.
    #[must_use]
    pub fn execution(&self) -> Option<Execution> {
        Execution::of(&self.name, &self.data)
    }

    /// Which transaction it is about, without the rest that it says of it.
    pub(super) fn subject(&self) -> Option<Subject> {
        Subject::of(&self.name, &self.data)
    }
}

/// Whole Unix seconds, which Python writes as `1767225600.0` if it had them as a float.
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<UnixSeconds, D::Error> {
    let number = Number::deserialize(from)?;
    let whole = |text: &str| text.strip_suffix(".0").and_then(|whole| whole.parse().ok());
    let seconds = number.as_u64().or_else(|| whole(&number.to_string()));
    seconds.map(UnixSeconds::from_secs).ok_or_else(|| D::Error::custom("not whole seconds"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_whole_seconds_since_1970() {
        let event = |timestamp: Value| {
            serde_json::from_value::<Event>(json!({ "eventName": "New", "timestamp": timestamp }))
                .map(|event| event.timestamp)
        };
        for good in [json!(1_767_225_600), json!(1_767_225_600.0)] {
            assert_eq!(event(good).unwrap(), UnixSeconds::from_secs(1_767_225_600));
        }
        for bad in [json!(-1), json!(1.5), json!("1767225600"), json!(null), json!(1e30)] {
            assert!(event(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_never_seen_and_data_of_any_shape_are_kept() {
        let event: Event =
            serde_json::from_str(r#"{"eventName":"MoonLanding","timestamp":1,"data":[7],"new":{}}"#).unwrap();
        assert_eq!(event.name, EventName::Other("MoonLanding".to_owned()));
        assert_eq!(event.data, json!([7]));
        assert_eq!(event.execution(), None);
    }
}
