//! Being told to stop.

use std::{future::Future, io};

/// Listens for the signals that ask the process to stop, from now on, and ends with the first of them. Requests under
/// way are answered first.
///
/// # Errors
///
/// If the system does not let it.
#[cfg(unix)]
pub fn signals() -> io::Result<impl Future<Output = ()>> {
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
///
/// # Errors
///
/// None on this system.
#[cfg(not(unix))]
pub fn signals() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
