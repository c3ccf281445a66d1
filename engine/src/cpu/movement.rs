//! Operators that only move elements to places known from the shapes: permute, slice, concat.

use super::exec::Exec;
use assay_numerics::Dims;

/// Words that one thread moves in a nanosecond.
const WORDS_PER_NS: u64 = 2;

/// Output rows drawn from one input: element `i` of the row with leading indices (x, y, z) comes from
/// `start + x s0 + y s1 + z s2 + i s3`.
#[derive(Clone, Debug)]
pub(crate) struct Strided {
    dims: [usize; 4],
    start: usize,
    strides: [usize; 4],
}

impl Strided {
    /// Output dimension `i` is input dimension `perm[i]`.
    pub(crate) fn permute(input: Dims, output: Dims, perm: [u8; 4]) -> Self {
        let strides = strides(input);
        Self {
            dims: sizes(output),
            start: 0,
            strides: perm.map(|axis| strides[usize::from(axis)]),
        }
    }

    /// The box of the output's size at `start`.
    pub(crate) fn slice(input: Dims, output: Dims, start: [u32; 4]) -> Self {
        let strides = strides(input);
        let start = strides
            .iter()
            .zip(start)
            .map(|(stride, index)| stride * index as usize)
            .sum();
        Self {
            dims: sizes(output),
            start,
            strides,
        }
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        // Strided reads are slower by about the elements of a line of cache.
        let factor = if self.strides[3] == 1 { 1 } else { 4 };
        self.dims.iter().product::<usize>() as u64 * factor / WORDS_PER_NS
    }

    pub(crate) fn run(&self, exec: &Exec, x: &[u32], to: &mut [u32]) {
        let [_, d1, d2, d3] = self.dims;
        let [s0, s1, s2, s3] = self.strides;
        exec.split(to, d3, self.nanoseconds(), |first, to| {
            for (row, to) in to.chunks_exact_mut(d3).enumerate() {
                let row = first + row;
                let (matrix, z) = (row / d2, row % d2);
                let x = &x[self.start + matrix / d1 * s0 + matrix % d1 * s1 + z * s2..];
                if s3 == 1 {
                    to.copy_from_slice(&x[..d3]);
                } else {
                    to.iter_mut()
                        .zip(x.iter().step_by(s3))
                        .for_each(|(to, x)| *to = *x);
                }
            }
        });
    }
}

/// Inputs one after the other along an axis.
#[derive(Clone, Debug)]
pub(crate) struct Concat {
    /// Words that each input gives at a time: its size along the axis times what lies inside.
    runs: Vec<usize>,
}

impl Concat {
    pub(crate) fn new(inputs: impl Iterator<Item = Dims>, axis: u8) -> Self {
        Self {
            runs: inputs
                .map(|dims| sizes(dims)[usize::from(axis)..].iter().product())
                .collect(),
        }
    }

    /// `inputs` are in order; each has its run as often as the output has indices before the axis.
    pub(crate) fn run(&self, inputs: &[&[u32]], to: &mut [u32]) {
        let whole: usize = self.runs.iter().sum();
        for (number, to) in to.chunks_exact_mut(whole).enumerate() {
            let mut rest = to;
            for (input, run) in inputs.iter().zip(&self.runs) {
                let (head, tail) = rest.split_at_mut(*run);
                head.copy_from_slice(&input[number * run..][..*run]);
                rest = tail;
            }
        }
    }
}

fn sizes(dims: Dims) -> [usize; 4] {
    dims.get().map(|dim| dim as usize)
}

/// Elements from one index to the next in each dimension of a row-major tensor.
fn strides(dims: Dims) -> [usize; 4] {
    let [_, d1, d2, d3] = sizes(dims);
    [d1 * d2 * d3, d2 * d3, d3, 1]
}
