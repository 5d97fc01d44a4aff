//! Structs: the parameters of a function, which is a struct without a name, and those inside of them.

use std::sync::Arc;

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_json_abi::Param;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::entropy::Entropy;
use super::failure::Failure;
use super::parameter::{Kind, NewStruct, Parameter};
use super::value;

/// More parameters than any real function has.
pub(super) const MAX_PARAMETERS: usize = 64;

/// Longer fixed arrays are not for JSON.
const MAX_ARRAY: u32 = 1024;

/// As many elementary values as a struct may be made of, those in structs and fixed arrays counted.
const MAX_WEIGHT: usize = 4096;

/// As deep as structs may be in one another.
const MAX_DEPTH: usize = 16;

/// Parameters that have been given their ids, in order. Serialised as their list.
#[derive(Clone, Debug)]
pub(super) struct Struct {
    pub(super) id: Uuid,
    business_id: Uuid,
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    created: u64,
    pub(super) updated: u64,
}

/// A [`Parameter`] that has been given its ids and its type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) id: Uuid,
    struct_id: Uuid,
    #[serde(flatten)]
    pub(super) parameter: Parameter,
    #[serde(flatten)]
    pub(super) structure: Option<SubStruct>,
    #[serde(skip)]
    solidity: DynSolType,
}

/// What a parameter of type `struct` is made of.
#[derive(Clone, Debug)]
pub(super) struct SubStruct(pub(super) Arc<Struct>);

/// Makes structs.
pub(super) struct Declarer<'a> {
    pub(super) entropy: &'a mut Entropy,
    pub(super) business_id: Uuid,
    pub(super) now: u64,
    /// Finds a struct that was made before.
    pub(super) known: &'a dyn Fn(Uuid) -> Option<Arc<Struct>>,
}

impl Declarer<'_> {
    /// Checks a declaration; `place` is the member of the body that it came in.
    pub(super) fn declare(&mut self, parameters: Vec<Parameter>, place: &str) -> Result<Arc<Struct>, Failure> {
        let anonymous = NewStruct { name: None, params: parameters };
        let made = self.structure(anonymous, place)?;
        made.bounded(place)?;
        Ok(made)
    }

    fn structure(&mut self, new: NewStruct, place: &str) -> Result<Arc<Struct>, Failure> {
        let mut parameters = new.params;
        if parameters.len() > MAX_PARAMETERS {
            return Err(Failure::invalid("body", place, format!("{place} are too many")));
        }
        parameters.sort_by_key(|parameter| parameter.index);
        let id = self.entropy.uuid();
        let mut fields = Vec::with_capacity(parameters.len());
        for (index, parameter) in parameters.into_iter().enumerate() {
            if parameter.index != index {
                let message = format!("{place} are not numbered from 0 without gaps");
                return Err(Failure::invalid("body", place, message));
            }
            fields.push(self.field(parameter, id, place)?);
        }
        let Self { business_id, now, .. } = *self;
        Ok(Arc::new(Struct { id, business_id, name: new.name.unwrap_or_default(), fields, created: now, updated: now }))
    }

    /// Gives a parameter its ids and its type.
    pub(super) fn field(&mut self, mut parameter: Parameter, struct_id: Uuid, place: &str) -> Result<Field, Failure> {
        let refused = |why: &str| {
            let message = format!("{place} number {} {why}", parameter.index);
            Failure::invalid("body", place, message)
        };
        let (type_struct, type_struct_id) = (parameter.type_struct.take(), parameter.type_struct_id.take());
        let (element, structure) = match (parameter.kind, type_struct, type_struct_id) {
            (Kind::Struct, Some(new), None) => {
                let made = self.structure(new, place)?;
                (made.solidity(), Some(made))
            }
            (Kind::Struct, None, Some(id)) => {
                let made = (self.known)(id).ok_or_else(|| refused("is of a struct that is not there"))?;
                (made.solidity(), Some(made))
            }
            (Kind::Struct, ..) => return Err(refused("has not one of typeStruct and typeStructId")),
            _ => (parameter.elementary().ok_or_else(|| refused("has no Solidity type of that size"))?, None),
        };
        if structure.as_ref().is_some_and(|structure| structure.fields.is_empty() || structure.is_too_large()) {
            return Err(refused("is of a struct that is empty or too large"));
        }
        if parameter.is_array && parameter.array_size.is_some_and(|size| !(1..=MAX_ARRAY).contains(&size)) {
            return Err(refused("has no Solidity type of that size"));
        }
        let solidity = whole_type(&parameter, element);
        Ok(Field { id: self.entropy.uuid(), struct_id, parameter, structure: structure.map(SubStruct), solidity })
    }
}

