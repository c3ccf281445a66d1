//! A random application of each operator. Each gives `None` if the pool has nothing that fits, or the result
//! would be too large; then another operator is tried.

use super::graph::{is_matrix, Graph};
use crate::Input;
use alloc::{vec, vec::Vec};
use assay_numerics::{DType, Op, RowOrder, TensorType};

/// Most multiply-adds of a product.
const MAX_PRODUCTS: u64 = 1 << 20;

fn is_float(ty: TensorType) -> bool {
    ty.dtype == DType::F32
}

fn is_index(ty: TensorType) -> bool {
    ty.dtype == DType::U32 && is_matrix(ty) && ty.dims.cols() == 1
}

impl Graph {
    pub(super) fn add_random_node(&mut self) -> Option<Input> {
        match self.rng.below(24) {
            0..4 => self.map(),
            4..6 => self.matmul(),
            6 => self.reduce_rows(),
            7 => self.reduce_cols(),
            8 => self.lead_sum(),
            9 => self.reshape(),
            10 => self.permute(),
            11 => self.slice(),
            12 => self.concat(),
            13 => self.gather(),
            14 => self.take(),
            15 => self.one_hot(),
            16 => self.shuffled_rows(),
            17 => self.sequential_rows(),
            18 => self.row_write(),
            19 => self.long_product(),
            20 => self.long_sum(),
            21 => self.scatter_add(),
            22 => self.long_scatter(),
            _ => self.stack(),
        }
    }

    pub(super) fn any_float(&mut self) -> Option<Input> {
        let sizes = [1, 1, self.rng.side(), self.rng.side()];
        self.find_or(is_float, DType::F32, sizes)
    }

    fn any_matrix(&mut self) -> Option<Input> {
        let sizes = [1, 1, self.rng.side(), self.rng.side()];
        self.find_or(is_matrix, DType::F32, sizes)
    }

    fn any_index(&mut self) -> Option<Input> {
        let sizes = [1, 1, self.rng.side(), 1];
        self.find_or(is_index, DType::U32, sizes)
    }

    fn matmul(&mut self) -> Option<Input> {
        let (transpose_a, transpose_b) = (self.rng.one_in(2), self.rng.one_in(2));
        let a = self.any_float()?;
        let [a0, a1, mut m, mut inner] = a.ty.dims.get();
        if transpose_a {
            (m, inner) = (inner, m);
        }
        let b = self.right_side([a0, a1], inner, transpose_b)?;
        let [b0, b1, rows, cols] = b.ty.dims.get();
        let n = if transpose_b { rows } else { cols };
        let sizes = [a0.max(b0), a1.max(b1), m, n];
        let products = sizes.iter().fold(u64::from(inner), |n, &size| {
            n.saturating_mul(u64::from(size))
        });
        if products > MAX_PRODUCTS {
            return None;
        }
        self.emit(
            Op::MatMul {
                transpose_a,
                transpose_b,
            },
            &[a, b],
            DType::F32,
            sizes,
        )
    }

    /// A right side for a left one with these leading dimensions and this inner one.
    fn right_side(&mut self, [a0, a1]: [u32; 2], inner: u32, transposed: bool) -> Option<Input> {
        let fits = |ty: TensorType| {
            let [b0, b1, rows, cols] = ty.dims.get();
            let batch = [(a0, b0), (a1, b1)]
                .iter()
                .all(|&(a, b)| a == b || a == 1 || b == 1);
            is_float(ty) && batch && inner == if transposed { cols } else { rows }
        };
        let n = self.rng.side();
        let (rows, cols) = if transposed { (n, inner) } else { (inner, n) };
        let leading = match self.rng.below(3) {
            0 => [a0, a1],
            1 if a0 == 1 => [2, a1],
            _ => [1, 1],
        };
        self.find_or(fits, DType::F32, [leading[0], leading[1], rows, cols])
    }

    /// A product whose sums have more than one chunk of 512 terms, mostly.
    fn long_product(&mut self) -> Option<Input> {
        let (m, inner, n) = (
            self.rng.between(1, 9),
            self.rng.between(500, 1600),
            self.rng.between(1, 9),
        );
        let (transpose_a, transpose_b) = (self.rng.one_in(2), self.rng.one_in(2));
        let stored = |rows, cols, transposed| match transposed {
            true => [1, 1, cols, rows],
            false => [1, 1, rows, cols],
        };
        let a = self.large_constant(DType::F32, stored(m, inner, transpose_a))?;
        let b = self.large_constant(DType::F32, stored(inner, n, transpose_b))?;
        let op = Op::MatMul {
            transpose_a,
            transpose_b,
        };
        self.emit(op, &[a, b], DType::F32, [1, 1, m, n])
    }

