//! Which kernels an operation needs, with what grids and shapes: everything that is decided on the host.
//!
//! Nothing here touches a device. The same launches run on a GPU and, in the tests, on an emulator of one.

mod hash;
mod map;
mod matmul;
mod movement;
mod reduce;
mod rows;
mod scatter;

pub use hash::{leaves, tree, EMPTY_TREES};
pub use matmul::{product, ProductForm, Tile};
pub(crate) use movement::copy;

use crate::source::Unit;
use assay_numerics::{DType, Op, Operation, RowOrder};
use bytemuck::NoUninit;
use std::borrow::Cow;

/// Terms of a chunk of rule S.
pub(crate) const CHUNK: u64 = 512;
/// Threads of a warp.
pub(crate) const WARP: u64 = 32;
/// Most blocks of kernels whose threads take several elements.
const MOST_BLOCKS: u64 = 1 << 14;
/// Threads of a block of such kernels.
const THREADS: u32 = 256;

/// The operands of an operation, as every kernel takes them: addresses of words. A tensor begins at a multiple of 16 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Operands {
    /// The inputs in order.
    pub inputs: [u64; Operation::MAX_INPUTS],
    /// The output.
    pub output: u64,
    /// [`Launches::workspace_words`] words of any content.
    pub workspace: u64,
    /// The number of the step, 64 bits.
    pub step: u64,
}

/// One launch of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Where the kernel is.
    pub unit: Unit,
    /// The kernel's name.
    pub kernel: Cow<'static, str>,
    /// Number of blocks.
    pub grid: u32,
    /// Threads of a block.
    pub block: u32,
    /// The kernel's second parameter.
    pub shape: Vec<u64>,
}

impl Launch {
    fn new<S: NoUninit>(
        unit: Unit,
        kernel: impl Into<Cow<'static, str>>,
        (grid, block): (u32, u32),
        shape: &S,
    ) -> Self {
        Self {
            unit,
            kernel: kernel.into(),
            grid,
            block,
            shape: words(bytemuck::bytes_of(shape)),
        }
    }
}

/// The bytes of a shape, all of whose fields fill words of 64 bits.
fn words(bytes: &[u8]) -> Vec<u64> {
    let (words, _) = bytes.as_chunks();
    words.iter().map(|word| u64::from_ne_bytes(*word)).collect()
}

/// The launches of an operation, one after the other, all with the same operands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launches {
    /// The launches in order.
    pub launches: Vec<Launch>,
    /// Words that they need beside inputs and output.
    pub workspace_words: u64,
}

impl From<Launch> for Launches {
    fn from(launch: Launch) -> Self {
        Self {
            launches: vec![launch],
            workspace_words: 0,
        }
    }
}

/// What of a device decides how work is cut. None of it changes a bit of any result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Number of multiprocessors, at least 1.
    pub processors: u32,
}

/// Whether an operation's output lies where its first input lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It has memory of its own.
    Apart,
    /// It is the same memory, as [`may_overwrite`] allows.
    InPlace,
}

/// The launches of an operation that its check has accepted; `None` for `Commit`, which computes nothing.
pub fn launches(
    operation: &Operation,
    seed: &[u8; 32],
    overlap: Overlap,
    target: Target,
) -> Option<Launches> {
    let output = operation.output.dims;
    let inputs: Vec<_> = operation.inputs.iter().map(|ty| ty.dims).collect();
    Some(match &operation.op {
        Op::Map(code) => map::map(code, &inputs, output).into(),
        Op::MatMul {
            transpose_a,
            transpose_b,
        } => {
            let transposed = [*transpose_a, *transpose_b];
            let form = ProductForm::choose([inputs[0], inputs[1]], transposed, output, target);
            product([inputs[0], inputs[1]], transposed, output, form)
        }
        Op::RowSum => reduce::rows(reduce::Reduction::Sum, inputs[0]),
        Op::RowMax => reduce::rows(reduce::Reduction::Max, inputs[0]),
        Op::ColSum => reduce::cols(reduce::Reduction::Sum, inputs[0]),
        Op::ColMax => reduce::cols(reduce::Reduction::Max, inputs[0]),
        Op::LeadSum => reduce::leading(inputs[0], output),
        Op::Reshape => movement::copy(output).into(),
        Op::Permute { perm } => movement::permute(inputs[0], output, *perm).into(),
        Op::Slice { start } => movement::slice(inputs[0], output, *start).into(),
        Op::Concat { axis } => movement::concat(&inputs, output, *axis),
        Op::Gather => rows::gather(inputs[0], inputs[1]).into(),
        Op::Pick => rows::pick(inputs[1]).into(),
        Op::OneHot => rows::one_hot(output).into(),
        Op::BatchRows { order } => {
            rows::batch_rows(*order == RowOrder::Shuffled, seed, inputs[0], output).into()
        }
        Op::RowWrite => rows::row_write(inputs[0], inputs[1], overlap),
        Op::ScatterAdd => scatter::scatter_add(inputs[1], output),
        Op::Commit => return None,
    })
}

/// Whether input `number` may be the same memory as the output: each of its elements is read by the thread that writes there.
pub fn may_overwrite(operation: &Operation, number: usize) -> bool {
    match &operation.op {
        Op::Map(_) => operation
            .inputs
            .get(number)
            .is_some_and(|input| input.dtype == DType::F32 && input.dims == operation.output.dims),
        Op::RowWrite => number == 0,
        _ => false,
    }
}

/// Blocks and threads for this many threads, each of which may take more than one element.
fn grid(threads: u64) -> (u32, u32) {
    let blocks = threads.div_ceil(u64::from(THREADS)).clamp(1, MOST_BLOCKS);
    (blocks as u32, THREADS)
}
