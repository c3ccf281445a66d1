//! Operators that go row by row, run together over strips of rows: what passes from one to the next stays in the cache.
//!
//! An operator takes part if a row of its output needs no more of the others' values than their same row: a Map, a row reduction, a
//! product by its left operand. So does a product whose terms are rows of both operands; it takes them strip by strip, in order. A value that nobody else reads is never stored as a whole. So the scores of attention are
//! never there but for a strip of queries, and a product's rows pass through its epilogue before they leave the cache.
//!
//! Each operator computes what it would by itself, a row at a time; no bit depends on the strips.

use super::exec::{Exec, Shared};
use super::map::Map;
use super::matmul::{MatMul, PIECES_PER_THREAD};
use super::path::Path;
use super::reduce::RowReduce;
use super::Kernel;
use std::cell::RefCell;

/// Most operators of a group.
pub(crate) const MAX_MEMBERS: usize = 32;
/// Most tensors that a group's operators read and write: eight inputs, an output and parts each.
pub(crate) const MAX_TENSORS: usize = 10 * MAX_MEMBERS;
/// Words of a thread's memory for values that are not stored: half of a usual second cache.
pub(crate) const SCRATCH_WORDS: usize = 128 << 10;
/// Bytes of one thread's memory for them.
pub(crate) const SCRATCH_BYTES: u64 = 4 * SCRATCH_WORDS as u64;

/// An operator that goes row by row.
#[derive(Clone, Debug)]
pub(crate) enum RowKernel {
    Map(Map),
    Reduce(RowReduce),
    Product(MatMul),
    /// A product whose terms are the rows.
    RowProduct(MatMul),
}

/// Where an operand lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    /// In a tensor, by its number among those of the group.
    Tensor(usize),
    /// In the thread's memory: the words before it and its own, for each row of a strip.
    Scratch { offset: usize, width: usize },
}

/// One operator of a group.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) kernel: RowKernel,
    pub(crate) inputs: Vec<Operand>,
    pub(crate) output: Operand,
    /// The tensor for parts of chunks, of a product that needs one.
    pub(crate) parts: Option<usize>,
}

/// The rows that a group goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Rows of every operator's output, leading dimensions included. If all are Maps of one shape an element is a row.
    pub(crate) count: usize,
    /// A strip lies in one matrix of so many rows; they divide `count`.
    pub(crate) matrix: usize,
    /// Most rows of a strip.
    pub(crate) height: usize,
    /// The rows of every strip but a matrix's last are a multiple of this, which divides `height`.
    pub(crate) grain: usize,
    /// Whether the strips of a matrix are taken in order.
    pub(crate) ordered: bool,
}

/// Operators in the order in which they are run, strip by strip.
#[derive(Clone, Debug)]
pub(crate) struct Strips {
    pub(crate) rows: Rows,
    pub(crate) members: Vec<Member>,
}

