//! What 1Shot says that an account can settle.

use x402_core::Asset;

use super::super::{ProvisionError, dialect};
use crate::api::{X402Kind, X402Supported, X402Token};

/// Fails unless an account can settle payments in a token.
pub(super) fn check(said: &X402Supported, asset: &Asset) -> Result<(), ProvisionError> {
    if said.kinds.iter().all(|kind| kind.tokens.is_empty()) {
        return Err(ProvisionError::NothingListed);
    }
    let network = asset.network();
    let fits = |kind: &&X402Kind| {
        kind.scheme == "exact" && (1..=2).contains(&kind.x402_version) && dialect::is_network(&kind.network, &network)
    };
    let is_it = |token: &&X402Token| token.contract_address == Some(asset.address());
    let Some(token) = said.kinds.iter().filter(fits).flat_map(|kind| &kind.tokens).find(is_it) else {
        let symbol = asset.symbol().to_owned();
        return Err(ProvisionError::NotListed { network, symbol, asset: asset.address() });
    };
    match token.decimals {
        // Prices would be off by powers of ten.
        Some(decimals) if decimals != u64::from(asset.decimals()) => Err(ProvisionError::OtherDecimals {
            symbol: asset.symbol().to_owned(),
            ours: asset.decimals(),
            theirs: decimals,
        }),
        _ => Ok(()),
    }
}
