//! Launches of ScatterAdd. The sums of chunks are computed side by side; where there is more than one chunk they go to the
//! workspace and are added in order.

use super::{grid, Launch, Launches, CHUNK};
use crate::source::Unit;
use assay_numerics::Dims;

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct ScatterShape {
    positions: u32,
    width: u32,
    rows: u32,
    chunks: u32,
}

/// Sorts the positions of each chunk, and adds up.
pub(super) fn scatter_add(values: Dims, output: Dims) -> Launches {
    let positions = u64::from(values.rows());
    let chunks = positions.div_ceil(CHUNK);
    let shape = ScatterShape {
        positions: values.rows(),
        width: values.cols(),
        rows: output.rows(),
        chunks: chunks as u32,
    };
    let launch = |kernel, threads| Launch::new(Unit::Scatter, kernel, grid(threads), &shape);
    let elements = values.elements();
    let mut launches = vec![
        launch("scatter_clear", output.elements()),
        launch("scatter_sort", positions),
    ];
    if chunks == 1 {
        launches.push(launch("scatter_parts", elements));
        return Launches {
            launches,
            workspace_words: 2 * positions,
        };
    }
    launches.push(launch("scatter_link", positions));
    launches.push(launch("scatter_parts", elements));
    launches.push(launch("scatter_join", elements));
    Launches {
        launches,
        workspace_words: 4 * positions + elements,
    }
}
