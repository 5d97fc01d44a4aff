//! What gas costs: the same in every block of every chain.

/// Wei per gas that every block asks for.
pub(super) const BASE_FEE: u64 = 1_000_000;

/// Wei per gas that the relayer adds for the proposer.
pub(super) const PRIORITY_FEE: u64 = 100_000;

/// Wei per gas that the relayer offers at most.
pub(super) const MAX_FEE: u64 = 2 * BASE_FEE + PRIORITY_FEE;
