//! What a step costs.

use crate::{Input, Node, Program, Source, ValidProgram};
use alloc::{vec, vec::Vec};
use assay_numerics::{Op, TensorType};

/// What one step of a program costs, from its shapes alone. All figures saturate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkEstimate {
    /// Scalar operations a step; a multiply-add counts 2, a transcendental what its definition takes.
    pub flops_per_step: u64,
    /// Bytes that the nodes of a step read and write.
    pub bytes_per_step: u64,
    /// Bytes of state, dataset, constants and the most intermediate results alive at once.
    pub memory_bytes: u64,
    /// Number of nodes, `Commit` included: each costs a start whatever its size.
    pub nodes: u64,
    /// Bytes of the state.
    pub state_bytes: u64,
}

impl WorkEstimate {
    /// Most steps of an interval.
    const MAX_INTERVAL: u64 = 1 << 12;

    /// Steps between two committed states unless a job says otherwise: the fewest of which a state's root takes at most 3 % of
    /// the time. Reckoned with two cores that have AVX-512: roots at 0.5 GB/s, a fifth of their rate, since they find the state
    /// outside the caches and leave there what steps do not need, small ones take a start, and busy machines shall do as well; arithmetic at 150 GFLOP/s,
    /// values moved at 20 GB/s, and a microsecond for each node.
    pub fn default_interval(&self) -> u32 {
        let step = (self.flops_per_step / 150).max(self.bytes_per_step / 20);
        let step = step.saturating_add(self.nodes.saturating_mul(1_000)).max(1);
        // In nanoseconds: state / 0.5 <= steps * step * 3 / 100.
        let steps = self.state_bytes.saturating_mul(200);
        let steps = steps.div_ceil(step.saturating_mul(3));
        u32::try_from(steps.clamp(1, Self::MAX_INTERVAL)).unwrap_or(1)
    }
}

/// Estimates the work of a step.
pub fn estimate(program: &ValidProgram) -> WorkEstimate {
    let program = program.get();
    let state_bytes = total_bytes(&program.slots);
    let given = [
        state_bytes,
        total_bytes(&program.inputs),
        total_bytes(&program.constants),
        peak_bytes(program),
    ];
    WorkEstimate {
        flops_per_step: sum(program.nodes.iter().map(flops)),
        bytes_per_step: sum(program.nodes.iter().map(moved_bytes)),
        memory_bytes: sum(given.into_iter()),
        nodes: program.nodes.len() as u64,
        state_bytes,
    }
}

fn sum(mut values: impl Iterator<Item = u64>) -> u64 {
    values.try_fold(0u64, u64::checked_add).unwrap_or(u64::MAX)
}

fn total_bytes(types: &[TensorType]) -> u64 {
    sum(types.iter().map(|ty| ty.bytes()))
}

/// Scalar operations of a node.
fn flops(node: &Node) -> u64 {
    let output = node.output.dims.elements();
    let elements = |input: Option<&Input>| input.map_or(0, |input| input.ty.dims.elements());
    let (first, last) = (elements(node.inputs.first()), elements(node.inputs.last()));
    match &node.op {
        Op::Map(code) => output.saturating_mul(code.operations()),
        Op::MatMul { transpose_a, .. } => output
            .saturating_mul(2)
            .saturating_mul(inner(node, *transpose_a)),
        Op::RowSum | Op::RowMax | Op::ColSum | Op::ColMax | Op::LeadSum => first,
        Op::ScatterAdd => last,
        Op::Reshape
        | Op::Permute { .. }
        | Op::Slice { .. }
        | Op::Concat { .. }
        | Op::Gather
        | Op::Pick
        | Op::OneHot
        | Op::BatchRows { .. }
        | Op::RowWrite
        | Op::Commit => 0,
    }
}

/// Length of the sums of a product.
fn inner(node: &Node, transpose_a: bool) -> u64 {
    node.inputs.first().map_or(0, |left| match transpose_a {
        true => u64::from(left.ty.dims.rows()),
        false => u64::from(left.ty.dims.cols()),
    })
}

/// Bytes that a node reads and writes. Operators that take a part of an input read that part; a tape is written in place.
fn moved_bytes(node: &Node) -> u64 {
    let output = node.output.bytes();
    let input = |number: usize| node.inputs.get(number).map_or(0, |input| input.ty.bytes());
    match node.op {
        Op::Slice { .. } | Op::BatchRows { .. } => output.saturating_mul(2),
        Op::Gather | Op::Pick => output.saturating_mul(2).saturating_add(input(0)),
        Op::RowWrite => input(1).saturating_mul(2),
        Op::Commit => 0,
        Op::Map(_)
        | Op::MatMul { .. }
        | Op::RowSum
        | Op::RowMax
        | Op::ColSum
        | Op::ColMax
        | Op::LeadSum
        | Op::Reshape
        | Op::Permute { .. }
        | Op::Concat { .. }
        | Op::OneHot
        | Op::ScatterAdd => {
            sum(node.inputs.iter().map(|input| input.ty.bytes())).saturating_add(output)
        }
    }
}

/// The most bytes of node outputs that are alive at once: each from its node to the last that reads it, the next state to the end.
fn peak_bytes(program: &Program) -> u64 {
    let dying = dying_bytes(program);
    let (mut alive, mut peak) = (0u64, 0u64);
    for (node, dying) in program.nodes.iter().zip(dying) {
        alive = alive.saturating_add(node.output.bytes());
        peak = peak.max(alive);
        alive = alive.saturating_sub(dying);
    }
    peak
}

/// For each node, the bytes of the outputs that it is the last to read (its own, if nobody reads it).
fn dying_bytes(program: &Program) -> Vec<u64> {
    let mut last: Vec<usize> = (0..program.nodes.len()).collect();
    for (number, node) in program.nodes.iter().enumerate() {
        for input in &node.inputs {
            if let Source::Node(read) = input.source {
                last.get_mut(read as usize)
                    .into_iter()
                    .for_each(|reader| *reader = number);
            }
        }
    }
    let mut dying = vec![0u64; program.nodes.len()];
    let state = program.slots.len().saturating_add(1);
    let intermediate = program.nodes.len().saturating_sub(state);
    for (node, reader) in program.nodes.iter().zip(last).take(intermediate) {
        if let Some(bytes) = dying.get_mut(reader) {
            *bytes = bytes.saturating_add(node.output.bytes());
        }
    }
    dying
}
