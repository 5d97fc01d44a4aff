//! The JSON of both protocol versions, in and out of the one model.
//!
//! The two codecs differ where the versions do; the functions here choose between them by the document's
//! `x402Version`. Reading is strict where money hangs on it and lenient where it does not: a member that
//! stands twice is refused (two readers could see two documents), numbers where the protocol has strings are refused,
//! `null` is an absent member, unknown members are kept. `null` is never written.
//!
//! ```
//! use x402_core::{X402Version, wire};
//!
//! let error = wire::decode_payment_payload(br#"{"x402Version":2,"accepted":{},"accepted":{}}"#).unwrap_err();
//! assert!(error.to_string().contains("duplicate member `accepted`"), "{error}");
//! ```

mod field;
mod strict;

mod document;
mod exact;

mod v1;
mod v2;

mod answers;
mod decode;

pub(crate) use self::decode::decode_payment_required_in;
pub use self::{
    answers::{
        decode_settle_response, decode_supported_response, decode_verify_response, encode_settle_response,
        encode_supported_response, encode_verify_response,
    },
    decode::{
        decode_facilitator_request, decode_payment_payload, decode_payment_required, encode_facilitator_request,
        encode_payment_payload, encode_payment_required,
    },
    document::{DecodeError, DecodeErrorKind},
};
