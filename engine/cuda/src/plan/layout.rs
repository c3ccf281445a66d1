//! The parts of the one allocation.

use super::arena::LINE;
use crate::launch::EMPTY_TREES;
use assay_numerics::TensorType;
use assay_program::Program;

/// First words of all parts, each a multiple of 64.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) slots: Vec<u64>,
    /// Second buffers; those of slots that have none are the slots themselves.
    pub(super) next: Vec<u64>,
    pub(super) inputs: Vec<u64>,
    pub(super) constants: Vec<u64>,
    pub(super) arena: u64,
    pub(super) workspace: u64,
    /// The number of the step.
    pub(super) step: u64,
    pub(super) empty_trees: u64,
    /// Hashes of the tiles of one slot, and of some level above them.
    pub(super) leaves: u64,
    pub(super) nodes: u64,
    pub(super) slot_roots: u64,
    /// Words of everything.
    pub(super) words: u64,
}

/// Words given out one part after the other.
struct Words(u64);

impl Words {
    fn take(&mut self, words: u64) -> u64 {
        let start = self.0;
        self.0 += words.next_multiple_of(LINE);
        start
    }

    fn tensors(&mut self, types: &[TensorType]) -> Vec<u64> {
        types
            .iter()
            .map(|ty| self.take(ty.dims.elements()))
            .collect()
    }
}

impl Layout {
    pub(super) fn new(program: &Program, second: &[usize], arena: u64, workspace: u64) -> Self {
        let mut words = Words(0);
        let slots = words.tensors(&program.slots);
        let mut next = slots.clone();
        for slot in second {
            next[*slot] = words.take(program.slots[*slot].dims.elements());
        }
        let tiles = program.slots.iter().map(|ty| ty.dims.tiles()).max();
        let hashes = 8 * (tiles.unwrap_or(1) + 1);
        Self {
            slots,
            next,
            inputs: words.tensors(&program.inputs),
            constants: words.tensors(&program.constants),
            arena: words.take(arena),
            workspace: words.take(workspace),
            step: words.take(2),
            empty_trees: words.take(8 * u64::from(EMPTY_TREES)),
            leaves: words.take(hashes),
            nodes: words.take(hashes.div_ceil(2)),
            slot_roots: words.take(8 * program.slots.len() as u64),
            words: words.0,
        }
    }
}
