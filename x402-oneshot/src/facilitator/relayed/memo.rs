//! The memo by which the execution of a payment is found again.

use alloy_primitives::Keccak256;
use x402_core::{FacilitatorRequest, exact::Authorization};

/// The memo of one payment.
///
/// Payer and nonce are what the token marks as spent, and what people look for. They do not say what was paid: one payer
/// can sign two transfers with one nonce, of which the token makes one, and show one transfer to two servers that know
/// nothing of each other. So the rest of what was signed is in it too, and what is sold for it, as a hash.
pub(super) fn memo(signed: &Authorization, request: &FacilitatorRequest) -> String {
    let mut terms = Keccak256::new();
    terms.update(signed.to);
    for number in [signed.value, signed.valid_after, signed.valid_before] {
        terms.update(number.to_be_bytes::<32>());
    }
    terms.update(&request.resource().url);
    format!("x402 payer={} nonce={} for={}", signed.from, signed.nonce, terms.finalize())
}
