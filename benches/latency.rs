//! How long requests take: most of them, and the slowest.

use std::{fmt, time::Duration};

use tokio::time::Instant;

/// How long each of some requests took.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Adds one that began then, and is over.
    pub fn since(&mut self, start: Instant) {
        self.0.push(start.elapsed());
    }

    /// What so many in a hundred do not exceed; zero of none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).copied().unwrap_or_default()
    }

    /// This percentile over that of others, in thousandths.
    #[must_use]
    pub fn ratio(&self, others: &Self, percent: usize) -> u128 {
        self.percentile(percent).as_nanos() * 1000 / others.percentile(percent).as_nanos().max(1)
    }
}

/// Cells of a table: the median and the 99th percentile, in microseconds.
impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |took: Duration| format!("{}.{}", took.as_micros(), took.as_nanos() % 1000 / 100);
        write!(f, "{:>9} {:>9}", tenths(self.percentile(50)), tenths(self.percentile(99)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_request_in_a_thousand_is_beyond_the_99th_percentile() {
        let mut latencies = Latencies(vec![Duration::from_nanos(1_200); 999]);
        latencies.0.push(Duration::from_secs(1));
        let twice = Latencies(vec![Duration::from_nanos(2_400); 10]);
        assert_eq!(latencies.to_string().split_whitespace().collect::<Vec<_>>(), ["1.2", "1.2"]);
        assert_eq!(twice.ratio(&latencies, 99), 2000);
    }
}
