//! One method for each operator, with the shape of its result inferred.

use super::{graph::broadcast_dims, BuildError, GraphBuilder, Var};
use assay_numerics::{DType, Dims, Op, RowOrder, TensorType};

impl GraphBuilder {
    /// Batched matrix product. With `transpose_a` the left side, with `transpose_b` the right side is stored as its
    /// transpose; leading dimensions must be equal or 1.
    pub fn matmul(
        &mut self,
        a: Var,
        b: Var,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Result<Var, BuildError> {
        let (left, right) = (a.dims(), b.dims());
        let rows = if transpose_a {
            left.cols()
        } else {
            left.rows()
        };
        let cols = if transpose_b {
            right.rows()
        } else {
            right.cols()
        };
        let [l0, l1, ..] = left.get();
        let [r0, r1, ..] = right.get();
        let [b0, b1, ..] =
            broadcast_dims(Dims::new([l0, l1, 1, 1])?, Dims::new([r0, r1, 1, 1])?)?.get();
        let output = TensorType::f32(Dims::new([b0, b1, rows, cols])?);
        self.push(
            Op::MatMul {
                transpose_a,
                transpose_b,
            },
            &[a, b],
            output,
        )
    }

    /// Sum of each row: [b0, b1, r, 1].
    pub fn row_sum(&mut self, x: Var) -> Result<Var, BuildError> {
        self.reduce(Op::RowSum, x, &[3])
    }

    /// Maximum of each row: [b0, b1, r, 1].
    pub fn row_max(&mut self, x: Var) -> Result<Var, BuildError> {
        self.reduce(Op::RowMax, x, &[3])
    }

    /// Sum of each column: [b0, b1, 1, c].
    pub fn col_sum(&mut self, x: Var) -> Result<Var, BuildError> {
        self.reduce(Op::ColSum, x, &[2])
    }

    /// Maximum of each column: [b0, b1, 1, c].
    pub fn col_max(&mut self, x: Var) -> Result<Var, BuildError> {
        self.reduce(Op::ColMax, x, &[2])
    }

    /// Sum over both leading dimensions: [1, 1, r, c].
    pub fn lead_sum(&mut self, x: Var) -> Result<Var, BuildError> {
        self.reduce(Op::LeadSum, x, &[0, 1])
    }

    pub(super) fn reduce(&mut self, op: Op, x: Var, axes: &[usize]) -> Result<Var, BuildError> {
        let mut dims = x.dims().get();
        axes.iter().for_each(|&axis| dims[axis] = 1);
        self.push(op, &[x], TensorType::f32(Dims::new(dims)?))
    }

    /// The same elements in row-major order under other dimensions.
    pub fn reshape(&mut self, x: Var, dims: Dims) -> Result<Var, BuildError> {
        self.push(
            Op::Reshape,
            &[x],
            TensorType {
                dtype: x.dtype(),
                dims,
            },
        )
    }

    /// Output dimension `i` is input dimension `perm[i]`.
    pub fn permute(&mut self, x: Var, perm: [u8; 4]) -> Result<Var, BuildError> {
        let from = x.dims().get();
        // An impossible permutation is refused by the operator's check, whatever shape is claimed for it.
        let dims = perm.map(|axis| from.get(usize::from(axis)).copied().unwrap_or(1));
        self.push(
            Op::Permute { perm },
            &[x],
            TensorType {
                dtype: x.dtype(),
                dims: Dims::new(dims)?,
            },
        )
    }

    /// The box of size `dims` that starts at `start`.
    pub fn slice(&mut self, x: Var, start: [u32; 4], dims: Dims) -> Result<Var, BuildError> {
        self.push(
            Op::Slice { start },
            &[x],
            TensorType {
                dtype: x.dtype(),
                dims,
            },
        )
    }

    /// The parts one after the other along `axis`, 0 to 3.
    pub fn concat(&mut self, parts: &[Var], axis: u8) -> Result<Var, BuildError> {
        let first = parts
            .first()
            .ok_or(BuildError::NoInput { operator: "Concat" })?;
        let mut dims = first.dims().get();
        if let Some(size) = dims.get_mut(usize::from(axis)) {
            let sizes = parts
                .iter()
                .map(|part| part.dims().get()[usize::from(axis)]);
            *size = sizes.fold(0, u32::saturating_add);
        }
        self.push(
            Op::Concat { axis },
            parts,
            TensorType {
                dtype: first.dtype(),
                dims: Dims::new(dims)?,
            },
        )
    }

    /// Rows of `table` [1, 1, v, d] named by `index` u32 [1, 1, n, 1], as an embedding takes them: [1, 1, n, d]. An index out of
    /// range gives a row of +0. Its gradient is a [`scatter_add`](Self::scatter_add), and so takes at most 2^21 indices.
    pub fn gather(&mut self, index: Var, table: Var) -> Result<Var, BuildError> {
        let dims = Dims::matrix(index.dims().rows(), table.dims().cols())?;
        self.push(
            Op::Gather,
            &[index, table],
            TensorType {
                dtype: table.dtype(),
                dims,
            },
        )
    }

    /// A matrix of `rows` rows, each the sum of those of `values` [1, 1, n, d] that `index` u32 [1, 1, n, 1] sends there: [1, 1, rows, d].
    /// An index out of range is dropped; n is at most 2^21.
    pub fn scatter_add(&mut self, index: Var, values: Var, rows: u32) -> Result<Var, BuildError> {
        let dims = Dims::matrix(rows, values.dims().cols())?;
        self.push(Op::ScatterAdd, &[index, values], TensorType::f32(dims))
    }

    /// Of each row of `x` [1, 1, n, c] the element that `index` u32 [1, 1, n, 1] names: [1, 1, n, 1].
    pub fn pick(&mut self, index: Var, x: Var) -> Result<Var, BuildError> {
        let dims = Dims::matrix(x.dims().rows(), 1)?;
        self.push(
            Op::Pick,
            &[index, x],
            TensorType {
                dtype: x.dtype(),
                dims,
            },
        )
    }

    /// `index` u32 [1, 1, n, 1] as rows of zeros with a single 1: [1, 1, n, classes].
    pub fn one_hot(&mut self, index: Var, classes: u32) -> Result<Var, BuildError> {
        let dims = Dims::matrix(index.dims().rows(), classes)?;
        self.push(
            Op::OneHot,
            &[index],
            TensorType {
                dtype: DType::F32,
                dims,
            },
        )
    }

    /// The current step's batch of rows of a dataset [1, 1, n, d]: [1, 1, batch, d].
    pub fn batch_rows(
        &mut self,
        data: Var,
        batch: u32,
        order: RowOrder,
    ) -> Result<Var, BuildError> {
        let dims = Dims::matrix(batch, data.dims().cols())?;
        self.push(
            Op::BatchRows { order },
            &[data],
            TensorType {
                dtype: data.dtype(),
                dims,
            },
        )
    }

    /// The tape [1, 1, n, c] with this step's rows, `step * b` and following, replaced by `value` [1, 1, b, c].
    pub fn row_write(&mut self, tape: Var, value: Var) -> Result<Var, BuildError> {
        self.push(Op::RowWrite, &[tape, value], tape.ty())
    }
}