    /// A sum of more than one chunk, mostly.
    fn long_sum(&mut self) -> Option<Input> {
        let (op, from, to) = match self.rng.below(3) {
            0 => {
                let cols = self.rng.between(16_000, 32_000);
                (Op::RowSum, [1, 1, 1, cols], [1, 1, 1, 1])
            }
            1 => {
                let (rows, cols) = (self.rng.between(500, 3000), self.rng.between(1, 9));
                (Op::ColSum, [1, 1, rows, cols], [1, 1, 1, cols])
            }
            _ => {
                let (b0, b1, cols) = (2, self.rng.between(250, 900), self.rng.between(1, 9));
                (Op::LeadSum, [b0, b1, 2, cols], [1, 1, 2, cols])
            }
        };
        let x = self.large_constant(DType::F32, from)?;
        self.emit(op, &[x], DType::F32, to)
    }

    fn reduce_rows(&mut self) -> Option<Input> {
        let x = self.any_float()?;
        let [b0, b1, rows, _] = x.ty.dims.get();
        let op = if self.rng.one_in(2) {
            Op::RowSum
        } else {
            Op::RowMax
        };
        self.emit(op, &[x], DType::F32, [b0, b1, rows, 1])
    }

    fn reduce_cols(&mut self) -> Option<Input> {
        let x = self.any_float()?;
        let [b0, b1, _, cols] = x.ty.dims.get();
        let op = if self.rng.one_in(2) {
            Op::ColSum
        } else {
            Op::ColMax
        };
        self.emit(op, &[x], DType::F32, [b0, b1, 1, cols])
    }

    fn lead_sum(&mut self) -> Option<Input> {
        let sizes = [
            self.rng.between(1, 3),
            self.rng.between(2, 40),
            self.rng.between(1, 9),
            self.rng.between(1, 7),
        ];
        let x = self.find_or(|ty| is_float(ty) && !is_matrix(ty), DType::F32, sizes)?;
        let [b0, b1, rows, cols] = x.ty.dims.get();
        let kept = match self.rng.below(3) {
            0 if b0 > 1 => [1, b1],
            1 if b1 > 1 => [b0, 1],
            _ => [1, 1],
        };
        self.emit(
            Op::LeadSum,
            &[x],
            DType::F32,
            [kept[0], kept[1], rows, cols],
        )
    }

    fn any(&mut self) -> Option<Input> {
        self.find(|_| true)
    }

    fn reshape(&mut self) -> Option<Input> {
        let x = self.any()?;
        let mut left = x.ty.dims.elements() as u32;
        let mut sizes = [1; 4];
        for size in sizes.iter_mut().skip(1).rev() {
            let divisors: Vec<u32> = (1..=left).filter(|d| left.is_multiple_of(*d)).collect();
            *size = *self.rng.pick(&divisors)?;
            left /= *size;
        }
        sizes[0] = left;
        self.emit(Op::Reshape, &[x], x.ty.dtype, sizes)
    }

    fn permute(&mut self) -> Option<Input> {
        let x = self.any()?;
        let mut perm = [0, 1, 2, 3];
        for last in (1..4usize).rev() {
            perm.swap(last, self.rng.below(last as u32 + 1) as usize);
        }
        let sizes = x.ty.dims.get();
        self.emit(
            Op::Permute { perm },
            &[x],
            x.ty.dtype,
            perm.map(|axis| sizes[usize::from(axis)]),
        )
    }

    fn slice(&mut self) -> Option<Input> {
        let x = self.any()?;
        let sizes = x.ty.dims.get();
        let start = sizes.map(|size| self.rng.below(size));
        let mut taken = [0; 4];
        for (axis, size) in taken.iter_mut().enumerate() {
            *size = self.rng.between(1, sizes[axis] - start[axis]);
        }
        self.emit(Op::Slice { start }, &[x], x.ty.dtype, taken)
    }

    fn concat(&mut self) -> Option<Input> {
        let first = self.any()?;
        let axis = self.rng.below(4) as usize;
        let mut inputs = vec![first];
        for _ in 0..self.rng.below(8) {
            inputs.push(self.beside(first.ty, axis)?);
        }
        let mut sizes = first.ty.dims.get();
        sizes[axis] = inputs.iter().map(|input| input.ty.dims.get()[axis]).sum();
        self.emit(
            Op::Concat { axis: axis as u8 },
            &inputs,
            first.ty.dtype,
            sizes,
        )
    }

