//! The struct endpoints: changing the parameters of methods that exist.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::extract::{Body, Id, Segments};
use super::failure::Failure;
use super::parameter::{Kind, NewStruct, Parameter};
use super::shared::{Shared, State as World};
use super::structure::{Declarer, Field, MAX_PARAMETERS, Struct};

#[derive(Deserialize)]
pub(super) struct Rename {
    name: String,
}

/// `PUT /structs/{structId}`.
pub(super) async fn rename(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(Rename { name }): Body<Rename>,
) -> Result<Json<Value>, Failure> {
    amend(&shared, id, |structure, _| {
        structure.name = name;
        Ok(())
    })
}

/// `POST /structs/{structId}/params`: behind the last one only.
pub(super) async fn add_param(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Parameter>,
) -> Result<Json<Value>, Failure> {
    amend(&shared, id, |structure, declarer| {
        if new.index != structure.fields.len() || new.index >= MAX_PARAMETERS {
            return Err(Failure::invalid("body", "index", "index is not the next one, or there are too many"));
        }
        structure.fields.push(declarer.field(new, id, "params")?);
        Ok(())
    })
}

#[derive(Deserialize)]
pub(super) struct Updates {
    updates: Vec<Update>,
}

/// `SolidityStructParamUpdate` with the id of what it is for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    id: Uuid,
    name: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    index: Option<usize>,
    #[serde(alias = "value")]
    static_value: Option<Value>,
    type_size: Option<u16>,
    is_array: Option<bool>,
    array_size: Option<u32>,
    type_struct_id: Option<Uuid>,
    type_struct: Option<NewStruct>,
}

impl Update {
    /// The parameter as it is to be declared anew; what is absent or null stays as it is, as far as it still fits.
    fn apply(self, old: &Field) -> Parameter {
        let before = old.parameter.clone();
        let kind = self.kind.unwrap_or(before.kind);
        let is_array = self.is_array.unwrap_or(before.is_array);
        let known = self.type_struct_id.or_else(|| {
            let kept = old.structure.as_ref().filter(|_| self.type_struct.is_none() && kind == Kind::Struct);
            kept.map(|inner| inner.0.id)
        });
        Parameter {
            name: self.name.unwrap_or(before.name),
            kind,
            index: self.index.unwrap_or(before.index),
            description: self.description.or(before.description),
            static_value: self.static_value.or(before.static_value),
            type_size: self.type_size.or(before.type_size.filter(|_| kind == before.kind)),
            is_array,
            array_size: self.array_size.or(before.array_size).filter(|_| is_array),
            type_struct_id: known,
            type_struct: self.type_struct,
        }
    }
}

/// `PUT /structs/{structId}/params`: all of them or none.
pub(super) async fn update_params(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(Updates { updates }): Body<Updates>,
) -> Result<Json<Value>, Failure> {
    if updates.is_empty() || updates.len() > MAX_PARAMETERS {
        return Err(Failure::invalid("body", "updates", "updates are none, or too many"));
    }
    amend(&shared, id, |structure, declarer| {
        for update in updates {
            let place = place_of(structure, update.id)?;
            if let Some(field) = structure.fields.get_mut(place) {
                let mut changed = declarer.field(update.apply(field), id, "updates")?;
                changed.id = field.id;
                *field = changed;
            }
        }
        structure.fields.sort_by_key(|field| field.parameter.index);
        if structure.fields.iter().enumerate().any(|(index, field)| field.parameter.index != index) {
            let message = "params would not be numbered from 0 without gaps";
            return Err(Failure::invalid("body", "updates", message));
        }
        Ok(())
    })
}

/// `DELETE /structs/{structId}/params/{structParamId}`: the last one only.
pub(super) async fn remove_param(
    Segments((id, param)): Segments<(Uuid, Uuid)>,
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Value>, Failure> {
    amend(&shared, id, |structure, _| {
        if place_of(structure, param)? + 1 < structure.fields.len() {
            let message = "only the last param can be removed: give it the last index first";
            return Err(Failure::invalid("path", "structParamId", message));
        }
        structure.fields.pop();
        Ok(())
    })
}

fn place_of(structure: &Struct, param: Uuid) -> Result<usize, Failure> {
    let place = structure.fields.iter().position(|field| field.id == param);
    place.ok_or_else(|| Failure::unknown_entity("the struct has no param with this id"))
}

/// Changes a struct in all methods that are made of it, or in none if one of them could not be.
fn amend(
    shared: &Shared,
    id: Uuid,
    change: impl FnOnce(&mut Struct, &mut Declarer<'_>) -> Result<(), Failure>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let World { entropy, methods, .. } = &mut *state;
    let known = |id| methods.iter().find_map(|method| method.declaration.find_struct(id));
    let before = known(id).ok_or_else(|| Failure::unknown_entity("no struct has this id"))?;
    let mut declarer = Declarer { entropy, business_id: shared.account.business_id, now, known: &known };
    let mut new = Struct::clone(&before);
    new.updated = now;
    change(&mut new, &mut declarer)?;
    if new.fields.iter().any(|field| field.structure.as_ref().is_some_and(|inner| inner.0.find(id).is_some())) {
        return Err(Failure::invalid("body", "typeStructId", "the struct would be inside of itself"));
    }

    let new = Arc::new(new);
    let amended = methods.iter().map(|method| method.declaration.amended(&new).transpose());
    let amended = amended.collect::<Result<Vec<_>, _>>()?;
    for (method, amended) in methods.iter_mut().zip(amended) {
        if let Some(declaration) = amended {
            method.declaration = declaration;
            method.updated = now;
        }
    }
    Ok(Json(new.to_json()))
}
