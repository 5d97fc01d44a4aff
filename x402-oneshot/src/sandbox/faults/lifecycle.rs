//! Lives of transactions other than the usual one.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What a transaction says of itself, answer by answer, and how it ends.
///
/// Stages are counted in answers of `GET /transactions/{id}`; `execute` itself always answers `Pending`. A transaction
/// that is in none of its stages any more goes the usual way: it is broadcast, mined and executed, unless another end
/// was chosen. Nothing but that execution makes it `Completed`.
///
/// Where the endpoint itself waits for the end, which `/x402/settle` and `authorizePermit2` do, nobody asks: there
/// stages are counted in blocks, and answers of `GET /transactions/{id}` do not count.
///
/// ```
/// use x402_oneshot::sandbox::faults::Lifecycle;
///
/// // Pending twice, then Retrying three times, then Submitted with another hash, then mined.
/// let stuck = Lifecycle::new().pending(2).retrying(3);
/// let lost = Lifecycle::new().submitted(1).forever();
/// let odd = Lifecycle::new().saying("Dropped", 1);
/// let refused = Lifecycle::new().failed("Transaction reverted");
/// # let _ = (stuck, lost, odd, refused);
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a lifecycle does nothing until transactions are given it"]
pub struct Lifecycle {
    #[serde(default)]
    stages: VecDeque<Stage>,
    #[serde(default)]
    end: End,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "WireStage")]
struct Stage {
    status: String,
    polls: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireStage {
    status: String,
    polls: u32,
}

impl TryFrom<WireStage> for Stage {
    type Error = &'static str;

    fn try_from(WireStage { status, polls }: WireStage) -> Result<Self, Self::Error> {
        match is_final(&status) {
            true => Err("a stage is not Completed or Failed: those are ends"),
            false => Ok(Self { status, polls }),
        }
    }
}

fn is_final(status: &str) -> bool {
    matches!(status, "Completed" | "Failed")
}

/// How a scripted transaction ends.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::sandbox) enum End {
    /// Given up, with a reason or without; never executed.
    Failed { reason: Option<String> },
    /// Not at all: it stays in its last stage.
    Forever,
    /// The chain says how.
    #[default]
    Mined,
    /// Somebody else has the same call executed first, in the same block.
    Raced,
}

impl Lifecycle {
    /// The usual life.
    pub fn new() -> Self {
        Self::default()
    }

    /// `Pending`, without a hash, for so many answers.
    pub fn pending(self, polls: u32) -> Self {
        self.stage("Pending", polls)
    }

    /// `Retrying` for so many answers. Its hash is not the one it has afterwards.
    pub fn retrying(self, polls: u32) -> Self {
        self.stage("Retrying", polls)
    }

    /// `Submitted`, with a hash, for so many answers.
    pub fn submitted(self, polls: u32) -> Self {
        self.stage("Submitted", polls)
    }

    /// A status that no client knows, for so many answers.
    ///
    /// # Panics
    ///
    /// If it is `Completed` or `Failed`: a transaction says that only when it is true.
    pub fn saying(self, status: &str, polls: u32) -> Self {
        assert!(!is_final(status), "Completed and Failed are ends and no stages");
        self.stage(status, polls)
    }

    /// Never leaves its last stage, and is never executed.
    pub fn forever(self) -> Self {
        Self { end: End::Forever, ..self }
    }

    /// `Failed` with this reason in the end, and never executed.
    pub fn failed(self, reason: &str) -> Self {
        Self { end: End::Failed { reason: Some(reason.to_owned()) }, ..self }
    }

    /// `Failed` in the end and no reason told; never executed.
    pub fn failed_without_reason(self) -> Self {
        Self { end: End::Failed { reason: None }, ..self }
    }

    /// Somebody else has the same call executed first, in the same block: what `test` found good then reverts, because
    /// the authorization's nonce is spent.
    ///
    /// The race is run on the chain. So the money of a transfer arrives, once, by the other transaction.
    pub fn raced(self) -> Self {
        Self { end: End::Raced, ..self }
    }

    fn stage(mut self, status: &str, polls: u32) -> Self {
        self.stages.push_back(Stage { status: status.to_owned(), polls });
        self
    }
}

/// A lifecycle as far as one transaction has lived it.
#[derive(Default)]
pub(in crate::sandbox) struct Playing(Lifecycle);

impl From<Lifecycle> for Playing {
    fn from(mut script: Lifecycle) -> Self {
        script.stages.retain(|stage| stage.polls > 0);
        Self(script)
    }
}

impl Playing {
    /// Whether the transaction may go on: be broadcast, mined and executed.
    pub(in crate::sandbox) fn is_released(&self) -> bool {
        self.0.stages.is_empty() && self.0.end != End::Forever
    }

    pub(in crate::sandbox) const fn end(&self) -> &End {
        &self.0.end
    }

    /// Whether it is in its last stage and never leaves it.
    pub(in crate::sandbox) fn is_stuck(&self) -> bool {
        self.0.end == End::Forever && self.0.stages.len() <= 1
    }

    /// What the status is from now on, if a stage has it.
    pub(in crate::sandbox) fn next_status(&mut self) -> Option<String> {
        let lasting = self.is_stuck();
        let stage = self.0.stages.front_mut()?;
        let status = stage.status.clone();
        if !lasting {
            stage.polls -= 1;
            if stage.polls == 0 {
                self.0.stages.pop_front();
            }
        }
        Some(status)
    }
}
