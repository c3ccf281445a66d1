//! What stands in which slot of a program's state.

use assay_numerics::Tensor;
use serde::{Deserialize, Serialize};

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Part of the model.
    Parameter,
    /// Kept by the optimizer.
    Optimizer,
    /// The loss of every step, a row each; +0 where a step has not been taken.
    LossTape,
}

/// A slot with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotInfo {
    /// The parameter's name, or that of what the optimizer keeps for it.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The shape in which the slot is exported, without the leading ones of a program's tensors.
    pub shape: Vec<u32>,
}

/// The names of a program's slots, in slot order. A program itself has no names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// One entry for each slot.
    pub slots: Vec<SlotInfo>,
}

impl Layout {
    pub(crate) fn push(&mut self, name: impl Into<String>, role: Role, shape: &[u32]) {
        self.slots.push(SlotInfo {
            name: name.into(),
            role,
            shape: shape.to_vec(),
        });
    }

    /// The parameters with their slots' numbers.
    pub fn parameters(&self) -> impl Iterator<Item = (usize, &SlotInfo)> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.role == Role::Parameter)
    }

    /// The loss of each of the first `steps` steps, read off the tape of a state.
    pub fn losses(&self, state: &[Tensor], steps: usize) -> Vec<f32> {
        let tape = self
            .slots
            .iter()
            .position(|slot| slot.role == Role::LossTape)
            .and_then(|slot| state.get(slot));
        let words = tape.map_or(&[][..], Tensor::words);
        words
            .iter()
            .take(steps)
            .map(|&word| f32::from_bits(word))
            .collect()
    }
}
