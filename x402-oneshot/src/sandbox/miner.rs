//! The passing of blocks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::shared::Shared;

/// Takes each queued transaction through its block: broadcast after a quarter of the block time, mined at its end.
///
/// Sleeps while nothing is queued and no script goes by blocks; ends when the sandbox closes.
pub(super) async fn run(shared: Arc<Shared>, block_time: Duration, mut open: watch::Receiver<()>) {
    let broadcast = block_time / 4;
    let blocks = async {
        loop {
            shared.queued.notified().await;
            sleep(broadcast).await;
            shared.submit();
            sleep(block_time.saturating_sub(broadcast)).await;
            shared.mine();
        }
    };
    tokio::select! {
        () = blocks => {}
        _ = open.changed() => {}
    }
}