thread_local! {
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Lends this thread's memory, which is taken when it is first wanted.
fn with_scratch(work: impl FnOnce(*mut f32)) {
    SCRATCH.with(|scratch| {
        let mut scratch = scratch.borrow_mut();
        scratch.resize(SCRATCH_WORDS, 0.0);
        work(scratch.as_mut_ptr());
    });
}

impl RowKernel {
    /// The kernel, if it goes row by row.
    pub(crate) fn new(kernel: Kernel) -> Option<Self> {
        match kernel {
            Kernel::Map(map) => Some(Self::Map(map)),
            Kernel::RowReduce(reduce) => Some(Self::Reduce(reduce)),
            Kernel::MatMul(product) if product.goes_by_rows() && !product.is_narrow() => {
                Some(Self::Product(product))
            }
            Kernel::MatMul(product) if product.sums_over_rows() && !product.is_narrow() => {
                Some(Self::RowProduct(product))
            }
            _ => None,
        }
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        match self {
            Self::Map(map) => map.nanoseconds(),
            Self::Reduce(reduce) => reduce.nanoseconds(),
            Self::Product(product) | Self::RowProduct(product) => product.nanoseconds(),
        }
    }
}

impl Strips {
    /// Estimated nanoseconds on one thread of the fastest path.
    pub(crate) fn nanoseconds(&self) -> u64 {
        self.members
            .iter()
            .map(|member| member.kernel.nanoseconds())
            .sum()
    }

    /// Computes every operator's output.
    ///
    /// # Safety
    /// The tensors have the words of the operators' types; those that are written are nobody else's. A tensor that is written
    /// and read is read in the place that is written, by Maps and before it, or after the operator that wrote it.
    pub(crate) unsafe fn run(&self, exec: &Exec, tensors: &[Shared<f32>]) {
        let Rows { count, matrix, .. } = self.rows;
        let height = self.height(exec);
        let per_matrix = matrix.div_ceil(height);
        let strip = |number: usize| {
            let within = number % per_matrix * height;
            let first = number / per_matrix * matrix + within;
            let strip = Strip {
                path: exec.path,
                tensors,
                first,
                rows: height.min(matrix - within),
                count,
                height: self.rows.height,
            };
            with_scratch(|scratch| {
                for member in &self.members {
                    // SAFETY: the caller's promise; strips do not overlap, and the thread's memory has room for the values of
                    // `height` rows.
                    unsafe { strip.run(member, scratch) };
                }
            });
        };
        if self.rows.ordered {
            exec.each(count / matrix, |matrix| {
                (matrix * per_matrix..(matrix + 1) * per_matrix).for_each(strip);
            });
        } else {
            exec.each(count / matrix * per_matrix, strip);
        }
    }

    /// Whether every strip copies a right operand that all of them read.
    fn packs_for_each(&self) -> bool {
        self.members.iter().any(|member| {
            matches!(&member.kernel, RowKernel::Product(product) if product.shares_right())
        })
    }

    /// Rows of a strip: fewer than there may be if the threads want more strips.
    fn height(&self, exec: &Exec) -> usize {
        let Rows {
            count,
            matrix,
            height,
            grain,
            ordered,
        } = self.rows;
        if ordered {
            return height;
        }
        let mut wanted = exec.pieces(self.nanoseconds());
        if self.packs_for_each() {
            wanted = wanted.min(PIECES_PER_THREAD * exec.threads);
        }
        let per_matrix = wanted.div_ceil(count / matrix).max(matrix.div_ceil(height));
        matrix
            .div_ceil(per_matrix)
            .next_multiple_of(grain)
            .min(height)
    }
}

/// The rows that are being computed.
struct Strip<'a> {
    path: &'static Path,
    tensors: &'a [Shared<f32>],
    first: usize,
    rows: usize,
    /// Rows in all.
    count: usize,
    /// Rows for which the thread's memory is laid out.
    height: usize,
}

impl Strip<'_> {
    /// Where row 0 of an operand would be if all of it were stored.
    fn base(&self, operand: Operand, scratch: *mut f32) -> *mut f32 {
        match operand {
            Operand::Tensor(number) => self.tensors[number].at(0),
            Operand::Scratch { offset, width } => scratch
                .wrapping_add(offset * self.height)
                .wrapping_sub(self.first * width),
        }
    }

    /// # Safety
    /// As [`Strips::run`], for these rows, with `scratch` this thread's.
    unsafe fn run(&self, member: &Member, scratch: *mut f32) {
        let output = self.base(member.output, scratch);
        let rows = self.first..self.first + self.rows;
        let input = |number: usize| self.base(member.inputs[number], scratch);
        // SAFETY: the caller's promise. Only rows `first .. first + rows` of what goes by rows are touched.
        unsafe {
            match &member.kernel {
                RowKernel::Map(map) => {
                    let mut inputs = [Shared::new(core::ptr::null_mut()); 8];
                    for (base, input) in inputs.iter_mut().zip(&member.inputs) {
                        *base = Shared::new(self.base(*input, scratch));
                    }
                    let width = map.elements() / self.count;
                    let range = self.first * width..(self.first + self.rows) * width;
                    map.piece(self.path, &inputs, Shared::new(output), range);
                }
                RowKernel::Reduce(reduce) => {
                    reduce.rows(self.path, input(0), output, rows);
                }
                RowKernel::Product(product) => {
                    product.strip(self.path, input(0), input(1), output, rows);
                }
                RowKernel::RowProduct(product) => {
                    let operands = (input(0).cast_const(), input(1).cast_const());
                    let parts = member
                        .parts
                        .map_or(output, |parts| self.tensors[parts].at(0));
                    product.take_rows(self.path, operands, (output, parts), rows);
                }
            }
        }
    }
}
