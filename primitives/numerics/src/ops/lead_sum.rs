//! LeadSum: the sum over one or both leading dimensions, `y[i0, i1, r, c] = sum of x[.., .., r, c]` over those that
//! the output has as 1 and the input has not. At least one is reduced.
//!
//! Order: rule S. The terms are the matrices in row-major order of their leading indices. Chunks of 512; a chunk
//! starts at +0, `part = part + x`; chunks are added ascending, `total = total + part`, from +0. The result is never
//! -0. NaN propagates; inf - inf makes one.
//!
//! Fold: a block per matrix, which reads that matrix's tile in the output tile's place. Registers: total, part, each
//! as the output tile, +0. Block 512 n + 511 and the last close the chunk: `total = total + part; part = +0`. The
//! output is total.

use super::{rules, sum};
use crate::fold::{self, Fold};
use crate::{
    Context, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType, Tile,
    TileIndex, TileShape,
};
use alloc::{vec, vec::Vec};

pub(super) struct LeadSum {
    input: Dims,
    output: TensorType,
    /// Matrices of the input along each leading dimension for one of the output.
    reduced: [u32; 2],
}

impl LeadSum {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [input] = rules::inputs(operation)?;
        rules::all_float(operation)?;
        let [i0, i1, rows, cols] = input.dims.get();
        let [o0, o1, ..] = operation.output.dims.get();
        rules::dims(Operand::Output, operation.output, [o0, o1, rows, cols])?;
        let reduced = [reduction(0, i0, o0)?, reduction(1, i1, o1)?];
        if reduced == [1, 1] {
            return Err(OperationError::NothingReduced);
        }
        let [n0, n1] = reduced.map(u64::from);
        rules::blocks(n0 * n1)?;
        Ok(Self {
            input: input.dims,
            output: operation.output,
            reduced,
        })
    }

    fn blocks(&self) -> u32 {
        let [n0, n1] = self.reduced;
        n0 * n1
    }

    fn closes(&self, k: u32) -> bool {
        sum::closes(k, sum::CHUNK, self.blocks())
    }
}

fn reduction(axis: usize, input: u32, output: u32) -> Result<u32, OperationError> {
    if output != 1 && output != input {
        return Err(OperationError::Lead {
            axis,
            input,
            output,
        });
    }
    Ok(input / output)
}

impl Fold for LeadSum {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.blocks()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at); 2]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let [_, o1, ..] = self.output.dims.get().map(u64::from);
        let [_, i1, ..] = self.input.get().map(u64::from);
        let [_, n1] = self.reduced;
        // A reduced dimension has output index 0, one that is kept has only offset 0.
        let first = ctx.at.batch / o1 + u64::from(k / n1);
        let second = ctx.at.batch % o1 + u64::from(k % n1);
        let at = TileIndex {
            batch: first * i1 + second,
            ..ctx.at
        };
        vec![SourceTile {
            input: 0,
            tile: at.number(self.input),
        }]
    }

    fn touches(&self, _ctx: &Context, k: u32) -> u8 {
        0b10 | u8::from(self.closes(k))
    }

    fn step(
        &self,
        _ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [total, part] = fold::registers(registers)?;
        let [x] = fold::sources(sources)?;
        sum::add(part, x);
        if self.closes(k) {
            sum::close(total, part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{floats, values};
    use crate::Op;

    #[test]
    fn either_dimension_or_both() {
        let x = floats([2, 3, 1, 1], &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
        assert_eq!(values(Op::LeadSum, &[&x], [1, 3, 1, 1]), [11.0, 22.0, 33.0]);
        assert_eq!(values(Op::LeadSum, &[&x], [2, 1, 1, 1]), [6.0, 60.0]);
        assert_eq!(values(Op::LeadSum, &[&x], [1, 1, 1, 1]), [66.0]);
    }
}
