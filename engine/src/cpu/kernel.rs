//! One operation, ready to run.

use super::exec::Exec;
use super::map::Map;
use super::matmul::MatMul;
use super::movement::{Concat, Strided};
use super::reduce::{ColReduce, Reduction, RowReduce};
use super::rows::{self, BatchRows};
use super::scatter::ScatterAdd;
use assay_numerics::{Op, Operation};

/// An operator with its layouts. Made from an operation that its check has accepted.
#[derive(Clone, Debug)]
pub(crate) enum Kernel {
    Map(Map),
    MatMul(MatMul),
    RowReduce(RowReduce),
    ColReduce(ColReduce),
    Copy,
    Strided(Strided),
    Concat(Concat),
    Gather { width: usize },
    Pick { width: usize },
    OneHot { width: usize },
    BatchRows(BatchRows),
    RowWrite { width: usize },
    ScatterAdd(ScatterAdd),
}

/// Where an operation's tensors lie.
#[derive(Clone, Copy)]
pub(crate) struct Operands<'a> {
    /// Start and length of each input, in words.
    pub(crate) inputs: &'a [(*const u32, usize)],
    /// Start and length of the output, in words.
    pub(crate) output: (*mut u32, usize),
    /// Start and length of working memory, in words.
    pub(crate) workspace: (*mut u32, usize),
}

/// What the value of a node may depend on besides its inputs.
#[derive(Clone, Copy)]
pub(crate) struct StepContext<'a> {
    pub(crate) seed: &'a [u8; 32],
    pub(crate) step: u64,
}

impl Kernel {
    /// The kernel of an operation; `None` for `Commit`, which computes nothing.
    pub(crate) fn new(operation: &Operation) -> Option<Self> {
        let output = operation.output.dims;
        let inputs: Vec<_> = operation.inputs.iter().map(|ty| ty.dims).collect();
        let width = |number: usize| inputs[number].cols() as usize;
        Some(match &operation.op {
            Op::Map(code) => Self::Map(Map::new(code, &inputs, output)),
            Op::MatMul {
                transpose_a,
                transpose_b,
            } => Self::MatMul(MatMul::new(
                inputs[0],
                inputs[1],
                output,
                *transpose_a,
                *transpose_b,
            )),
            Op::RowSum => Self::RowReduce(RowReduce::new(Reduction::Sum, inputs[0])),
            Op::RowMax => Self::RowReduce(RowReduce::new(Reduction::Max, inputs[0])),
            Op::ColSum => Self::ColReduce(ColReduce::new(Reduction::Sum, inputs[0])),
            Op::ColMax => Self::ColReduce(ColReduce::new(Reduction::Max, inputs[0])),
            Op::LeadSum => Self::ColReduce(ColReduce::leading(inputs[0], output)),
            Op::Reshape => Self::Copy,
            Op::Permute { perm } => Self::Strided(Strided::permute(inputs[0], output, *perm)),
            Op::Slice { start } => Self::Strided(Strided::slice(inputs[0], output, *start)),
            Op::Concat { axis } => Self::Concat(Concat::new(inputs.iter().copied(), *axis)),
            Op::Gather => Self::Gather { width: width(1) },
            Op::Pick => Self::Pick { width: width(1) },
            Op::OneHot => Self::OneHot {
                width: output.cols() as usize,
            },
            Op::BatchRows { order } => Self::BatchRows(BatchRows::new(*order, inputs[0], output)),
            Op::RowWrite => Self::RowWrite { width: width(0) },
            Op::ScatterAdd => Self::ScatterAdd(ScatterAdd::new(inputs[1], output)),
            Op::Commit => return None,
        })
    }

    /// Whether input `number` may be the same memory as the output.
    pub(crate) fn may_overwrite(&self, number: usize) -> bool {
        match self {
            Self::Map(map) => map.is_full(number),
            Self::RowWrite { .. } => number == 0,
            _ => false,
        }
    }

    /// Words of working memory besides the operands, with so many threads.
    pub(crate) fn workspace_words(&self, threads: usize) -> usize {
        match self {
            Self::MatMul(product) => product.workspace_words(threads),
            _ => 0,
        }
    }

