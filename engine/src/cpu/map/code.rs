//! A Map's code with its values assigned to blocks.

use super::block::Step;
use assay_numerics::map::{MapCode, MapOp};

/// Straight-line code over numbered blocks: inputs first, then constants, then results. A result's block is used again
/// after its last reader, so that a long code stays in the first cache.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) steps: Vec<Step>,
    pub(super) constants: Vec<f32>,
    /// The block of the output, which no other value has.
    pub(super) result: u8,
}

impl Code {
    /// Assigns the values of code that its check has accepted.
    pub(super) fn new(code: &MapCode, inputs: usize) -> Self {
        let constants: Vec<f32> = code
            .constants
            .iter()
            .map(|bits| f32::from_bits(*bits))
            .collect();
        let first = inputs + constants.len();
        let last_use = last_uses(code, first);
        // Block `first` is the output's.
        let (mut free, mut fresh) = (Vec::new(), first as u8 + 1);
        let mut blocks: Vec<u8> = (0..first as u8).collect();
        let mut steps = Vec::with_capacity(code.instructions.len());
        for (at, instruction) in code.instructions.iter().enumerate() {
            let mut args = [0; 3];
            let used = &instruction.args[..instruction.op.arity()];
            for (arg, value) in args.iter_mut().zip(used) {
                *arg = blocks[usize::from(*value)];
            }
            for (position, value) in used.iter().enumerate() {
                let value = usize::from(*value);
                let repeated = used[..position]
                    .iter()
                    .any(|other| usize::from(*other) == value);
                if value >= first && last_use[value] == at && !repeated {
                    free.push(blocks[value]);
                }
            }
            let to = if at + 1 == code.instructions.len() {
                first as u8
            } else {
                free.pop().unwrap_or_else(|| {
                    fresh += 1;
                    fresh - 1
                })
            };
            blocks.push(to);
            steps.push(Step {
                op: instruction.op,
                args,
                to,
            });
        }
        Self {
            steps,
            constants,
            result: first as u8,
        }
    }

    /// A measure of the work an element takes: about 1/32 nanosecond on the fastest path.
    pub(super) fn cost(&self) -> u64 {
        self.steps.iter().map(|step| cost(step.op)).sum()
    }
}

/// For each value the last instruction that reads it.
fn last_uses(code: &MapCode, first: usize) -> Vec<usize> {
    let mut last = vec![0; first + code.instructions.len()];
    for (at, instruction) in code.instructions.iter().enumerate() {
        for value in &instruction.args[..instruction.op.arity()] {
            last[usize::from(*value)] = at;
        }
    }
    last
}

fn cost(op: MapOp) -> u64 {
    match op {
        MapOp::Exp => 10,
        MapOp::Ln => 16,
        MapOp::Sigmoid | MapOp::Tanh => 24,
        MapOp::Div | MapOp::Sqrt => 6,
        _ => 2,
    }
}
