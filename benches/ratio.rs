//! Comparing two ways of doing the same on a machine that is busy with other things too.
//!
//! Both sides run in short batches, in turn, so that whatever slows the machine down slows both. What counts is the
//! median of the ratios of neighbouring batches: a batch that was interrupted spoils one pair, not the result. Numbers
//! are integers: picoseconds, and ratios in thousandths.

use std::{fmt, hint::black_box, time::Duration};

/// How much to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pairs: usize,
    batch: Duration,
}

impl Effort {
    /// Some two seconds a comparison. A batch is shorter than a busy system's time slices, so that most are not cut.
    pub const FULL: Self = Self { pairs: 1501, batch: Duration::from_micros(500) };
    /// Everything runs once, and the numbers mean nothing.
    pub const SMOKE: Self = Self { pairs: 1, batch: Duration::ZERO };

    /// Full if cargo runs a bench, and a smoke test under `--test` and `cargo test`, as criterion has it.
    #[must_use]
    pub fn from_args() -> Self {
        let has = |flag: &str| std::env::args().any(|argument| argument == flag);
        if has("--bench") && !has("--test") { Self::FULL } else { Self::SMOKE }
    }

    /// The same with fewer and longer batches, for work in which many take part at once.
    #[must_use]
    pub const fn long(self) -> Self {
        if self.is_smoke() { self } else { Self { pairs: 201, batch: Duration::from_millis(10) } }
    }

    /// Whether the numbers mean nothing.
    #[must_use]
    pub const fn is_smoke(self) -> bool {
        self.pairs == Self::SMOKE.pairs
    }
}

/// One side of a comparison: prepares so many inputs, and says how long the work on them takes.
pub trait Side {
    /// Does the work so many times.
    fn time(&mut self, times: usize) -> Duration;
}

impl<S: FnMut(usize) -> Duration> Side for S {
    fn time(&mut self, times: usize) -> Duration {
        self(times)
    }
}

/// Work on nothing but what it holds.
pub fn plain<T>(mut work: impl FnMut() -> T) -> impl Side {
    move |times: usize| {
        stopwatch(|| {
            for _ in 0..times {
                black_box(work());
            }
        })
    }
}

/// Work that uses inputs up. Making them is not measured.
pub fn with_inputs<I>(mut input: impl FnMut() -> I, mut work: impl FnMut(Vec<I>)) -> impl Side {
    move |times: usize| {
        let inputs = (0..times).map(|_| input()).collect();
        stopwatch(|| work(inputs))
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn stopwatch(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// Picoseconds that the subject takes: the median.
    pub subject: u128,
    /// Picoseconds that the baseline takes: the median.
    pub baseline: u128,
    /// The subject's time over the baseline's, in thousandths: the median of the pairs.
    pub ratio: u128,
    /// The quartiles of that.
    pub quartiles: (u128, u128),
}

/// Compares a subject with a baseline.
pub fn compare(effort: Effort, subject: &mut impl Side, baseline: &mut impl Side) -> Comparison {
    let subject_times = calibrate(effort, subject);
    let baseline_times = calibrate(effort, baseline);
    let mut pairs = Vec::with_capacity(effort.pairs);
    for turn in 0..effort.pairs {
        let mut subject = || picoseconds(subject.time(subject_times), subject_times);
        let mut baseline = || picoseconds(baseline.time(baseline_times), baseline_times);
        // Whoever goes second finds the other's caches; so they take turns.
        pairs.push(if turn % 2 == 0 {
            let first = subject();
            (first, baseline())
        } else {
            let first = baseline();
            (subject(), first)
        });
    }
    let ratios = sorted(pairs.iter().map(|(subject, baseline)| subject * 1000 / (*baseline).max(1)));
    Comparison {
        subject: at(&sorted(pairs.iter().map(|pair| pair.0)), 2),
        baseline: at(&sorted(pairs.iter().map(|pair| pair.1)), 2),
        ratio: at(&ratios, 2),
        quartiles: (at(&ratios, 1), at(&ratios, 3)),
    }
}

/// How many times fill a batch.
fn calibrate(effort: Effort, side: &mut impl Side) -> usize {
    let mut times = 1;
    while side.time(times) < effort.batch {
        times *= 2;
    }
    times
}

fn picoseconds(took: Duration, times: usize) -> u128 {
    took.as_nanos() * 1000 / times as u128
}

fn sorted(numbers: impl Iterator<Item = u128>) -> Vec<u128> {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// The number so many quarters up; 0 of none.
fn at(sorted: &[u128], quarters: usize) -> u128 {
    sorted.get(sorted.len() * quarters / 4).copied().unwrap_or_default()
}

/// A row of a table: nanoseconds, the baseline's nanoseconds, the ratio and its quartiles.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = |thousandths: u128| format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        let tenths = |picoseconds: u128| format!("{}.{}", picoseconds / 1000, picoseconds % 1000 / 100);
        let (low, high) = self.quartiles;
        write!(
            f,
            "{:>12} {:>12} {:>9}   {}..{}",
            tenths(self.subject),
            tenths(self.baseline),
            decimal(self.ratio),
            decimal(low),
            decimal(high),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A side that takes so many nanoseconds, and every third time a hundred times as long.
    fn disturbed(nanos: u64) -> impl Side {
        let mut turn = 0_u64;
        move |times: usize| {
            turn += 1;
            let factor = if turn.is_multiple_of(3) { 100 } else { 1 };
            Duration::from_nanos(nanos * factor * times as u64)
        }
    }

    #[test]
    fn a_disturbance_of_a_third_of_the_batches_does_not_move_the_ratio() {
        let effort = Effort { pairs: 99, batch: Duration::from_micros(1) };
        let comparison =
            compare(effort, &mut disturbed(150), &mut |times: usize| Duration::from_nanos(times as u64 * 100));
        assert_eq!((comparison.subject, comparison.baseline, comparison.ratio), (150_000, 100_000, 1500));
    }

    #[test]
    fn a_row_has_nanoseconds_and_a_ratio() {
        let comparison = Comparison { subject: 71_240, baseline: 69_000, ratio: 1032, quartiles: (1004, 1100) };
        let row = comparison.to_string();
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["71.2", "69.0", "1.032", "1.004..1.100"]);
    }
}
