//! Contract methods as callers declare them: the name and the parameters of a Solidity function.

use std::sync::Arc;

use alloy_dyn_abi::{DynSolValue, JsonAbiExt};
use alloy_json_abi::{Function, StateMutability};
use alloy_primitives::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::failure::Failure;
use super::parameter::Parameter;
use super::structure::{Declarer, Struct};

/// A declared function, ready to be called.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    abi: Function,
    pub(super) inputs: Arc<Struct>,
    pub(super) outputs: Arc<Struct>,
}

impl Declaration {
    pub(super) fn new(
        name: &str,
        mutability: StateMutability,
        inputs: Arc<Struct>,
        outputs: Arc<Struct>,
    ) -> Result<Self, Failure> {
        let is_identifier = |byte: u8| byte.is_ascii_alphanumeric() || b"_$".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_identifier) {
            let message = "functionName is no name of a Solidity function";
            return Err(Failure::invalid("body", "functionName", message));
        }
        let abi = Function {
            name: name.to_owned(),
            inputs: inputs.to_abi("inputs")?,
            outputs: outputs.to_abi("outputs")?,
            state_mutability: mutability,
        };
        Ok(Self { abi, inputs, outputs })
    }

    /// Declares a function of an ABI. Inputs without a name get one, because calls name them.
    pub(super) fn of_function(
        function: &Function,
        describe: impl Fn(&str) -> Option<&'static str>,
        declarer: &mut Declarer<'_>,
    ) -> Result<Self, Failure> {
        let unlike = || {
            let message = format!("{} has a parameter that cannot be declared", function.signature());
            Failure::invalid("body", "abi", message)
        };
        let mut inputs = Parameter::of_abi(&function.inputs).ok_or_else(unlike)?;
        for input in &mut inputs {
            if input.name.is_empty() {
                input.name = format!("arg{}", input.index);
            }
            input.description = describe(&input.name).map(str::to_owned);
        }
        let outputs = Parameter::of_abi(&function.outputs).ok_or_else(unlike)?;
        let inputs = declarer.declare(inputs, "abi")?;
        let outputs = declarer.declare(outputs, "abi")?;
        Self::new(&function.name, function.state_mutability, inputs, outputs)
    }

    pub(super) fn name(&self) -> &str {
        &self.abi.name
    }

    /// The function as Solidity tells it apart from its overloads.
    pub(super) fn signature(&self) -> String {
        self.abi.signature()
    }

    pub(super) fn mutability(&self) -> StateMutability {
        self.abi.state_mutability
    }

    /// Whether calling it changes nothing.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.abi.state_mutability, StateMutability::Pure | StateMutability::View)
    }

    /// A struct that was made for it.
    pub(super) fn find_struct(&self, id: Uuid) -> Option<Arc<Struct>> {
        self.inputs.find(id).or_else(|| self.outputs.find(id))
    }

    /// The same function under another name or mutability.
    pub(super) fn renamed(&self, name: Option<&str>, mutability: Option<StateMutability>) -> Result<Self, Failure> {
        let name = name.unwrap_or(self.name());
        let mutability = mutability.unwrap_or(self.mutability());
        Self::new(name, mutability, Arc::clone(&self.inputs), Arc::clone(&self.outputs))
    }

    /// Encodes a call; parameters are found by name, unknown ones ignored.
    pub(super) fn encode(&self, params: &Map<String, Value>) -> Result<Bytes, Failure> {
        let values = self.inputs.read(params, "params")?;
        let input = self.abi.abi_encode_input(&values);
        Ok(input.expect("each value was read as the type its parameter has").into())
    }

    /// Decodes what a call returned; `None` means that it is not what was declared.
    pub(super) fn decode(&self, output: &[u8]) -> Option<Vec<DynSolValue>> {
        alloy_dyn_abi::FunctionExt::abi_decode_output(&self.abi, output).ok()
    }
}