impl Struct {
    /// The struct with this id, if it is this or one inside.
    pub(super) fn find(self: &Arc<Self>, id: Uuid) -> Option<Arc<Self>> {
        if self.id == id {
            return Some(Arc::clone(self));
        }
        self.fields.iter().filter_map(|field| field.structure.as_ref()).find_map(|inner| inner.0.find(id))
    }

    /// As Solidity's ABI has it.
    pub(super) fn to_abi(&self, place: &str) -> Result<Vec<Param>, Failure> {
        let param = |field: &Field| {
            let (kind, components) = match &field.structure {
                None => (field.solidity.sol_type_name().into_owned(), Vec::new()),
                Some(inner) => (format!("tuple{}", field.brackets()), inner.0.to_abi(place)?),
            };
            Param::new(&field.parameter.name, &kind, components, None).map_err(|_| {
                let message = format!("{place} have a name that Solidity would not take");
                Failure::invalid("body", place, message)
            })
        };
        self.fields.iter().map(param).collect()
    }

    /// Reads values by their fields' names; unknown ones are ignored. `path` is where they are in the body.
    pub(super) fn read(&self, given: &Map<String, Value>, path: &str) -> Result<Vec<DynSolValue>, Failure> {
        self.fields.iter().map(|field| field.take(given.get(&field.parameter.name), path)).collect()
    }

    fn read_one(&self, json: &Value, path: &str) -> Result<DynSolValue, Failure> {
        let values = match json {
            Value::Object(members) => self.read(members, path)?,
            // Ethereum's libraries write a struct as a list too.
            Value::Array(members) if members.len() == self.fields.len() => {
                let pairs = self.fields.iter().zip(members);
                pairs.map(|(field, json)| field.take(Some(json), path)).collect::<Result<_, _>>()?
            }
            _ => return Err(Failure::invalid("body", path, format!("{path} is not of type {}", self.solidity()))),
        };
        Ok(DynSolValue::Tuple(values))
    }

    /// Writes values by name, or by index where there is no name.
    pub(super) fn write(&self, values: &[DynSolValue]) -> Map<String, Value> {
        let named = self.fields.iter().zip(values).enumerate();
        named
            .map(|(index, (field, value))| {
                let name = &field.parameter.name;
                let key = if name.is_empty() { index.to_string() } else { name.clone() };
                (key, field.write(value))
            })
            .collect()
    }

    /// Writes values as `read` answers: one alone, several by name or, where one has no name, as a list.
    pub(super) fn write_answer(&self, values: &[DynSolValue]) -> Value {
        match (self.fields.as_slice(), values) {
            ([field], [value]) => field.write(value),
            (fields, values) if fields.iter().all(|field| !field.parameter.name.is_empty()) => {
                Value::Object(self.write(values))
            }
            (fields, values) => fields.iter().zip(values).map(|(field, value)| field.write(value)).collect(),
        }
    }

    fn solidity(&self) -> DynSolType {
        DynSolType::Tuple(self.fields.iter().map(|field| field.solidity.clone()).collect())
    }

    fn weight(&self) -> usize {
        self.fields.iter().fold(0, |sum, field| sum.saturating_add(field.weight()))
    }

    fn depth(&self) -> usize {
        let inner = self.fields.iter().filter_map(|field| field.structure.as_ref());
        1 + inner.map(|SubStruct(inner)| inner.depth()).max().unwrap_or_default()
    }

    fn is_too_large(&self) -> bool {
        self.weight() > MAX_WEIGHT || self.depth() > MAX_DEPTH
    }

    /// Refuses what is too large for the parameters of a function.
    pub(super) fn bounded(&self, place: &str) -> Result<(), Failure> {
        if self.is_too_large() {
            return Err(Failure::invalid("body", place, format!("{place} are made of too many values")));
        }
        Ok(())
    }

