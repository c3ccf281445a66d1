//! The end of a program: the next state and `Commit`.

use super::graph::{is_matrix, Graph};
use crate::{Input, Source};
use alloc::vec::Vec;
use assay_numerics::{DType, Op, Tensor, TensorType};

impl Graph {
    /// Appends a node for each slot's next value, and `Commit`.
    pub(super) fn close(&mut self) {
        let slots: Vec<TensorType> = self.state.iter().map(Tensor::ty).collect();
        for (slot, ty) in (0..).zip(slots) {
            self.update(Input {
                source: Source::Slot(slot),
                ty,
            });
        }
        self.emit(Op::Commit, &[], DType::F32, [1; 4]);
    }

    /// Appends exactly one node, of the slot's type.
    fn update(&mut self, slot: Input) {
        let updated = match slot.ty.dtype {
            _ if is_matrix(slot.ty) && self.rng.one_in(3) => self.write_to(slot),
            DType::F32 => self.map_of(slot, slot.ty.dims),
            DType::U32 => None,
        };
        if updated.is_none() {
            self.emit(Op::Reshape, &[slot], slot.ty.dtype, slot.ty.dims.get());
        }
    }
}
