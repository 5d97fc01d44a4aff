//! A changed struct, which takes the place of the old one in all that is made of it.

use std::sync::Arc;

use super::declaration::Declaration;
use super::failure::Failure;
use super::structure::Struct;

impl Struct {
    /// The same with this struct in place of the one with its id; `None` if it is neither this nor inside.
    fn amended(self: &Arc<Self>, new: &Arc<Self>) -> Option<Arc<Self>> {
        if self.id == new.id {
            return Some(Arc::clone(new));
        }
        let mut is_inside = false;
        let fields = self.fields.iter().map(|field| {
            let inner = field.structure.as_ref().and_then(|inner| inner.0.amended(new));
            is_inside |= inner.is_some();
            inner.map_or_else(|| field.clone(), |inner| field.of(inner))
        });
        let fields = fields.collect();
        is_inside.then(|| {
            let mut amended = Self::clone(self);
            amended.fields = fields;
            Arc::new(amended)
        })
    }

    /// Whether a struct inside has lost its last member. Solidity has none that are empty.
    fn has_empty(&self) -> bool {
        let mut inner = self.fields.iter().filter_map(|field| field.structure.as_ref());
        inner.any(|inner| inner.0.fields.is_empty() || inner.0.has_empty())
    }
}

impl Declaration {
    /// The same with this struct in place of the one with its id; `None` if it is not made of it.
    pub(super) fn amended(&self, new: &Arc<Struct>) -> Option<Result<Self, Failure>> {
        let (inputs, outputs) = (self.inputs.amended(new), self.outputs.amended(new));
        if inputs.is_none() && outputs.is_none() {
            return None;
        }
        let inputs = inputs.unwrap_or_else(|| Arc::clone(&self.inputs));
        let outputs = outputs.unwrap_or_else(|| Arc::clone(&self.outputs));
        Some(self.made_of(inputs, outputs))
    }

    fn made_of(&self, inputs: Arc<Struct>, outputs: Arc<Struct>) -> Result<Self, Failure> {
        for (whole, place) in [(&inputs, "inputs"), (&outputs, "outputs")] {
            whole.bounded(place)?;
            if whole.has_empty() {
                return Err(Failure::invalid("body", place, format!("{place} would have an empty struct")));
            }
        }
        Self::new(self.name(), self.mutability(), inputs, outputs)
    }
}
