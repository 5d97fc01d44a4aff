//! What was asked for, on its way to stdout.

use std::io::{self, ErrorKind, Write as _};

use bytes::Bytes;
use reqwest::Response;
use x402_core::error::chain;

/// Why not all of it arrived.
pub(crate) enum Broken {
    /// The server's side.
    Answer(String),
    /// Ours.
    Stdout(String),
}

/// Writes the content to stdout as it comes, or keeps it whole, to be printed as JSON.
///
/// A reader that stopped reading, as `head` does, is no error.
pub(crate) async fn take(mut response: Response, keep: bool) -> Result<Bytes, Broken> {
    if keep {
        return response.bytes().await.map_err(|error| Broken::Answer(chain(&error)));
    }
    while let Some(piece) = response.chunk().await.map_err(|error| Broken::Answer(chain(&error)))? {
        match write(&piece) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => return Err(Broken::Stdout(error.to_string())),
        }
    }
    Ok(Bytes::new())
}

/// Writes to stdout.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}
