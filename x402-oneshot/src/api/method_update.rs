//! Changing a contract method that exists.

use alloy_primitives::Address;
use http::Method;
use serde::Serialize;

use crate::api::change::{Change, renaming};
use crate::api::contract_method::{ContractMethod, StateMutability};
use crate::api::methods::Methods;
use crate::call::Call;
use crate::codec::maybe_text;
use crate::error::Error;
use crate::id::{MethodId, WalletId};

/// Changes to a contract method; what is not set stays as it is.
///
/// Parameters and results cannot be changed: make another method for other ones.
///
/// ```
/// use x402_oneshot::api::UpdateContractMethod;
///
/// let renamed = UpdateContractMethod::new().name("pay");
/// assert_eq!(serde_json::to_string(&renamed)?, r#"{"name":"pay"}"#);
///
/// let silenced = UpdateContractMethod::new().clear_callback_url();
/// assert_eq!(serde_json::to_string(&silenced)?, r#"{"callbackUrl":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateContractMethod {
    /// The chain the contract is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    /// The contract, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    pub contract_address: Option<Address>,
    /// The wallet that calls it unless another is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_id: Option<WalletId>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The function's name in the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// What it may do to the chain's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_mutability: Option<StateMutability>,
    /// Where the API reports executions: left alone, no longer, or here.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub callback_url: Change<String>,
}

renaming!(UpdateContractMethod);

impl UpdateContractMethod {
    /// Changes the chain.
    #[must_use]
    pub const fn chain(mut self, chain_id: u64) -> Self {
        self.chain_id = Some(chain_id);
        self
    }

    /// Changes the contract.
    #[must_use]
    pub const fn contract_address(mut self, address: Address) -> Self {
        self.contract_address = Some(address);
        self
    }

    /// Changes the wallet that calls it.
    #[must_use]
    pub const fn wallet(mut self, wallet: WalletId) -> Self {
        self.wallet_id = Some(wallet);
        self
    }

    /// Changes the function that is called.
    #[must_use]
    pub fn function_name(mut self, name: impl Into<String>) -> Self {
        self.function_name = Some(name.into());
        self
    }

    /// Changes what the function may do to the chain's state.
    #[must_use]
    pub fn state_mutability(mut self, mutability: StateMutability) -> Self {
        self.state_mutability = Some(mutability);
        self
    }

    /// Has executions reported here. Methods of one URL share one key, so a new URL may mean a new
    /// [`public_key`](ContractMethod::public_key): take it from the answer.
    #[must_use]
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Change::Set(url.into());
        self
    }

    /// Has executions reported nowhere any more.
    #[must_use]
    pub fn clear_callback_url(mut self) -> Self {
        self.callback_url = Change::Clear;
        self
    }
}

impl Methods<'_> {
    /// Changes a contract method, and returns it as it is now. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn update(self, id: MethodId, update: &UpdateContractMethod) -> Result<ContractMethod, Error> {
        let call = Call::act(Method::PUT, "/methods/{id}").segment(id).json(update)?;
        self.client.send(call).await
    }
}
