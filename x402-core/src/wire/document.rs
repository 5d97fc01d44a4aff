//! Reading and writing one document.

use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, DeserializeSeed as _},
};
use serde_json::value::RawValue;

use super::strict::NoDuplicates;
use crate::version::X402Version;

/// Why a document could not be read.
///
/// The message names the document and the member, and shows no more than a few characters of untrusted text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the {document}: {at}{message}")]
pub struct DecodeError {
    document: &'static str,
    kind: DecodeErrorKind,
    at: String,
    message: String,
}

/// What kind of fault a [`DecodeError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The header is not base64.
    Base64,
    /// Not JSON, or JSON with a duplicate member.
    Json,
    /// JSON of another shape.
    Shape,
    /// An `x402Version` that this crate does not speak, or that does not fit where it stands.
    Version,
}

impl DecodeError {
    pub(crate) fn new(document: &'static str, kind: DecodeErrorKind, message: impl Into<String>) -> Self {
        Self { document, kind, at: String::new(), message: message.into() }
    }

    /// The kind of fault.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }
}

/// How much of serde's message is shown: it quotes the offending value whole.
const SHOWN: usize = 160;

/// A document's parts are read one by one from their text; this knows which document it is.
#[derive(Clone, Copy)]
pub(super) struct Document(pub(super) &'static str);

impl Document {
    /// Reads JSON, refusing duplicate members.
    pub(super) fn parse(self, json: &[u8]) -> Result<&RawValue, DecodeError> {
        self.parse_with(NoDuplicates::Exact, json)
    }

    /// Reads JSON that goes on to somebody else.
    pub(super) fn parse_to_pass_on(self, json: &[u8]) -> Result<&RawValue, DecodeError> {
        self.parse_with(NoDuplicates::AnyCase, json)
    }

    fn parse_with(self, strictness: NoDuplicates, json: &[u8]) -> Result<&RawValue, DecodeError> {
        let fail = |error: serde_json::Error| self.fail(DecodeErrorKind::Json, "", &error.to_string());
        // First, so that what follows the document is found too.
        let raw = serde_json::from_slice(json).map_err(fail)?;
        strictness.deserialize(&mut serde_json::Deserializer::from_slice(json)).map_err(fail)?;
        Ok(raw)
    }

    /// Reads one part of the document; `at` is where it stands.
    pub(super) fn read<'a, T: Deserialize<'a>>(self, at: &str, raw: &'a RawValue) -> Result<T, DecodeError> {
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = match (at, error.path().to_string()) {
                ("", path) if path == "." => String::new(),
                ("", path) => format!("{path}: "),
                (at, path) if path == "." => format!("{at}: "),
                (at, path) => format!("{at}.{path}: "),
            };
            self.fail(DecodeErrorKind::Shape, &path, &error.inner().to_string())
        })
    }

    /// Reads a document that is read whole.
    pub(super) fn read_all<T: DeserializeOwned>(self, json: &[u8]) -> Result<T, DecodeError> {
        self.read("", self.parse(json)?)
    }

    pub(super) fn fail(self, kind: DecodeErrorKind, at: &str, message: &str) -> DecodeError {
        // serde_json ends with a position in the part, which means nothing to whoever sees the whole.
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = match message.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
            None => message.to_owned(),
        };
        DecodeError { document: self.0, kind, at: at.to_owned(), message: message.escape_debug().to_string() }
    }

    /// The document's `x402Version`.
    pub(super) fn version(self, raw: &RawValue) -> Result<X402Version, DecodeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Versioned {
            x402_version: u64,
        }

        let Versioned { x402_version } = self.read("", raw)?;
        X402Version::try_from(x402_version).map_err(|error| self.fail(DecodeErrorKind::Version, "", &error.to_string()))
    }
}

/// Writes JSON.
///
/// Infallible: every document is built of strings, numbers and objects with string keys.
pub(super) fn to_json(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

/// The entries that can be read. One that cannot is a way to pay that this client does not know; only if none can be
/// read is the offer at fault.
pub(super) fn readable<T>(entries: impl Iterator<Item = Result<T, DecodeError>>) -> Result<Vec<T>, DecodeError> {
    let mut read = Vec::new();
    let mut fault = None;
    for entry in entries {
        match entry {
            Ok(entry) => read.push(entry),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    match fault {
        Some(error) if read.is_empty() => Err(error),
        _ => Ok(read),
    }
}
