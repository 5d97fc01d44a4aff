//! A map that is bounded in number and time.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use x402_core::UnixSeconds;

/// Keeps values until a time, and no more than so many: when there is no room the oldest go.
pub(super) struct Bounded<K, V> {
    capacity: usize,
    slots: HashMap<K, Slot<V>>,
    /// In the order of arrival. A key whose value is gone stays here until it is swept.
    arrivals: VecDeque<(u64, K)>,
    arrived: u64,
}

struct Slot<V> {
    arrival: u64,
    keep_until: UnixSeconds,
    value: V,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { capacity, slots: HashMap::new(), arrivals: VecDeque::new(), arrived: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Keeps a value, and gives back what had to go for it.
    #[must_use = "what goes may run code of its own when it is dropped"]
    pub(super) fn insert(&mut self, key: K, value: V, keep_until: UnixSeconds, now: UnixSeconds) -> Vec<V> {
        self.arrived += 1;
        let arrival = self.arrived;
        self.arrivals.push_back((arrival, key.clone()));
        let replaced = self.slots.insert(key, Slot { arrival, keep_until, value });
        let mut gone: Vec<V> = replaced.into_iter().map(|slot| slot.value).collect();
        while let Some((arrival, key)) = self.arrivals.front() {
            let slot = self.slots.get(key).filter(|slot| slot.arrival == *arrival);
            let is_live = slot.is_some_and(|slot| slot.keep_until >= now);
            if is_live && self.slots.len() <= self.capacity {
                break;
            }
            let is_there = slot.is_some();
            if let Some((_, key)) = self.arrivals.pop_front() {
                gone.extend(is_there.then(|| self.slots.remove(&key)).flatten().map(|slot| slot.value));
            }
        }
        gone
    }

    /// The value, if it is still to be kept.
    pub(super) fn get_mut(&mut self, key: &K, now: UnixSeconds) -> Option<&mut V> {
        self.slots.get_mut(key).filter(|slot| slot.keep_until >= now).map(|slot| &mut slot.value)
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.slots.remove(key).map(|slot| slot.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds::from_secs(seconds)
    }

    #[test]
    fn it_is_bounded_in_number_and_the_oldest_go() {
        let mut kept = Bounded::with_capacity(2);
        assert!(kept.insert(1, "a", at(100), at(0)).is_empty());
        assert!(kept.insert(2, "b", at(100), at(0)).is_empty());
        assert_eq!(kept.insert(3, "c", at(100), at(0)), ["a"]);
        assert_eq!(kept.insert(3, "d", at(100), at(0)), ["c"], "replaced");
        assert_eq!((kept.len(), kept.remove(&1), kept.remove(&3)), (2, None, Some("d")));
    }

    #[test]
    fn it_is_bounded_in_time_and_leaves_nothing_behind() {
        let mut kept = Bounded::with_capacity(100);
        for key in 0..100 {
            assert!(kept.insert(key, key, at(10), at(0)).is_empty());
        }
        assert!(kept.get_mut(&7, at(10)).is_some());
        assert!(kept.get_mut(&7, at(11)).is_none());
        assert_eq!(kept.insert(200, 200, at(30), at(20)).len(), 100);
        for _ in 0..1000 {
            assert!(kept.insert(7, 7, at(30), at(20)).is_empty());
            kept.remove(&7);
        }
        assert_eq!(kept.insert(8, 8, at(50), at(40)), [200]);
        assert_eq!((kept.len(), kept.arrivals.len()), (1, 1), "arrivals of what is gone are swept");
    }

    #[test]
    fn with_no_capacity_nothing_is_kept() {
        let mut kept = Bounded::with_capacity(0);
        assert_eq!(kept.insert(1, "a", at(100), at(0)), ["a"]);
        assert_eq!(kept.len(), 0);
    }
}
