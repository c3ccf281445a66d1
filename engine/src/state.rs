//! The state of a training run.

use crate::error::{EngineError, Role};
use crate::roots::RootCache;
use assay_numerics::{Tensor, TensorType};
use assay_program::ValidProgram;

/// The slots of a program: parameters, optimizer moments, running scalars and tapes.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) slots: Vec<Tensor>,
    pub(crate) roots: RootCache,
}

impl State {
    /// Takes the slots' tensors in order. Fails if their number or types are not the program's.
    pub fn new(program: &ValidProgram, slots: Vec<Tensor>) -> Result<Self, EngineError> {
        check(Role::Slot, &program.get().slots, &slots)?;
        let roots = RootCache::new(slots.len());
        Ok(Self { slots, roots })
    }

    /// The slots in order.
    pub fn slots(&self) -> &[Tensor] {
        &self.slots
    }

    /// Slot number `slot`.
    pub fn slot(&self, slot: usize) -> Option<&Tensor> {
        self.slots.get(slot)
    }

    /// The slots, without a copy.
    pub fn into_slots(self) -> Vec<Tensor> {
        self.slots
    }
}

/// Checks number and types of tensors.
pub(crate) fn check(
    role: Role,
    expected: &[TensorType],
    found: &[Tensor],
) -> Result<(), EngineError> {
    if expected.len() != found.len() {
        return Err(EngineError::Count {
            role,
            expected: expected.len(),
            found: found.len(),
        });
    }
    for (number, (expected, tensor)) in expected.iter().zip(found).enumerate() {
        let (expected, found) = (*expected, tensor.ty());
        if expected != found {
            return Err(EngineError::Type {
                role,
                number,
                expected,
                found,
            });
        }
    }
    Ok(())
}
