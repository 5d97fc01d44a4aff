//! What a holder does with its claim.

use x402_core::claim::ClaimState;

/// A change to a claim by its holder, to be written at once or when Redis is back. None at all renews the lease.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub(super) state: Option<ClaimState>,
    pub(super) let_go: Option<LetGo>,
}

/// How a claim is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetGo {
    /// Its holder was dropped: what was settling is unknown.
    Abandon,
    /// Nothing was asked that could move money.
    Release,
}

impl Change {
    pub(super) const fn to(state: ClaimState) -> Self {
        Self { state: Some(state), let_go: None }
    }

    pub(super) const fn let_go(how: LetGo) -> Self {
        Self { state: None, let_go: Some(how) }
    }

    /// This change, and then that one. Who releases a claim knows more than who drops it afterwards.
    pub(super) fn then(self, later: Self) -> Self {
        Self { state: later.state.or(self.state), let_go: self.let_go.or(later.let_go) }
    }

    /// Whether the claim has no holder afterwards.
    pub(super) const fn ends(&self) -> bool {
        self.let_go.is_some() || matches!(self.state, Some(ClaimState::Delivered | ClaimState::Rejected(_)))
    }

    pub(super) const fn is_nothing(&self) -> bool {
        self.state.is_none() && self.let_go.is_none()
    }

    /// What is still to be written when writing failed. Not that the facilitator is being asked: it is not, since
    /// whoever was told that this cannot be written does not ask.
    pub(super) fn worth_keeping(mut self) -> Self {
        self.state = self.state.filter(|state| *state != ClaimState::Settling);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_not_weakened_by_the_drop_that_follows() {
        let both = Change::let_go(LetGo::Release).then(Change::let_go(LetGo::Abandon));
        assert_eq!(both.let_go, Some(LetGo::Release));
    }

    #[test]
    fn the_last_state_is_the_one_that_counts() {
        let both = Change::to(ClaimState::Unknown(None)).then(Change::to(ClaimState::Delivered));
        assert_eq!(both, Change::to(ClaimState::Delivered));
        assert!(both.ends());
    }
}
