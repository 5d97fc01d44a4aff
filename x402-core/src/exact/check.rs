//! The local check: everything about a payment that needs no chain.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256, b256, keccak256};

use super::{Authorization, ExactPayload};
use crate::{
    domain::TokenDomain, network::Network, reason::Reason, signature::Signature, time::UnixSeconds,
    version::X402Version,
};

/// A payment that expires within this margin is refused: it would expire before it is on chain.
/// The reference facilitators have the same six seconds.
const EXPIRY_MARGIN: Duration = Duration::from_secs(6);

/// The longest that an authorization may still be valid, beyond the offer's own `maxTimeoutSeconds`: one day.
///
/// Clients use `maxTimeoutSeconds`, or an hour. A payment must be remembered until it expires, or it could be
/// presented again; one that is valid for years would have to be remembered for years.
pub const MAX_VALIDITY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest signature that is taken for a contract's. Those of wallets with several owners and of passkeys have some
/// hundred bytes.
const MAX_CONTRACT_SIGNATURE: usize = 4096;

/// What a signature ends with that names a factory to be called first
/// ([ERC-6492](https://eips.ethereum.org/EIPS/eip-6492)).
const COUNTERFACTUAL: B256 = b256!("0x6492649264926492649264926492649264926492649264926492649264926492");

/// The last moment at which [`check`] finds an authorization not to have expired.
pub(crate) fn last_good_moment(authorization: &Authorization) -> Option<UnixSeconds> {
    let expires = u64::try_from(authorization.valid_before).ok()?;
    expires.checked_sub(EXPIRY_MARGIN.as_secs()).map(UnixSeconds::from_secs)
}

/// What an `exact` payment must be, in the types of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what the scheme compares")]
pub struct Terms {
    /// The network that the token is on.
    pub network: Network,
    /// The token contract.
    pub asset: Address,
    /// Who must be paid.
    pub pay_to: Address,
    /// How much, exactly, in atomic units.
    pub value: U256,
    /// The offer's `maxTimeoutSeconds`.
    pub max_timeout: Duration,
    /// The token's EIP-712 domain.
    pub domain: TokenDomain,
}

/// Proof that a payment passed [`check`]: its signature is its payer's, and it pays the terms.
///
/// It says nothing about the chain: the payer may have no money, and the nonce may be spent.
#[derive(Debug)]
#[must_use]
pub struct Checked {
    payer: Address,
    nonce: B256,
    expires: UnixSeconds,
    identity: B256,
    is_proven: bool,
}

impl Checked {
    /// Who pays, and signed.
    #[must_use]
    pub const fn payer(&self) -> Address {
        self.payer
    }

    /// The authorization's nonce.
    #[must_use]
    pub const fn nonce(&self) -> B256 {
        self.nonce
    }

    /// From when on the transfer cannot happen any more.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.expires
    }

    /// What tells this payment from any other with its nonce: a hash of what is signed, and of the signature too, if
    /// nobody knows yet whose it is.
    pub(crate) const fn identity(&self) -> B256 {
        self.identity
    }

    /// Whether the payer is known to have signed; else they are only named.
    pub(crate) const fn is_proven(&self) -> bool {
        self.is_proven
    }
}

/// Checks a payment against the terms, cheapest question first: recipient, value, time window, signature
/// ([`exact` on EVM, verification](https://github.com/coinbase/x402/blob/main/specs/schemes/exact/scheme_exact_evm.md)).
///
/// `version` decides only which of the protocol's two codes names a wrong value.
///
/// # Errors
///
/// The protocol's code for the first thing that is wrong.
///
/// # Security
///
/// The terms are the server's own. The signature must be the payer's, over this token's domain, in its one canonical
/// form: 65 bytes with a low `s`.
pub fn check(payment: &ExactPayload, terms: &Terms, version: X402Version, now: UnixSeconds) -> Result<Checked, Reason> {
    let expires = fits(&payment.authorization, terms, version, now)?;
    let Authorization { from, nonce, .. } = payment.authorization;
    let hash = payment.authorization.signing_hash(&terms.domain);
    let signer = Signature::from_bytes(&payment.signature).and_then(|signature| signature.recover(hash));
    if signer != Ok(from) {
        return Err(Reason::INVALID_SIGNATURE);
    }
    Ok(Checked { payer: from, nonce, expires, identity: hash, is_proven: true })
}

/// Checks a payment of a contract wallet: all that [`check`] does, except that only the chain can tell whether the
/// signature is good ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)).
///
/// # Security
///
/// Whoever names a payer comes this far. What comes out is [not proven](Checked::is_proven), and nothing may be done for
/// it before somebody has asked the chain.
pub(crate) fn check_unproven(
    payment: &ExactPayload,
    terms: &Terms,
    version: X402Version,
    now: UnixSeconds,
) -> Result<Checked, Reason> {
    let expires = fits(&payment.authorization, terms, version, now)?;
    let signature = &payment.signature;
    if !(1..=MAX_CONTRACT_SIGNATURE).contains(&signature.len()) || signature.ends_with(COUNTERFACTUAL.as_slice()) {
        return Err(Reason::INVALID_SIGNATURE);
    }
    let Authorization { from, nonce, .. } = payment.authorization;
    let hash = payment.authorization.signing_hash(&terms.domain);
    let identity = keccak256([hash.as_slice(), signature].concat());
    Ok(Checked { payer: from, nonce, expires, identity, is_proven: false })
}

/// Whether what is signed pays the terms now; when it expires.
fn fits(signed: &Authorization, terms: &Terms, version: X402Version, now: UnixSeconds) -> Result<UnixSeconds, Reason> {
    if signed.to != terms.pay_to {
        return Err(Reason::RECIPIENT_MISMATCH);
    }
    if signed.value != terms.value {
        return Err(match version {
            X402Version::V1 => Reason::VALUE,
            X402Version::V2 => Reason::VALUE_MISMATCH,
        });
    }
    let latest = now.saturating_add(terms.max_timeout).saturating_add(MAX_VALIDITY);
    let expires = u64::try_from(signed.valid_before).map(UnixSeconds::from_secs).ok();
    let Some(expires) = expires.filter(|expires| (now.saturating_add(EXPIRY_MARGIN)..=latest).contains(expires)) else {
        return Err(Reason::VALID_BEFORE);
    };
    if signed.valid_after > U256::from(now.as_secs()) {
        return Err(Reason::VALID_AFTER);
    }
    Ok(expires)
}
