//! Launches of reductions. Where a sum has more than one chunk of 512 terms, the chunks are computed side by side into the
//! workspace and joined by a second kernel.

use super::{grid, Launch, Launches, CHUNK, WARP};
use crate::source::Unit;
use assay_numerics::Dims;

/// What is reduced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reduction {
    Sum,
    Max,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct RowShape {
    rows: u64,
    cols: u32,
    chunks: u32,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct StackShape {
    elements: u64,
    inner: u64,
    terms: [u32; 2],
    term_stride: [u64; 2],
    lead: u32,
    chunks: u32,
    lead_stride: [u64; 2],
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct ChunkShape {
    elements: u64,
    chunks: u32,
    reserved: u32,
}

/// RowSum or RowMax.
pub(super) fn rows(reduction: Reduction, input: Dims) -> Launches {
    let rows = input.batch() * u64::from(input.rows());
    let chunks = u64::from(input.cols()).div_ceil(CHUNK * WARP);
    let shape = RowShape {
        rows,
        cols: input.cols(),
        chunks: chunks as u32,
    };
    let [direct, parts, join] = match reduction {
        Reduction::Sum => ["row_sum", "row_sum_chunks", "row_sum_join"],
        Reduction::Max => ["row_max", "row_max_chunks", "row_max_join"],
    };
    let launch = |kernel, warps| Launch::new(Unit::Reduce, kernel, grid(warps * WARP), &shape);
    if chunks == 1 {
        return launch(direct, rows).into();
    }
    Launches {
        launches: vec![launch(parts, rows * chunks), launch(join, rows)],
        workspace_words: rows * chunks * WARP,
    }
}

/// ColSum or ColMax.
pub(super) fn cols(reduction: Reduction, input: Dims) -> Launches {
    let (rows, cols) = (input.rows(), u64::from(input.cols()));
    let shape = StackShape {
        elements: input.batch() * cols,
        inner: cols,
        terms: [1, rows],
        term_stride: [0, cols],
        lead: 1,
        chunks: 0,
        lead_stride: [u64::from(rows) * cols, 0],
    };
    stack(reduction, shape)
}

/// LeadSum.
pub(super) fn leading(input: Dims, output: Dims) -> Launches {
    let ([i0, i1, ..], [o0, o1, ..]) = (input.get(), output.get());
    let inner = u64::from(input.rows()) * u64::from(input.cols());
    let strides = [u64::from(i1) * inner, inner];
    let shape = StackShape {
        elements: output.elements(),
        inner,
        terms: [i0 / o0, i1 / o1],
        term_stride: strides,
        lead: o1,
        chunks: 0,
        lead_stride: strides,
    };
    stack(Reduction::Sum, shape)
}

fn stack(reduction: Reduction, shape: StackShape) -> Launches {
    let [first, second] = shape.terms.map(u64::from);
    let chunks = (first * second).div_ceil(CHUNK);
    let shape = StackShape {
        chunks: chunks as u32,
        ..shape
    };
    let kernel = match reduction {
        Reduction::Sum => "stack_sum",
        Reduction::Max => "stack_max",
    };
    let pieces = shape.elements * chunks;
    let mut launches = Launches::from(Launch::new(Unit::Reduce, kernel, grid(pieces), &shape));
    if chunks > 1 {
        launches.workspace_words = pieces;
        launches
            .launches
            .push(join(reduction, shape.elements, chunks));
    }
    launches
}

/// Joins the chunks of the workspace in order.
pub(super) fn join(reduction: Reduction, elements: u64, chunks: u64) -> Launch {
    let shape = ChunkShape {
        elements,
        chunks: chunks as u32,
        reserved: 0,
    };
    let kernel = match reduction {
        Reduction::Sum => "add_chunks",
        Reduction::Max => "max_chunks",
    };
    Launch::new(Unit::Reduce, kernel, grid(elements), &shape)
}
