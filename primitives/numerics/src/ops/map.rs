//! Map: `y[i] = code(x0[i], x1[i], ..)`.
//!
//! All operands are floats. In each of the four dimensions an input has the output's size or 1, and what is 1 is
//! repeated. An input with the output's rows and columns counts as full-size, also if it is repeated over the batch;
//! at most 4 inputs are. Any other is a row, a column or a scalar of each matrix and counts as broadcast; at most 4
//! are.
//!
//! Order: each element alone, instructions in their order, each rounded by itself. NaN: what the code makes of it.
//!
//! Fold: one block. It reads of every input, in order, the one tile that the output tile draws from. Register 0 is
//! the output tile, +0 before the block.

use super::rules;
use crate::fold::{self, Fold};
use crate::map::eval::Values;
use crate::{
    Context, Dims, FoldError, MapCode, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct Map<'a> {
    code: &'a MapCode,
    inputs: &'a [TensorType],
    output: TensorType,
}

impl<'a> Map<'a> {
    pub(super) fn new(operation: &'a Operation, code: &'a MapCode) -> Result<Self, OperationError> {
        if operation.inputs.len() > Operation::MAX_INPUTS {
            return Err(rules::wrong_count(operation, 0, Operation::MAX_INPUTS));
        }
        rules::all_float(operation)?;
        let mut full = 0;
        for (number, input) in operation.inputs.iter().enumerate() {
            check_broadcast(number, input.dims, operation.output.dims)?;
            full += usize::from(is_full(input.dims, operation.output.dims));
        }
        check_counts(full, operation.inputs.len() - full)?;
        code.check(operation.inputs.len())
            .map_err(OperationError::Map)?;
        Ok(Self {
            code,
            inputs: &operation.inputs,
            output: operation.output,
        })
    }
}

fn is_full(input: Dims, output: Dims) -> bool {
    input.rows() == output.rows() && input.cols() == output.cols()
}

fn check_broadcast(number: usize, input: Dims, output: Dims) -> Result<(), OperationError> {
    for (axis, (found, output)) in input.get().into_iter().zip(output.get()).enumerate() {
        if found != 1 && found != output {
            return Err(OperationError::Broadcast {
                operand: Operand::Input(number),
                axis,
                found,
                output,
            });
        }
    }
    Ok(())
}

fn check_counts(full: usize, broadcast: usize) -> Result<(), OperationError> {
    if full > MapCode::MAX_FULL_INPUTS {
        return Err(OperationError::FullInputs {
            found: full,
            most: MapCode::MAX_FULL_INPUTS,
        });
    }
    if broadcast > MapCode::MAX_BROADCAST_INPUTS {
        return Err(OperationError::BroadcastInputs {
            found: broadcast,
            most: MapCode::MAX_BROADCAST_INPUTS,
        });
    }
    Ok(())
}

/// A row of a source tile as the output reads it; what is 1 is repeated. What lies beyond the tile is +0.
fn row(tile: &Tile, r: usize) -> [f32; TILE as usize] {
    let words = match tile.rows() {
        1 => tile.words(),
        _ => tile.row(r),
    };
    let mut row = [0.0; TILE as usize];
    match words {
        [word] => row = [f32::from_bits(*word); TILE as usize],
        _ => (row.iter_mut().zip(words)).for_each(|(to, word)| *to = f32::from_bits(*word)),
    }
    row
}

impl Fold for Map<'_> {
    fn blocks(&self, _at: TileIndex) -> u32 {
        1
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn sources(&self, ctx: &Context, _k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let tile_of = |dims: Dims| TileIndex {
            batch: dims.broadcast_batch(self.output.dims, ctx.at.batch),
            tile_row: ctx.at.tile_row.min(dims.tile_rows() - 1),
            tile_col: ctx.at.tile_col.min(dims.tile_cols() - 1),
        };
        let source = |(input, ty): (usize, &TensorType)| SourceTile {
            input,
            tile: tile_of(ty.dims).number(ty.dims),
        };
        self.inputs.iter().enumerate().map(source).collect()
    }

    fn step(
        &self,
        _ctx: &Context,
        _k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let mut room = Values::new();
        for r in 0..usize::from(out.rows()) {
            let values = room.eval(self.code, sources.iter().map(|tile| row(tile, r)));
            for (to, value) in out.row_mut(r).iter_mut().zip(values) {
                *to = value.to_bits();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{floats, values};
    use crate::{MapCode, MapInstruction, MapOp, Op};
    use alloc::vec;

    #[test]
    fn a_row_and_a_column_are_repeated() {
        let instructions = vec![MapInstruction {
            op: MapOp::Sub,
            args: [0, 1, 0],
        }];
        let op = Op::Map(MapCode {
            constants: vec![],
            instructions,
        });
        let row = floats([1, 1, 1, 3], &[10.0, 20.0, 30.0]);
        let column = floats([1, 1, 2, 1], &[1.0, 2.0]);
        let y = values(op, &[&row, &column], [1, 1, 2, 3]);
        assert_eq!(y, [9.0, 19.0, 29.0, 8.0, 18.0, 28.0]);
    }
}