    /// The API's `SolidityStruct`.
    pub(super) fn to_json(&self) -> Value {
        let Self { id, business_id, name, fields, created, updated } = self;
        json!({
            "id": id,
            "businessId": business_id,
            "name": name,
            "params": fields,
            "updated": updated,
            "created": created,
            "deleted": false,
        })
    }
}

impl Field {
    /// The same parameter, of this struct.
    pub(super) fn of(&self, structure: Arc<Struct>) -> Self {
        let solidity = whole_type(&self.parameter, structure.solidity());
        Self { structure: Some(SubStruct(structure)), solidity, ..self.clone() }
    }

    /// The value for this field: the static one, else the given one.
    fn take(&self, given: Option<&Value>, path: &str) -> Result<DynSolValue, Failure> {
        let path = format!("{path}.{}", self.parameter.name);
        match (&self.parameter.static_value, given) {
            (Some(fixed), _) => match fixed {
                // A static value is text by its specification, so that lists and structs are JSON in it.
                Value::String(text) if self.structure.is_some() || self.parameter.is_array => {
                    let refused = |_| Failure::invalid("body", &path, format!("{path} is fixed to what is no JSON"));
                    self.read(&serde_json::from_str(text).map_err(refused)?, &path)
                }
                fixed => self.read(fixed, &path),
            },
            (None, Some(json)) => self.read(json, &path),
            (None, None) => Err(Failure::invalid("body", &path, format!("{path} is missing"))),
        }
    }

    fn read(&self, json: &Value, path: &str) -> Result<DynSolValue, Failure> {
        let refused = || Failure::invalid("body", path, format!("{path} is not of type {}", self.solidity));
        let Some(SubStruct(inner)) = &self.structure else {
            return value::from_json(&self.solidity, json).ok_or_else(refused);
        };
        let elements = || {
            let list = json.as_array().ok_or_else(refused)?;
            let named = list.iter().enumerate();
            named
                .map(|(index, element)| inner.read_one(element, &format!("{path}.{index}")))
                .collect::<Result<Vec<_>, _>>()
        };
        match &self.solidity {
            DynSolType::Array(_) => Ok(DynSolValue::Array(elements()?)),
            DynSolType::FixedArray(_, size) => {
                let elements = elements()?;
                if elements.len() == *size { Ok(DynSolValue::FixedArray(elements)) } else { Err(refused()) }
            }
            _ => inner.read_one(json, path),
        }
    }

    fn write(&self, value: &DynSolValue) -> Value {
        let Some(SubStruct(inner)) = &self.structure else {
            return value::to_json(value);
        };
        match value {
            DynSolValue::Tuple(values) => Value::Object(inner.write(values)),
            value => {
                let elements = value.as_array().or_else(|| value.as_fixed_array()).unwrap_or_default();
                let structs = elements.iter().map(|element| inner.write(element.as_tuple().unwrap_or_default()));
                structs.map(Value::Object).collect()
            }
        }
    }

    /// What Solidity writes behind the type of an element.
    fn brackets(&self) -> String {
        match (self.parameter.is_array, self.parameter.array_size) {
            (false, _) => String::new(),
            (true, None) => "[]".to_owned(),
            (true, Some(size)) => format!("[{size}]"),
        }
    }

    fn weight(&self) -> usize {
        let elements = if self.parameter.is_array { self.parameter.array_size.unwrap_or(1) as usize } else { 1 };
        let element = self.structure.as_ref().map_or(1, |inner| inner.0.weight());
        elements.saturating_mul(element)
    }
}

impl Serialize for Struct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

/// `typeStructId` and the `SolidityStruct` itself.
impl Serialize for SubStruct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({ "typeStructId": self.0.id, "typeStruct": self.0.to_json() }).serialize(serializer)
    }
}

/// The type of a parameter whose elements are of this one.
fn whole_type(parameter: &Parameter, element: DynSolType) -> DynSolType {
    match (parameter.is_array, parameter.array_size) {
        (false, _) => element,
        (true, None) => DynSolType::Array(element.into()),
        (true, Some(size)) => DynSolType::FixedArray(element.into(), size as usize),
    }
}
