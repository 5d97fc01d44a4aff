//! The sandbox's notion of now.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Unix time in seconds, asked for whenever it is needed.
pub(crate) type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The operating system's clock.
pub(super) fn system() -> Now {
    Arc::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the default clock; every other place takes one"
        )]
        let now = std::time::SystemTime::now();
        now.duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    })
}
