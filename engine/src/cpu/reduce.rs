//! Row and column reductions over whole tensors.

use super::exec::Exec;
use super::path::{ColFn, Path, RowFn};
use assay_numerics::Dims;
use std::ops::Range;

/// Columns to which a piece of work is rounded, so that no two threads write to one line of cache.
const COLUMN_GROUP: usize = 64;
/// Elements that one thread reduces in 32 nanoseconds.
const ELEMENTS_PER_32_NS: u64 = 256;

/// Sum or maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reduction {
    Sum,
    Max,
}

/// A reduction of every row: [b0, b1, r, c] to [b0, b1, r, 1].
#[derive(Clone, Debug)]
pub(crate) struct RowReduce {
    reduction: Reduction,
    cols: usize,
    elements: u64,
}

impl RowReduce {
    pub(crate) fn new(reduction: Reduction, input: Dims) -> Self {
        Self {
            reduction,
            cols: input.cols() as usize,
            elements: input.elements(),
        }
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        // A row costs about as much as 64 elements besides.
        (self.elements + 64 * (self.elements / self.cols as u64)) / (ELEMENTS_PER_32_NS / 32)
    }

    pub(crate) fn run(&self, exec: &Exec, x: &[f32], to: &mut [f32]) {
        exec.split(to, 1, self.nanoseconds(), |row, to| {
            let x = &x[row * self.cols..][..to.len() * self.cols];
            // SAFETY: `x` holds exactly the rows of `to`.
            unsafe { self.rows(exec.path, x.as_ptr(), to.as_mut_ptr(), 0..to.len()) };
        });
    }

    /// Reduces some rows of the tensor `x` to their places in `to`.
    ///
    /// # Safety
    /// The processor has the path's instructions. These rows of `x` are readable, and their places in `to` writable.
    pub(crate) unsafe fn rows(&self, path: &Path, x: *const f32, to: *mut f32, rows: Range<usize>) {
        let kernel: RowFn = match self.reduction {
            Reduction::Sum => path.row_sum,
            Reduction::Max => path.row_max,
        };
        let (x, to) = (
            x.wrapping_add(rows.start * self.cols),
            to.wrapping_add(rows.start),
        );
        // SAFETY: the caller's promise.
        unsafe { kernel(x, rows.len(), self.cols, to) };
    }
}

/// A reduction over the rows of each matrix of a batch: [batch, rows, cols] to [batch, cols].
#[derive(Clone, Debug)]
pub(crate) struct ColReduce {
    reduction: Reduction,
    rows: usize,
    cols: usize,
    elements: u64,
}

impl ColReduce {
    /// Over the rows of each matrix.
    pub(crate) fn new(reduction: Reduction, input: Dims) -> Self {
        let (rows, cols) = (input.rows() as usize, input.cols() as usize);
        Self {
            reduction,
            rows,
            cols,
            elements: input.elements(),
        }
    }

    /// Over leading dimensions: a column is the same place in the matrices that are added.
    pub(crate) fn leading(input: Dims, output: Dims) -> Self {
        let [i0, i1, rows, cols] = input.get().map(|dim| dim as usize);
        let [o0, o1, ..] = output.get().map(|dim| dim as usize);
        let matrix = rows * cols;
        let (rows, cols) = match (o0 < i0, o1 < i1) {
            (true, true) => (i0 * i1, matrix),
            (true, false) => (i0, i1 * matrix),
            (false, _) => (i1, matrix),
        };
        Self {
            reduction: Reduction::Sum,
            rows,
            cols,
            elements: input.elements(),
        }
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        self.elements / (ELEMENTS_PER_32_NS / 32)
    }

    pub(crate) fn run(&self, exec: &Exec, x: &[f32], to: &mut [f32]) {
        let kernel: ColFn = match self.reduction {
            Reduction::Sum => exec.path.col_sum,
            Reduction::Max => exec.path.col_max,
        };
        let matrix = self.rows * self.cols;
        let ns = self.nanoseconds() * self.cols as u64 / to.len() as u64;
        for (x, to) in x.chunks_exact(matrix).zip(to.chunks_exact_mut(self.cols)) {
            let group = COLUMN_GROUP.min(self.cols);
            exec.split(to, group, ns, |first, to| {
                let x = &x[first * group..];
                debug_assert!(x.len() >= (self.rows - 1) * self.cols + to.len());
                // SAFETY: the processor has the path's instructions. The matrix has `cols` elements in each row, and
                // the columns of `to` begin at `x`.
                unsafe { kernel(x.as_ptr(), self.rows, self.cols, to.len(), to.as_mut_ptr()) };
            });
        }
    }
}