    /// Estimated nanoseconds on one thread of the fastest path, of those operators that threads share.
    pub(crate) fn nanoseconds(&self) -> u64 {
        match self {
            Self::Map(map) => map.nanoseconds(),
            Self::MatMul(product) => product.nanoseconds(),
            Self::RowReduce(reduce) => reduce.nanoseconds(),
            Self::ColReduce(reduce) => reduce.nanoseconds(),
            Self::Strided(strided) => strided.nanoseconds(),
            Self::ScatterAdd(scatter) => scatter.nanoseconds(),
            _ => 0,
        }
    }

    /// Computes the output.
    ///
    /// # Safety
    /// The operands are those of the operation: inputs readable and the output writable for the words that its types
    /// say, working memory for those that [`Self::workspace_words`] asks for with the threads of `exec`, all initialised and aligned; working
    /// memory is nobody else's. An input overlaps with the output only if it is the same memory and
    /// [`Self::may_overwrite`] allows it, and for `RowWrite` if the value is not there as well. Nobody else writes to them.
    pub(crate) unsafe fn run(&self, exec: &Exec, context: &StepContext, operands: &Operands) {
        if let Self::Map(map) = self {
            let mut inputs = [core::ptr::null::<f32>(); Operation::MAX_INPUTS];
            for (input, (start, _)) in inputs.iter_mut().zip(operands.inputs) {
                *input = start.cast();
            }
            // SAFETY: the caller's promise.
            unsafe {
                map.run(
                    exec,
                    &inputs[..operands.inputs.len()],
                    operands.output.0.cast(),
                )
            };
            return;
        }
        // SAFETY: the caller's promise; the first input is the output's memory only for a RowWrite in place, and then no
        // slice of it is made.
        unsafe {
            let (start, length) = operands.output;
            let in_place = operands
                .inputs
                .first()
                .is_some_and(|input| core::ptr::eq(input.0, start));
            let output = core::slice::from_raw_parts_mut(start, length);
            let (start, length) = operands.workspace;
            let workspace = core::slice::from_raw_parts_mut(start, length);
            let mut inputs: [&[u32]; Operation::MAX_INPUTS] = [&[]; Operation::MAX_INPUTS];
            for (number, (input, (start, length))) in
                inputs.iter_mut().zip(operands.inputs).enumerate()
            {
                if number > 0 || !in_place {
                    *input = core::slice::from_raw_parts(*start, *length);
                }
            }
            let tape = if in_place { None } else { Some(inputs[0]) };
            self.run_apart(
                exec,
                context,
                &inputs[..operands.inputs.len()],
                tape,
                (output, workspace),
            );
        }
    }

    /// Computes the output of an operator other than Map. `tape` is a RowWrite's, unless it lies in `output` already.
    fn run_apart(
        &self,
        exec: &Exec,
        context: &StepContext,
        inputs: &[&[u32]],
        tape: Option<&[u32]>,
        (output, workspace): (&mut [u32], &mut [u32]),
    ) {
        let float = |number: usize| bytemuck::cast_slice::<u32, f32>(inputs[number]);
        match self {
            Self::Map(_) => {}
            Self::MatMul(product) => product.run(
                exec,
                float(0),
                float(1),
                bytemuck::cast_slice_mut(output),
                bytemuck::cast_slice_mut(workspace),
            ),
            Self::RowReduce(reduce) => reduce.run(exec, float(0), bytemuck::cast_slice_mut(output)),
            Self::ColReduce(reduce) => reduce.run(exec, float(0), bytemuck::cast_slice_mut(output)),
            Self::Copy => output.copy_from_slice(inputs[0]),
            Self::Strided(strided) => strided.run(exec, inputs[0], output),
            Self::Concat(concat) => concat.run(inputs, output),
            Self::Gather { width } => rows::gather(inputs[0], inputs[1], *width, output),
            Self::Pick { width } => rows::pick(inputs[0], inputs[1], *width, output),
            Self::OneHot { width } => rows::one_hot(inputs[0], *width, output),
            Self::BatchRows(batch) => batch.run(context.seed, context.step, inputs[0], output),
            Self::RowWrite { width } => {
                if let Some(tape) = tape {
                    output.copy_from_slice(tape);
                }
                rows::row_write(context.step, inputs[1], *width, output);
            }
            Self::ScatterAdd(scatter) => {
                scatter.run(exec, inputs[0], float(1), bytemuck::cast_slice_mut(output))
            }
        }
    }
}
