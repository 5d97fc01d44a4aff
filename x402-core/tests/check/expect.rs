//! What a payment is found to be.

use std::time::Duration;

use alloy_primitives::U256;
use x402_core::{Network, PaymentPayload, Reason, exact::Terms, server::Offers};

use crate::support::{BOTH, Draft, PAY_TO, PRICE, now, offers, usdc};

pub(crate) fn checked(draft: &Draft) -> Result<usize, Reason> {
    which(&offers(), &draft.payload())
}

/// Which offer is paid.
pub(crate) fn which(offers: &Offers, payload: &PaymentPayload) -> Result<usize, Reason> {
    let (offer, checked) = offers.check(payload, now())?;
    assert_eq!(checked.payer(), payload.exact().unwrap().authorization.from);
    assert_eq!(checked.nonce(), payload.exact().unwrap().authorization.nonce);
    Ok(offers.offers().iter().position(|of| std::ptr::eq(of, offer)).unwrap())
}

/// The same bend in both versions gives this code.
pub(crate) fn refused(bend: impl Fn(&mut Draft), code: &Reason) {
    for version in BOTH {
        assert_eq!(checked(&Draft::of(version).with(&bend)), Err(code.clone()), "{version}");
    }
}

pub(crate) fn terms() -> Terms {
    Terms {
        network: Network::BASE_SEPOLIA,
        asset: usdc().address(),
        pay_to: PAY_TO,
        value: U256::from(PRICE),
        max_timeout: Duration::from_secs(300),
        domain: usdc().domain(),
    }
}
