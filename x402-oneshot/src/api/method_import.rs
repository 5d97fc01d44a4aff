//! Making many contract methods at once: of an ABI, or of a prompt.

use alloy_primitives::Address;
use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::api::contract_method::ContractMethod;
use crate::api::methods::Methods;
use crate::call::Call;
use crate::codec::text;
use crate::error::Error;
use crate::id::{BusinessId, PromptId, WalletId};

/// A contract's ABI, of which a contract method is made for each function.
///
/// ```
/// use alloy_primitives::address;
/// use serde_json::json;
/// use x402_oneshot::WalletId;
/// use x402_oneshot::api::ImportAbi;
///
/// let wallet: WalletId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let abi = json!([{
///     "type": "function", "name": "decimals", "stateMutability": "view",
///     "inputs": [], "outputs": [{"name": "", "type": "uint8"}],
/// }]);
/// let import = ImportAbi::new(84532, usdc, wallet, abi).name("USDC").tag("stablecoin");
/// # let _ = import;
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImportAbi {
    /// The chain the contract is on.
    pub chain_id: u64,
    /// The contract, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(serialize_with = "text")]
    pub contract_address: Address,
    /// The wallet that calls all of them.
    pub wallet_id: WalletId,
    /// The ABI as compilers write it, an array.
    pub abi: Value,
    /// A name for the contract, if 1Shot does not know it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A description of the contract, if 1Shot does not know it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags for the contract.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl ImportAbi {
    /// The ABI of this contract.
    #[must_use]
    pub const fn new(chain_id: u64, contract_address: Address, wallet_id: WalletId, abi: Value) -> Self {
        Self { chain_id, contract_address, wallet_id, abi, name: None, description: None, tags: Vec::new() }
    }

    /// Names the contract.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Describes the contract.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }
}

/// A contract whose prompt names the contract methods that there should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssureMethods {
    /// The chain the contract is on.
    pub chain_id: u64,
    /// The contract, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(serialize_with = "text")]
    pub contract_address: Address,
    /// The wallet that calls those that are made.
    pub wallet_id: WalletId,
    /// The prompt; the highest ranked one of the contract unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_id: Option<PromptId>,
}

impl AssureMethods {
    /// The methods of the contract's highest ranked prompt.
    #[must_use]
    pub const fn new(chain_id: u64, contract_address: Address, wallet_id: WalletId) -> Self {
        Self { chain_id, contract_address, wallet_id, prompt_id: None }
    }

    /// Takes this prompt instead.
    #[must_use]
    pub const fn prompt(mut self, prompt: PromptId) -> Self {
        self.prompt_id = Some(prompt);
        self
    }
}

impl Methods<'_> {
    /// Makes a contract method for each function of an ABI, and returns all of them, not in pages. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; after one that [may have acted](Error::may_have_acted), list before importing again.
    pub async fn import_abi(self, business: BusinessId, import: &ImportAbi) -> Result<Vec<ContractMethod>, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/methods/abi").segment(business).json(import)?;
        self.client.send(call).await
    }

    /// Sees to it that there are all the contract methods that a prompt names, and returns all of them, not in pages.
    ///
    /// Those that exist are left as they are, so that calling it again does no harm. It is sent once all the same, as
    /// all calls that act.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn assure(self, business: BusinessId, wanted: &AssureMethods) -> Result<Vec<ContractMethod>, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/methods/prompt").segment(business).json(wanted)?;
        self.client.send(call).await
    }
}
