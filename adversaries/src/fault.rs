//! What a cheating provider does wrongly.

use assay_numerics::{DType, Tensor};
use assay_program::{Program, ValidProgram};
use assay_worker::material::loss_tape;
use clap::ValueEnum;

/// What a cheating provider does wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Flips one bit of one weight after the step, and goes on from there.
    FlipWeight,
    /// Does not take the step: the state after it is the one before.
    SkipStep,
    /// Moves the weights twice as far as it should, at the step and every later one.
    OtherRate,
    /// Reports a lower loss for the step.
    OtherLoss,
    /// Flips one bit of one weight, and says nothing in games once it would have to show what it computed.
    Silent,
}

/// A fault in a job's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is done wrongly.
    pub kind: Kind,
    /// The first step, counted from the job's beginning, that is taken wrongly.
    pub at: u64,
}

impl Fault {
    /// Whether a step is taken wrongly.
    pub const fn strikes(&self, step: u64) -> bool {
        match self.kind {
            Kind::OtherRate => step >= self.at,
            _ => step == self.at,
        }
    }

    /// The slot that a false step gives another value; none if the step is false in another way.
    pub fn slot(&self, program: &Program) -> Option<usize> {
        match self.kind {
            Kind::SkipStep => None,
            Kind::OtherLoss => loss_tape(program),
            Kind::FlipWeight | Kind::OtherRate | Kind::Silent => weight(program),
        }
    }

    /// The slots after a step as they are told, from those before it and those that the program gives.
    pub fn next(
        &self,
        program: &ValidProgram,
        step: u64,
        before: &[Tensor],
        mut after: Vec<Tensor>,
    ) -> Vec<Tensor> {
        if !self.strikes(step) {
            return after;
        }
        if self.kind == Kind::SkipStep {
            return before.to_vec();
        }
        let slot = self.slot(program.get());
        let found = slot.and_then(|slot| Some((before.get(slot)?, after.get_mut(slot)?)));
        if let Some((before, after)) = found {
            self.alter(step, before, after);
        }
        after
    }

    fn alter(&self, step: u64, before: &Tensor, after: &mut Tensor) {
        let words = after.words_mut();
        match self.kind {
            Kind::OtherLoss => {
                let row = usize::try_from(step).ok();
                if let Some(word) = row.and_then(|row| words.get_mut(row)) {
                    *word = (f32::from_bits(*word) / 2.0).to_bits();
                }
            }
            Kind::OtherRate => {
                for (word, old) in words.iter_mut().zip(before.words()) {
                    let (old, new) = (f32::from_bits(*old), f32::from_bits(*word));
                    *word = (old + 2.0 * (new - old)).to_bits();
                }
            }
            Kind::FlipWeight | Kind::Silent => {
                // A bit of a zero could be flushed before the interval ends, and nothing be wrong at its end.
                if let Some(word) = words.iter_mut().find(|word| is_normal(**word)) {
                    *word ^= 1 << 20;
                }
            }
            Kind::SkipStep => {}
        }
    }
}

fn is_normal(word: u32) -> bool {
    f32::from_bits(word).is_normal()
}

/// The largest slot of floats that is no tape.
fn weight(program: &Program) -> Option<usize> {
    let tape = loss_tape(program);
    let slots = program.slots.iter().enumerate();
    let floats = slots.filter(|(slot, ty)| ty.dtype == DType::F32 && Some(*slot) != tape);
    let largest = floats.max_by_key(|(slot, ty)| (ty.dims.elements(), std::cmp::Reverse(*slot)));
    largest.map(|(slot, _)| slot)
}
