//! The state of a training run.

use crate::changes::{Change, Stale};
use crate::error::{EngineError, Role};
use crate::roots::RootCache;
use assay_numerics::{Tensor, TensorType};
use assay_program::ValidProgram;

/// The slots of a program: parameters, optimizer moments, running scalars and tapes.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) slots: Vec<Tensor>,
    pub(crate) roots: RootCache,
    /// What has changed since the state was last set aside, if it was.
    aside: Option<Aside>,
}

/// A state's memory of when it was set aside.
#[derive(Clone, Debug)]
struct Aside {
    /// The time's number, which no other time has.
    time: u64,
    /// What has changed since of each slot.
    stale: Vec<Stale>,
}

impl State {
    /// Takes the slots' tensors in order. Fails if their number or types are not the program's.
    pub fn new(program: &ValidProgram, slots: Vec<Tensor>) -> Result<Self, EngineError> {
        check(Role::Slot, &program.get().slots, &slots)?;
        Ok(Self::of(slots))
    }

    /// A state of which nothing is known.
    pub(crate) fn of(slots: Vec<Tensor>) -> Self {
        Self {
            roots: RootCache::new(slots.len()),
            slots,
            aside: None,
        }
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

    /// Notes what `step` changes.
    pub(crate) fn note(&mut self, changes: &[Change], step: u64) {
        self.roots
            .note(changes.iter().map(|change| change.by(step)));
        let stale = self.aside.iter_mut().flat_map(|aside| &mut aside.stale);
        for (stale, change) in stale.zip(changes) {
            stale.add(change.by(step));
        }
    }

    /// Notes that the state is set aside at the time of this number. Returns what has changed of each slot since the time
    /// `last`, if it was set aside then and never since.
    pub(crate) fn set_aside(&mut self, time: u64, last: Option<u64>) -> Vec<Stale> {
        let slots = self.slots.len();
        let aside = Aside {
            time,
            stale: vec![Stale::Nothing; slots],
        };
        match self.aside.replace(aside) {
            Some(before) if Some(before.time) == last => before.stale,
            _ => vec![Stale::Whole; slots],
        }
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
