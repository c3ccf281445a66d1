//! ScatterAdd: `y[r, c] = sum of values[p, c] over the positions p with index[p] = r`. Inputs: index u32 [1, 1, n, 1],
//! values f32 [1, 1, n, d]; y is f32 [1, 1, v, d] for any v. An index of v or more is dropped, whatever its values are.
//!
//! Order: rule S over the positions, of which those of other rows are no terms. Positions are cut into chunks of 512; a
//! chunk starts at +0 and takes its terms ascending, `part = part + values[p, c]`; chunks are added ascending,
//! `total = total + part`, from +0. A chunk without terms is +0, which changes no total, as the result is never -0. NaN
//! propagates; inf - inf makes one.
//!
//! Fold: `ceil(n / 32)` blocks. Block k reads the index's tile (k, 0) and the values' tile in row k of tiles with the
//! output tile's columns, both as ordinary sources, and takes their rows ascending. Registers: total, part, each as the
//! output tile, +0. Block 16 n + 15 and the last close the chunk. The output is total.

use super::{rules, sum};
use crate::fold::{self, Fold};
use crate::{
    Context, DType, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct ScatterAdd {
    index: Dims,
    values: Dims,
    output: TensorType,
}

impl ScatterAdd {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [index, values] = rules::inputs(operation)?;
        let (positions, cols) = (index.dims.rows(), values.dims.cols());
        rules::dtype(Operand::Input(0), index, DType::U32)?;
        rules::dims(Operand::Input(0), index, [1, 1, positions, 1])?;
        rules::dtype(Operand::Input(1), values, DType::F32)?;
        rules::dims(Operand::Input(1), values, [1, 1, positions, cols])?;
        rules::dtype(Operand::Output, operation.output, DType::F32)?;
        let rows = operation.output.dims.rows();
        rules::dims(Operand::Output, operation.output, [1, 1, rows, cols])?;
        rules::blocks(u64::from(index.dims.tile_rows()))?;
        Ok(Self {
            index: index.dims,
            values: values.dims,
            output: operation.output,
        })
    }

    fn closes(&self, k: u32) -> bool {
        sum::closes(k, sum::TILE_BLOCKS, self.index.tile_rows())
    }
}

impl Fold for ScatterAdd {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.index.tile_rows()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at); 2]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let values = TileIndex {
            tile_row: k,
            ..ctx.at
        };
        let index = TileIndex {
            tile_col: 0,
            ..values
        };
        vec![
            SourceTile {
                input: 0,
                tile: index.number(self.index),
            },
            SourceTile {
                input: 1,
                tile: values.number(self.values),
            },
        ]
    }

    fn touches(&self, _ctx: &Context, k: u32) -> u8 {
        0b10 | u8::from(self.closes(k))
    }

    fn step(
        &self,
        ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [total, part] = fold::registers(registers)?;
        let [index, values] = fold::sources(sources)?;
        let first = ctx.at.tile_row * TILE;
        let height = u32::from(part.rows());
        for p in 0..u32::from(values.rows()) {
            let row = index.get(p, 0).checked_sub(first);
            let Some(row) = row.filter(|row| *row < height) else {
                continue;
            };
            for c in 0..u32::from(values.cols()) {
                sum::add_at(part, row, c, values.float(p, c));
            }
        }
        if self.closes(k) {
            sum::close(total, part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{floats, index, values};
    use crate::Op;
    use alloc::vec;

    #[test]
    fn rows_meet_where_their_index_says() {
        let x = floats([1, 1, 4, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let y = values(Op::ScatterAdd, &[&index(&[2, 0, 2, 3]), &x], [1, 1, 3, 2]);
        assert_eq!(y, [3.0, 4.0, 0.0, 0.0, 6.0, 8.0]);
    }

    #[test]
    fn a_chunk_counts_positions_and_not_terms() {
        const BIG: f32 = 16_777_216.0;
        // Two ones come after 2^24 to row 0: in its chunk each is lost, in the next they come together.
        let sum = |places: [usize; 2]| {
            let (mut rows, mut x) = (vec![1; 514], vec![0.0; 514]);
            rows[0] = 0;
            x[0] = BIG;
            for place in places {
                rows[place] = 0;
                x[place] = 1.0;
            }
            let x = floats([1, 1, 514, 1], &x);
            values(Op::ScatterAdd, &[&index(&rows), &x], [1, 1, 2, 1])[0]
        };
        assert_eq!(sum([510, 511]), BIG);
        assert_eq!(sum([511, 512]), BIG);
        assert_eq!(sum([512, 513]), BIG + 2.0);
    }
}
