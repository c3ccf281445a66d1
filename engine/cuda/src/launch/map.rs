//! Launches of Maps.

use super::{grid, Launch};
use crate::map_source::MapKernel;
use crate::source::Unit;
use assay_numerics::{map::MapCode, Dims};

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct MapShape {
    elements: u64,
    dims: [u32; 4],
    strides: [[u64; 4]; MapCode::MAX_INPUTS],
}

pub(super) fn map(code: &MapCode, inputs: &[Dims], output: Dims) -> Launch {
    let mut shape = MapShape {
        elements: output.elements(),
        dims: output.get(),
        strides: [[0; 4]; MapCode::MAX_INPUTS],
    };
    for (strides, input) in shape.strides.iter_mut().zip(inputs) {
        *strides = repeated(*input);
    }
    let kernel = MapKernel::new(code, inputs, output);
    let threads = shape.elements.div_ceil(4);
    Launch::new(Unit::Maps, kernel.name().to_owned(), grid(threads), &shape)
}

/// Elements from one to the next along each dimension, 0 along those of size 1.
fn repeated(dims: Dims) -> [u64; 4] {
    let mut strides = super::movement::strides(dims);
    for (stride, size) in strides.iter_mut().zip(dims.get()) {
        if size == 1 {
            *stride = 0;
        }
    }
    strides
}
