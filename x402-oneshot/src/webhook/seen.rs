//! What was delivered before, as far as memory goes.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::api::EventName;
use crate::id::TransactionId;
use crate::webhook::event::Event;

/// What two deliveries of one event have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    /// Each attempt is signed anew, so a transaction's event is known by its name.
    Execution(EventName, TransactionId),
    /// Other events have no identifier; only the very same delivery is known again.
    Signature([u8; 64]),
}

impl Mark {
    pub(super) fn of(event: &Event, transaction: Option<TransactionId>, signature: [u8; 64]) -> Self {
        match transaction {
            Some(id) => Self::Execution(event.name.clone(), id),
            None => Self::Signature(signature),
        }
    }
}

/// The last so many marks. Only what was verified gets in, so that forgeries push nothing out.
#[derive(Debug)]
pub(super) struct Seen {
    capacity: usize,
    marks: Mutex<Marks>,
}

#[derive(Debug, Default)]
struct Marks {
    set: HashSet<Mark>,
    order: VecDeque<Mark>,
}

impl Seen {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, marks: Mutex::default() }
    }

    /// Remembers a mark, and says whether it was there: one step, so that of two at a time one is the first.
    pub(super) fn check_and_insert(&self, mark: Mark) -> bool {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if !marks.set.insert(mark.clone()) {
            return true;
        }
        marks.order.push_back(mark);
        if marks.order.len() > self.capacity
            && let Some(oldest) = marks.order.pop_front()
        {
            marks.set.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first_and_memory_is_bounded() {
        let seen = Seen::new(2);
        let mark = |n: u8| Mark::Signature([n; 64]);
        assert!(!seen.check_and_insert(mark(1)));
        assert!(!seen.check_and_insert(mark(2)));
        assert!(seen.check_and_insert(mark(1)));
        assert!(!seen.check_and_insert(mark(3)));
        assert!(!seen.check_and_insert(mark(1)), "1 was the oldest");
        assert!(seen.check_and_insert(mark(3)));
        let marks = seen.marks.lock().unwrap();
        assert_eq!((marks.set.len(), marks.order.len()), (2, 2));
    }

    #[test]
    fn nothing_is_remembered_without_capacity() {
        let seen = Seen::new(0);
        let mark = Mark::Execution(EventName::TransactionExecutionSuccess, TransactionId::new(uuid::Uuid::nil()));
        assert!(!seen.check_and_insert(mark.clone()));
        assert!(!seen.check_and_insert(mark));
    }
}
