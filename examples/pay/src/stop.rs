//! Being told to stop, with a payment on its way.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use x402_core::client::SignedPayment;

use crate::{
    arguments::Plan,
    outcome::{Outcome, Told},
};

/// The payment that was signed, for whoever has to say what became of it.
#[derive(Default)]
pub(crate) struct Sent(Mutex<Option<(SignedPayment, Told)>>);

impl Sent {
    pub(crate) fn signed(&self, payment: &SignedPayment) {
        self.tell(payment, Told::of(payment));
    }

    pub(crate) fn tell(&self, payment: &SignedPayment, told: Told) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((payment.clone(), told));
    }

    /// What is to be said when the program stops here; nothing if no payment is on its way.
    pub(crate) fn stopped(&self, plan: &Plan) -> Option<Outcome> {
        let why = "interrupted".to_owned();
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((payment, told)) => {
                Some(Outcome::Unknown { why, payment: Some(Box::new(payment.clone())), told: told.clone() })
            }
            None if plan.payment.is_some() => Some(Outcome::Unknown { why, payment: None, told: Told::sent() }),
            None => None,
        }
    }
}

/// Ends when the process is told to stop, by Ctrl-C or by a supervisor.
#[cfg(unix)]
pub(crate) fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when the process is interrupted.
#[cfg(not(unix))]
pub(crate) fn signals() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
