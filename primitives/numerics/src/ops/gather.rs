//! Gather: `y[i, :] = table[index[i], :]`. Inputs: index u32 [1, 1, n, 1], table [1, 1, v, d] of any element type; y is
//! [1, 1, n, d] of the table's. An index of v or more reads +0 (0) in the whole row. Words are copied.
//!
//! Fold: as [`indexed`](super::indexed); an index names the table's tile with that row and the output tile's columns.

use super::{indexed::Lookup, rules};
use crate::{Dims, Operand, OperationError, TensorType, Tile, TileIndex, TILE};

pub(super) struct Gather;

impl Lookup for Gather {
    fn judge(rows: u32, table: TensorType) -> Result<[u32; 4], OperationError> {
        rules::matrix(Operand::Input(1), table)?;
        Ok([1, 1, rows, table.dims.cols()])
    }

    fn end(table: Dims) -> u32 {
        table.rows()
    }

    fn tile(row: u32, at: TileIndex) -> TileIndex {
        TileIndex {
            tile_row: row / TILE,
            ..at
        }
    }

    fn copy(row: u32, table: &Tile, k: u32, output: &mut Tile) {
        for c in 0..u32::from(output.cols()) {
            output.set(k, c, table.get(row % TILE, c));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, tensor, words};
    use crate::{DType, Op};

    #[test]
    fn rows_by_name_and_zeros_past_the_end() {
        let table = tensor(DType::F32, [1, 1, 3, 2], &[1, 2, 3, 4, 5, 6]);
        let y = words(
            Op::Gather,
            0,
            &[&index(&[2, 3, 0, u32::MAX]), &table],
            DType::F32,
            [1, 1, 4, 2],
        );
        assert_eq!(y, [5, 6, 0, 0, 1, 2, 0, 0]);
    }
}
