//! Launches of data movement.

use super::{grid, Launch, Launches, WARP};
use crate::source::Unit;
use assay_numerics::Dims;

/// Fewest rows and columns that are worth a pass through shared memory.
const WORTH_SQUARES: u32 = 8;
/// Threads that turn a square.
const SQUARE_THREADS: u32 = 256;

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct MoveShape {
    elements: u64,
    dims: [u32; 4],
    from: u64,
    to: u64,
    from_stride: [u64; 4],
    to_stride: [u64; 4],
    input: u32,
    reserved: u32,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct TurnShape {
    rows: u32,
    cols: u32,
    blocks_rows: u32,
    blocks_cols: u32,
    lead: u32,
    reserved: u32,
    from_lead: [u64; 2],
    to_lead: [u64; 2],
    from_col: u64,
    to_row: u64,
}

impl Launch {
    fn movement(shape: &MoveShape) -> Self {
        Self::new(Unit::Movement, "move_elements", grid(shape.elements), shape)
    }
}

/// All elements of the first input in their order.
pub(crate) fn copy(output: Dims) -> Launch {
    slice(output, output, [0; 4])
}

/// The box of the output's size at `start`.
pub(super) fn slice(input: Dims, output: Dims, start: [u32; 4]) -> Launch {
    let from_stride = strides(input);
    let places = from_stride.iter().zip(start);
    Launch::movement(&MoveShape {
        elements: output.elements(),
        dims: output.get(),
        from: places
            .map(|(stride, start)| stride * u64::from(start))
            .sum(),
        to: 0,
        from_stride,
        to_stride: strides(output),
        input: 0,
        reserved: 0,
    })
}

/// The inputs one after the other along `axis`.
pub(super) fn concat(inputs: &[Dims], output: Dims, axis: u8) -> Launches {
    let axis = usize::from(axis);
    let to_stride = strides(output);
    let mut to = 0;
    let mut launches = Vec::with_capacity(inputs.len());
    for (number, input) in (0..).zip(inputs) {
        launches.push(Launch::movement(&MoveShape {
            elements: input.elements(),
            dims: input.get(),
            from: 0,
            to,
            from_stride: strides(*input),
            to_stride,
            input: number,
            reserved: 0,
        }));
        to += to_stride[axis] * u64::from(input.get()[axis]);
    }
    Launches {
        launches,
        workspace_words: 0,
    }
}

/// Output dimension `i` is input dimension `perm[i]`.
pub(super) fn permute(input: Dims, output: Dims, perm: [u8; 4]) -> Launch {
    let from = strides(input);
    let from_stride = perm.map(|axis| from[usize::from(axis)]);
    turn(output, perm, from_stride).unwrap_or_else(|| {
        Launch::movement(&MoveShape {
            elements: output.elements(),
            dims: output.get(),
            from: 0,
            to: 0,
            from_stride,
            to_stride: strides(output),
            input: 0,
            reserved: 0,
        })
    })
}

/// A permutation by squares, if the input's columns become another dimension and both are worth it.
fn turn(output: Dims, perm: [u8; 4], from: [u64; 4]) -> Option<Launch> {
    let sizes = output.get();
    let rows_axis = perm.iter().position(|axis| *axis == 3)?;
    let (rows, cols) = (sizes[rows_axis], sizes[3]);
    if rows_axis == 3 || rows.min(cols) < WORTH_SQUARES {
        return None;
    }
    let to = strides(output);
    let [lead0, lead1] = match rows_axis {
        0 => [1, 2],
        1 => [0, 2],
        _ => [0, 1],
    };
    let squares = |size: u32| size.div_ceil(WARP as u32);
    let shape = TurnShape {
        rows,
        cols,
        blocks_rows: squares(rows),
        blocks_cols: squares(cols),
        lead: sizes[lead1],
        reserved: 0,
        from_lead: [from[lead0], from[lead1]],
        to_lead: [to[lead0], to[lead1]],
        from_col: from[3],
        to_row: to[rows_axis],
    };
    // Fewer than 2^31: a square holds at least 64 of at most 2^34 elements.
    let blocks = shape.blocks_rows * shape.blocks_cols * sizes[lead0] * sizes[lead1];
    Some(Launch::new(
        Unit::Movement,
        "turn_squares",
        (blocks, SQUARE_THREADS),
        &shape,
    ))
}

/// Elements from one to the next along each dimension.
pub(super) fn strides(dims: Dims) -> [u64; 4] {
    let [_, d1, d2, d3] = dims.get().map(u64::from);
    [d1 * d2 * d3, d2 * d3, d3, 1]
}
