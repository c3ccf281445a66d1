//! Pick: `y[i] = x[i, index[i]]`. Inputs: index u32 [1, 1, n, 1], x [1, 1, n, c] of any element type; y is
//! [1, 1, n, 1] of x's. An index of c or more reads +0 (0). Words are copied.
//!
//! Fold: as [`indexed`](super::indexed); an index names x's tile with the output tile's rows and that column.

use super::{indexed::Lookup, rules};
use crate::{Dims, Operand, OperationError, TensorType, Tile, TileIndex, TILE};

pub(super) struct Pick;

impl Lookup for Pick {
    fn judge(rows: u32, x: TensorType) -> Result<[u32; 4], OperationError> {
        rules::dims(Operand::Input(1), x, [1, 1, rows, x.dims.cols()])?;
        Ok([1, 1, rows, 1])
    }

    fn end(x: Dims) -> u32 {
        x.cols()
    }

    fn tile(col: u32, at: TileIndex) -> TileIndex {
        TileIndex {
            tile_col: col / TILE,
            ..at
        }
    }

    fn copy(col: u32, x: &Tile, k: u32, output: &mut Tile) {
        output.set(k, 0, x.get(k, col % TILE));
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, tensor, words};
    use crate::{DType, Op};

    #[test]
    fn one_of_each_row_and_zero_past_the_end() {
        let x = tensor(DType::F32, [1, 1, 3, 2], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            words(
                Op::Pick,
                0,
                &[&index(&[1, 0, 2]), &x],
                DType::F32,
                [1, 1, 3, 1]
            ),
            [2, 3, 0]
        );
    }
}
