//! Waiting for webhooks.

use uuid::Uuid;

use super::fault::WebhookFault;
use super::registry::Webhooks;
use crate::sandbox::shared::{Shared, State as World};

/// Waits until the webhooks are as they should be, or the sandbox closes.
pub(super) async fn until(shared: &Shared, ready: impl Fn(&Webhooks) -> bool) {
    loop {
        let mut carried = std::pin::pin!(shared.carried.notified());
        // From here on no change is missed.
        carried.as_mut().enable();
        if ready(&shared.state().webhooks) {
            return;
        }
        tokio::select! {
            () = carried => {}
            () = shared.closed() => return,
        }
    }
}

/// To be awaited between queueing a transaction and answering: with the fault of early webhooks on, mines now and lets
/// the transaction's webhooks go first.
pub(in crate::sandbox) async fn let_webhooks_pass(shared: &Shared, transaction: Uuid) {
    let now = shared.now();
    let early = {
        let World { webhooks, entropy, .. } = &mut *shared.state();
        webhooks.switches.strike(WebhookFault::early, now, entropy)
    };
    if early.is_none() {
        return;
    }
    shared.submit();
    shared.mine();
    until(shared, |webhooks| {
        let mut of_it = webhooks.deliveries.iter().filter(|it| it.view.transaction_id == Some(transaction));
        of_it.all(|delivery| delivery.view.status.is_final() || !delivery.view.attempts.is_empty())
    })
    .await;
}