    /// Several tensors of one shape as a batch, so that there are leading dimensions to work on.
    fn stack(&mut self) -> Option<Input> {
        let first = self.find(is_matrix)?;
        let mut inputs = vec![first];
        for _ in 0..self.rng.between(1, 3) {
            inputs.push(self.beside(first.ty, 1)?);
        }
        let mut sizes = first.ty.dims.get();
        sizes[1] = inputs.iter().map(|input| input.ty.dims.get()[1]).sum();
        self.emit(Op::Concat { axis: 1 }, &inputs, first.ty.dtype, sizes)
    }

    /// Something that differs from `ty` in dimension `axis` at most.
    fn beside(&mut self, ty: TensorType, axis: usize) -> Option<Input> {
        let fits = |other: TensorType| {
            let mut sizes = other.dims.get();
            sizes[axis] = ty.dims.get()[axis];
            other.dtype == ty.dtype && sizes == ty.dims.get()
        };
        self.find(fits)
    }

    fn gather(&mut self) -> Option<Input> {
        let (index, table) = (self.any_index()?, self.any_matrix()?);
        let sizes = [1, 1, index.ty.dims.rows(), table.ty.dims.cols()];
        self.emit(Op::Gather, &[index, table], table.ty.dtype, sizes)
    }

    /// A Pick.
    fn take(&mut self) -> Option<Input> {
        let x = self.any_matrix()?;
        let rows = x.ty.dims.rows();
        let index = self.find_or(
            |ty| is_index(ty) && ty.dims.rows() == rows,
            DType::U32,
            [1, 1, rows, 1],
        )?;
        self.emit(Op::Pick, &[index, x], x.ty.dtype, [1, 1, rows, 1])
    }

    fn one_hot(&mut self) -> Option<Input> {
        let (index, cols) = (self.any_index()?, self.rng.side());
        self.emit(
            Op::OneHot,
            &[index],
            DType::F32,
            [1, 1, index.ty.dims.rows(), cols],
        )
    }

    fn scatter_add(&mut self) -> Option<Input> {
        let (index, rows) = (self.any_index()?, self.rng.side());
        let positions = index.ty.dims.rows();
        let cols = self.rng.side();
        let values = self.find_or(
            |ty| is_float(ty) && is_matrix(ty) && ty.dims.rows() == positions,
            DType::F32,
            [1, 1, positions, cols],
        )?;
        let sizes = [1, 1, rows, values.ty.dims.cols()];
        self.emit(Op::ScatterAdd, &[index, values], DType::F32, sizes)
    }

    /// A ScatterAdd of more than one chunk of positions, mostly.
    fn long_scatter(&mut self) -> Option<Input> {
        let (positions, cols) = (self.rng.between(500, 1600), self.rng.between(1, 9));
        let index = self.large_constant(DType::U32, [1, 1, positions, 1])?;
        let values = self.large_constant(DType::F32, [1, 1, positions, cols])?;
        let sizes = [1, 1, self.rng.side(), cols];
        self.emit(Op::ScatterAdd, &[index, values], DType::F32, sizes)
    }

    fn shuffled_rows(&mut self) -> Option<Input> {
        let (rows, batch) = (self.rows, self.batch);
        let x = self.find(|ty| is_matrix(ty) && ty.dims.rows() == rows)?;
        let op = Op::BatchRows {
            order: RowOrder::Shuffled,
        };
        self.emit(op, &[x], x.ty.dtype, [1, 1, batch, x.ty.dims.cols()])
    }

    fn sequential_rows(&mut self) -> Option<Input> {
        let (x, batch) = (self.any_matrix()?, self.rng.side());
        let op = Op::BatchRows {
            order: RowOrder::Sequential,
        };
        self.emit(op, &[x], x.ty.dtype, [1, 1, batch, x.ty.dims.cols()])
    }

    fn row_write(&mut self) -> Option<Input> {
        let tape = self.any_matrix()?;
        self.write_to(tape)
    }

    /// A RowWrite to this tape.
    pub(super) fn write_to(&mut self, tape: Input) -> Option<Input> {
        let (dtype, cols) = (tape.ty.dtype, tape.ty.dims.cols());
        let fits = |ty: TensorType| ty.dtype == dtype && is_matrix(ty) && ty.dims.cols() == cols;
        let rows = self.rng.between(1, 5);
        let value = match self.rng.one_in(2) {
            true => self.find_or(fits, dtype, [1, 1, rows, cols])?,
            false => self.constant(dtype, [1, 1, rows, cols])?,
        };
        self.emit(Op::RowWrite, &[tape, value], dtype, tape.ty.dims.get())
    }
}
