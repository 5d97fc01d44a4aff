//! Contract methods as callers declare them: names, types and sizes of a Solidity function.

use alloy_dyn_abi::{DynSolType, FunctionExt, JsonAbiExt};
use alloy_json_abi::{Function, Param, StateMutability};
use alloy_primitives::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::entropy::Entropy;
use super::failure::Failure;
use super::value;

/// More parameters than any real function has.
const MAX_PARAMETERS: usize = 64;

/// Longer fixed arrays are not for JSON.
const MAX_ARRAY: u32 = 1024;

/// A parameter as it is declared: `NewSolidityStructParam`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Passed whatever the caller says. The SDKs call it `value`.
    #[serde(default, alias = "value", skip_serializing_if = "Option::is_none")]
    static_value: Option<Value>,
    /// Bits of a number, bytes of a `bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    type_size: Option<u16>,
    #[serde(default, deserialize_with = "null_is_false")]
    is_array: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    array_size: Option<u32>,
}

fn null_is_false<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(json)?.unwrap_or_default())
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Address,
    Bool,
    Bytes,
    Int,
    String,
    Uint,
}

/// A [`Parameter`] that has been given its ids.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    id: Uuid,
    struct_id: Uuid,
    #[serde(flatten)]
    parameter: Parameter,
    #[serde(skip)]
    solidity: DynSolType,
}

/// The parameters of one side of a function, in order.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// Checks a declaration; `place` is the member of the body that it came in.
    pub(super) fn declare(mut parameters: Vec<Parameter>, place: &str, entropy: &mut Entropy) -> Result<Self, Failure> {
        if parameters.len() > MAX_PARAMETERS {
            return Err(Failure::invalid("body", place, format!("{place} are too many")));
        }
        parameters.sort_by_key(|parameter| parameter.index);
        let struct_id = entropy.uuid();
        let mut fields = Vec::with_capacity(parameters.len());
        for (index, parameter) in parameters.into_iter().enumerate() {
            if parameter.index != index {
                let message = format!("{place} are not numbered from 0 without gaps");
                return Err(Failure::invalid("body", place, message));
            }
            let Some(solidity) = parameter.solidity() else {
                let message = format!("{place} number {index} has no Solidity type of that size");
                return Err(Failure::invalid("body", place, message));
            };
            fields.push(Field { id: entropy.uuid(), struct_id, parameter, solidity });
        }
        Ok(Self(fields))
    }

    fn to_abi(&self, place: &str) -> Result<Vec<Param>, Failure> {
        let param = |field: &Field| {
            let kind = field.solidity.sol_type_name();
            Param::new(&field.parameter.name, &kind, Vec::new(), None).map_err(|_| {
                let message = format!("{place} have a name that Solidity would not take");
                Failure::invalid("body", place, message)
            })
        };
        self.0.iter().map(param).collect()
    }
}

impl Parameter {
    fn solidity(&self) -> Option<DynSolType> {
        let size = self.type_size.map(usize::from);
        let kind = match (self.kind, size) {
            (Kind::Address, _) => DynSolType::Address,
            (Kind::Bool, _) => DynSolType::Bool,
            (Kind::Bytes, None) => DynSolType::Bytes,
            (Kind::Bytes, Some(bytes @ 1..=32)) => DynSolType::FixedBytes(bytes),
            (Kind::Int, bits) => DynSolType::Int(bits_of(bits)?),
            (Kind::String, _) => DynSolType::String,
            (Kind::Uint, bits) => DynSolType::Uint(bits_of(bits)?),
            (Kind::Bytes, Some(_)) => return None,
        };
        match (self.is_array, self.array_size) {
            (false, _) => Some(kind),
            (true, None) => Some(DynSolType::Array(kind.into())),
            (true, Some(size @ 1..=MAX_ARRAY)) => {
                Some(DynSolType::FixedArray(kind.into(), usize::try_from(size).ok()?))
            }
            (true, Some(_)) => None,
        }
    }
}

/// 256 bits unless said otherwise; Solidity has multiples of 8.
fn bits_of(size: Option<usize>) -> Option<usize> {
    let bits = size.unwrap_or(256);
    (bits.is_multiple_of(8) && (8..=256).contains(&bits)).then_some(bits)
}

/// A declared function, ready to be called.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    abi: Function,
    pub(super) inputs: Fields,
    pub(super) outputs: Fields,
}

impl Declaration {
    pub(super) fn new(
        name: &str,
        mutability: StateMutability,
        inputs: Fields,
        outputs: Fields,
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

    pub(super) fn name(&self) -> &str {
        &self.abi.name
    }

    pub(super) fn mutability(&self) -> StateMutability {
        self.abi.state_mutability
    }

    /// Whether calling it changes nothing.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.abi.state_mutability, StateMutability::Pure | StateMutability::View)
    }

    /// The same function under another name or mutability.
    pub(super) fn renamed(&self, name: Option<&str>, mutability: Option<StateMutability>) -> Result<Self, Failure> {
        let name = name.unwrap_or(self.name());
        let mutability = mutability.unwrap_or(self.mutability());
        Self::new(name, mutability, self.inputs.clone(), self.outputs.clone())
    }

    /// Encodes a call; parameters are found by name, unknown ones ignored.
    pub(super) fn encode(&self, params: &Map<String, Value>) -> Result<Bytes, Failure> {
        let mut values = Vec::with_capacity(self.inputs.0.len());
        for Field { parameter, solidity, .. } in &self.inputs.0 {
            let name = format!("params.{}", parameter.name);
            let given = parameter.static_value.as_ref().or_else(|| params.get(&parameter.name));
            let Some(json) = given else {
                return Err(Failure::invalid("body", &name, format!("{name} is missing")));
            };
            let Some(value) = value::from_json(solidity, json) else {
                let message = format!("{name} is not of type {solidity}");
                return Err(Failure::invalid("body", &name, message));
            };
            values.push(value);
        }
        let input = self.abi.abi_encode_input(&values);
        Ok(input.expect("each value was read as the type its parameter has").into())
    }

    /// Decodes what a call returned into an object, by name or else by index. `None` means it is not what was declared.
    pub(super) fn decode(&self, output: &[u8]) -> Option<Map<String, Value>> {
        let values = self.abi.abi_decode_output(output).ok()?;
        let named = self.outputs.0.iter().zip(&values).enumerate();
        Some(
            named
                .map(|(index, (field, value))| {
                    let name = &field.parameter.name;
                    let key = if name.is_empty() { index.to_string() } else { name.clone() };
                    (key, value::to_json(value))
                })
                .collect(),
        )
    }
}
