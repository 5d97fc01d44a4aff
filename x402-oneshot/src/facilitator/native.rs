//! Settling through 1Shot's own facilitator.

use std::{collections::HashSet, fmt, sync::Arc};

use alloy_primitives::Address;
use x402_core::{
    Asset, Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, SupportedResponse, VerifyResponse,
    exact::ExactPayload,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use super::{dialect, failure::no_answer, provision_error::ProvisionError};
use crate::{Client, api::X402Supported};

/// The bytes of a signature that 1Shot can take apart: `r`, `s` and `v`.
const SIGNATURE_LEN: usize = 65;

/// A facilitator over 1Shot's `/x402` endpoints: verifying is one call, settling is one call.
///
/// 1Shot relays `exact` payments in EIP-3009 tokens through the overload of `transferWithAuthorization` that takes
/// `v`, `r` and `s`. So only plain accounts can pay: a signature that is not of 65 bytes (a smart wallet's) is refused
/// here, before anything is sent; [`Relayed`](super::Relayed) takes those too. What deviates from the protocol in
/// 1Shot's answers is put right. Cheap to clone.
///
/// Whether 1Shot answers a settlement before it is mined is not documented. Give the client a
/// [deadline](crate::Config::deadline) of several blocks: when it passes, the outcome is unknown.
#[derive(Clone)]
pub struct Native(Arc<Inner>);

struct Inner {
    client: Client,
    tokens: HashSet<(Network, Address)>,
}

impl Native {
    /// A facilitator for payments in these tokens, once 1Shot says that the account can settle them.
    ///
    /// # Errors
    ///
    /// [`ProvisionError::NotListed`] with the first token that the account is not set up for, and what is missing;
    /// [`ProvisionError::Call`] if 1Shot cannot be asked.
    pub async fn connect(client: Client, tokens: impl IntoIterator<Item = Asset>) -> Result<Self, ProvisionError> {
        let said = client.x402().supported().await.map_err(ProvisionError::Call)?;
        let mut known = HashSet::new();
        for asset in tokens {
            let (network, address) = (asset.network(), asset.address());
            if !lists(&said, &network, address) {
                return Err(ProvisionError::NotListed { network, symbol: asset.symbol().to_owned(), asset: address });
            }
            known.insert((network, address));
        }
        Ok(Self(Arc::new(Inner { client, tokens: known })))
    }

    /// The payment, if it is one that we are set up for.
    fn payment<'a>(&self, request: &'a FacilitatorRequest) -> Result<&'a ExactPayload, FacilitatorError> {
        let requirements = request.requirements();
        let token = requirements.asset.evm().map(|asset| (requirements.network.clone(), asset));
        let known = token.is_some_and(|token| self.0.tokens.contains(&token));
        let payment = request.exact().filter(|_| known);
        payment.ok_or_else(|| FacilitatorError::new(FacilitatorErrorKind::Configuration, Reach::NotSent))
    }
}

/// Whether an account can settle payments in a token.
fn lists(said: &X402Supported, network: &Network, token: Address) -> bool {
    said.kinds.iter().any(|kind| {
        kind.scheme == "exact"
            && dialect::version_and_network(kind).is_some_and(|(_, listed)| listed == *network)
            && kind.tokens.iter().any(|listed| listed.contract_address == Some(token))
    })
}

impl Facilitator for Native {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let payment = self.payment(request)?;
        if payment.signature.len() != SIGNATURE_LEN {
            return Ok(VerifyResponse::invalid(Reason::INVALID_SIGNATURE, Some(payment.authorization.from)));
        }
        let said = self.0.client.x402().verify(request).await.map_err(no_answer)?;
        Ok(dialect::verification(&said, request))
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let payment = self.payment(request)?;
        if payment.signature.len() != SIGNATURE_LEN {
            let network = request.requirements().network.clone();
            let payer = Some(payment.authorization.from);
            return Ok(SettleResponse::failed(Reason::INVALID_SIGNATURE, network, payer));
        }
        let said = self.0.client.x402().settle(request).await.map_err(no_answer)?;
        Ok(dialect::settlement(&said, request))
    }

    /// Asks 1Shot: the account may have been set up for more, or less, since.
    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let said = self.0.client.x402().supported().await.map_err(no_answer)?;
        Ok(dialect::supported(&said))
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native").field("tokens", &self.0.tokens).finish_non_exhaustive()
    }
}
