//! MatMul: `y[i, j] = sum over k of a[i, k] * b[k, j]`, for each matrix of a batch.
//!
//! Without transposition a is [.., m, k] and b [.., k, n]; a transposed side is stored with its last two dimensions
//! exchanged. y is [.., m, n]. In each leading dimension the sides are equal or one is 1 and repeated; y has the
//! larger.
//!
//! Order: rule S. The k are cut into chunks of 512; a chunk starts at +0 and takes its terms ascending,
//! `part = fma(a, b, part)`; chunks are added ascending, `total = total + part`, from +0. The result is never -0.
//! NaN: propagates, 0 x inf makes one.
//!
//! Fold: `ceil(k / 32)` blocks; block q reads a's tile with k in 32 q .. 32 q + 32, then b's. Registers: total, part,
//! each as the output tile, +0. A block takes its terms into part; block 16 c + 15 and the last then do
//! `total = total + part; part = +0`. The output is total. Terms past the end do not exist.

use super::{rules, sum};
use crate::fold::{self, Fold};
use crate::{
    scalar, Context, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct MatMul {
    transpose_a: bool,
    transpose_b: bool,
    a: Dims,
    b: Dims,
    inner: u32,
    output: TensorType,
}

impl MatMul {
    pub(super) fn new(
        operation: &Operation,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Result<Self, OperationError> {
        let [a, b] = rules::inputs(operation)?.map(|ty| ty.dims);
        rules::all_float(operation)?;
        let (m, inner) = stored(a, transpose_a);
        let (right_inner, n) = stored(b, transpose_b);
        if inner != right_inner {
            return Err(OperationError::Inner {
                left: inner,
                right: right_inner,
            });
        }
        let [b0, b1] = [batch_dim(a, b, 0)?, batch_dim(a, b, 1)?];
        rules::dims(Operand::Output, operation.output, [b0, b1, m, n])?;
        rules::blocks(u64::from(inner.div_ceil(TILE)))?;
        Ok(Self {
            transpose_a,
            transpose_b,
            a,
            b,
            inner,
            output: operation.output,
        })
    }

    fn blocks(&self) -> u32 {
        self.inner.div_ceil(TILE)
    }

    fn closes(&self, k: u32) -> bool {
        sum::closes(k, sum::TILE_BLOCKS, self.blocks())
    }
}

/// Rows and columns of the matrices that stand in the product.
fn stored(dims: Dims, transposed: bool) -> (u32, u32) {
    if transposed {
        (dims.cols(), dims.rows())
    } else {
        (dims.rows(), dims.cols())
    }
}

fn batch_dim(a: Dims, b: Dims, axis: usize) -> Result<u32, OperationError> {
    let [a0, a1, ..] = a.get();
    let [b0, b1, ..] = b.get();
    let (left, right) = if axis == 0 { (a0, b0) } else { (a1, b1) };
    if left != right && left != 1 && right != 1 {
        return Err(OperationError::Batch { axis, left, right });
    }
    Ok(left.max(right))
}

/// The source tile at (row, col) of tiles of the product's side, in storage.
fn side(input: usize, dims: Dims, transposed: bool, batch: u64, row: u32, col: u32) -> SourceTile {
    let (tile_row, tile_col) = if transposed { (col, row) } else { (row, col) };
    SourceTile {
        input,
        tile: TileIndex {
            batch,
            tile_row,
            tile_col,
        }
        .number(dims),
    }
}

/// The terms of a side, 32 for each of its rows (a) or columns (b) in the product; +0 past the tile's end.
fn terms(tile: &Tile, along_rows: bool) -> Vec<f32> {
    let word = |line, q| {
        if along_rows {
            tile.float(line, q)
        } else {
            tile.float(q, line)
        }
    };
    (0..TILE)
        .flat_map(|line| (0..TILE).map(move |q| word(line, q)))
        .collect()
}

impl Fold for MatMul {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.blocks()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at); 2]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let batch = |dims: Dims| dims.broadcast_batch(self.output.dims, ctx.at.batch);
        vec![
            side(
                0,
                self.a,
                self.transpose_a,
                batch(self.a),
                ctx.at.tile_row,
                k,
            ),
            side(
                1,
                self.b,
                self.transpose_b,
                batch(self.b),
                k,
                ctx.at.tile_col,
            ),
        ]
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
        let [a, b] = fold::sources(sources)?;
        let count = (self.inner - k * TILE).min(TILE) as usize;
        let (left, right) = (terms(a, !self.transpose_a), terms(b, self.transpose_b));
        for (i, row) in (0..u32::from(part.rows())).zip(left.chunks_exact(TILE as usize)) {
            for (j, col) in (0..u32::from(part.cols())).zip(right.chunks_exact(TILE as usize)) {
                let pairs = row.iter().zip(col).take(count);
                part.set_float(
                    i,
                    j,
                    pairs.fold(part.float(i, j), |sum, (&a, &b)| scalar::fma(a, b, sum)),
                );
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
    use crate::ops::testing::{floats, values, words};
    use crate::{DType, Op};

    #[test]
    fn either_side_transposed() {
        let a = floats([1, 1, 2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let op = |transpose_a, transpose_b| Op::MatMul {
            transpose_a,
            transpose_b,
        };
        let gram = values(op(false, true), &[&a, &a], [1, 1, 2, 2]);
        assert_eq!(gram, [14.0, 32.0, 32.0, 77.0]);
        let gram = values(op(true, false), &[&a, &a], [1, 1, 3, 3]);
        assert_eq!(gram, [17.0, 22.0, 27.0, 22.0, 29.0, 36.0, 27.0, 36.0, 45.0]);
    }

    #[test]
    fn terms_are_fused() {
        // (1 + 2^-12)^2 - (1 + 2^-11) = 2^-24, which a rounded product loses.
        let x = f32::from_bits(0x3f80_0800);
        let a = floats([1, 1, 1, 2], &[-1.0, x]);
        let b = floats([1, 1, 2, 1], &[f32::from_bits(0x3f80_1000), x]);
        let op = Op::MatMul {
            transpose_a: false,
            transpose_b: false,
        };
        assert_eq!(
            words(op, 0, &[&a, &b], DType::F32, [1, 1, 1, 1]),
            [0x3380_0000]
        );
    }
}
