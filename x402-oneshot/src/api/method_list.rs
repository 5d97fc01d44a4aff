//! The list of contract methods, and what it can be narrowed down by.

use std::fmt::Display;

use alloy_primitives::Address;

use crate::api::contract_method::ContractMethod;
use crate::api::list::{List, filters};
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

filters! {
    ContractMethod {
        /// Only those on this chain.
        chain(chain_id: u64) = "chainId",
        /// Only those of this name. Whether the API compares whole names is not documented: look again.
        name(name: impl Display) = "name",
        /// Only those in this state.
        status(status: MethodStatus) = "status",
        /// Only those of this contract.
        contract(address: Address) = "contractAddress",
        /// Only those that were made of this prompt.
        prompt(prompt: PromptId) = "promptId",
        /// Only those that read, or that write.
        kind(kind: MethodKind) = "methodType",
    }
}
