//! The list of contract methods, and what it can be narrowed down by.

use alloy_primitives::Address;

use crate::api::contract_method::ContractMethod;
use crate::api::list::List;
use crate::api::open_enum::open_enum;
use crate::id::PromptId;

open_enum! {
    /// Which methods a list has, by their state.
    MethodStatus {
        /// Those put away.
        Archived = "archived",
        /// Both.
        Both = "both",
        /// Those in use.
        Live = "live",
    }
}

open_enum! {
    /// Which methods a list has, by what they do.
    MethodKind {
        /// Those that read.
        Read = "read",
        /// Those that write.
        Write = "write",
    }
}

/// A list of contract methods to be asked for.
pub type ListMethods<'a> = List<'a, ContractMethod>;

/// Filters of contract methods.
impl List<'_, ContractMethod> {
    /// Only those on this chain.
    pub fn chain(self, chain_id: u64) -> Self {
        self.filter("chainId", chain_id)
    }

    /// Only those of this name. Whether the API compares whole names is not documented: look again.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.filter("name", name.into())
    }

    /// Only those in this state.
    pub fn status(self, status: MethodStatus) -> Self {
        self.filter("status", status)
    }

    /// Only those of this contract.
    pub fn contract(self, address: Address) -> Self {
        self.filter("contractAddress", address)
    }

    /// Only those that were made of this prompt.
    pub fn prompt(self, prompt: PromptId) -> Self {
        self.filter("promptId", prompt)
    }

    /// Only those that read, or that write.
    pub fn kind(self, kind: MethodKind) -> Self {
        self.filter("methodType", kind)
    }
}
