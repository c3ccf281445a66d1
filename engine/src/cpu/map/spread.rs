//! Inputs that are repeated along some dimensions.

use assay_numerics::Dims;

/// Where the elements of a broadcast input lie, for each of the output's.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// The output's dimensions.
    dims: [usize; 4],
    /// Elements of the input from one index to the next; 0 along a dimension of size 1.
    strides: [usize; 4],
}

impl Spread {
    /// An input each of whose dimensions is 1 or the output's.
    pub(super) fn new(input: Dims, output: Dims) -> Self {
        let sizes = input.get().map(|dim| dim as usize);
        let mut strides = [0; 4];
        let mut elements = 1;
        for (stride, size) in strides.iter_mut().zip(sizes).rev() {
            *stride = if size == 1 { 0 } else { elements };
            elements *= size;
        }
        Self {
            dims: output.get().map(|dim| dim as usize),
            strides,
        }
    }

    /// Writes what meets the output's elements `start .. start + n`.
    ///
    /// # Safety
    /// `from` is readable for the input's elements, `to` writable for `n`; `start + n` is at most the output's elements.
    pub(super) unsafe fn write(&self, from: *const f32, to: *mut f32, start: usize, n: usize) {
        let [_, d1, d2, d3] = self.dims;
        let [s0, s1, s2, s3] = self.strides;
        let (mut row, mut column) = (start / d3, start % d3);
        let mut done = 0;
        while done < n {
            let length = (d3 - column).min(n - done);
            let (matrix, r) = (row / d2, row % d2);
            let offset = matrix / d1 * s0 + matrix % d1 * s1 + r * s2 + column * s3;
            // SAFETY: the offset is that of an input's element, and with s3 = 1 the rest of its row follows; `done +
            // length` is at most n.
            unsafe {
                let (source, target) = (from.add(offset), to.add(done));
                if s3 == 0 {
                    super::fill(target, *source, length);
                } else {
                    core::ptr::copy_nonoverlapping(source, target, length);
                }
            }
            done += length;
            row += 1;
            column = 0;
        }
    }
}
