//! Elementwise code, run over blocks of elements.
//!
//! The output is one row of `elements` values. A full-size input is read in place, a broadcast one is spread into a
//! block of its own, and every instruction runs over a whole block in vectors. The last block may be short; its inputs
//! are copied so that vectors may reach past its end.

pub(crate) mod block;
mod code;
mod spread;

use super::exec::{Exec, Shared};
use super::path::Path;
use assay_numerics::{map::MapCode, Dims};
use block::{BLOCK, MAX_VALUES};
use code::Code;
use core::mem::MaybeUninit;
use spread::Spread;

/// Elements to which a piece of work is rounded, so that no two threads write to one line of cache.
const PIECE: usize = 4 * BLOCK;

/// A Map with its operands' layouts.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    code: Code,
    inputs: Vec<Layout>,
    elements: usize,
}

/// How an input's elements meet the output's.
#[derive(Clone, Debug)]
enum Layout {
    /// Element by element.
    Full,
    /// One element for all.
    Scalar,
    /// Repeated along some dimensions.
    Spread(Spread),
}

/// Memory for one block of every value. Nothing is read there before it was written.
#[repr(align(64))]
struct Workspace {
    blocks: [[f32; BLOCK]; MAX_VALUES],
}

impl Map {
    /// Code over inputs and an output of these dimensions, which the operator's check has accepted.
    pub(crate) fn new(code: &MapCode, inputs: &[Dims], output: Dims) -> Self {
        let layouts = inputs
            .iter()
            .map(|dims| Layout::new(*dims, output))
            .collect();
        Self {
            code: Code::new(code, inputs.len()),
            inputs: layouts,
            elements: output.elements() as usize,
        }
    }

    /// Whether input `number` is read element by element, so that it may be the output as well.
    pub(crate) fn is_full(&self, number: usize) -> bool {
        matches!(self.inputs.get(number), Some(Layout::Full))
    }

    /// Estimated nanoseconds on one thread of the fastest path.
    pub(crate) fn nanoseconds(&self) -> u64 {
        let arguments = self.inputs.len() as u64;
        (self.elements as u64).saturating_mul(self.code.cost() + 2 * arguments) / 32
    }

    /// Computes the output.
    ///
    /// # Safety
    /// Each input is readable for the elements of its dimensions and `output` is writable for its own. An input overlaps
    /// with `output` only if it is the same memory and [`Self::is_full`]. Nobody else writes to any of them.
    pub(crate) unsafe fn run(&self, exec: &Exec, inputs: &[*const f32], output: *mut f32) {
        let mut sources = [Shared::new(core::ptr::null_mut()); 8];
        for (source, input) in sources.iter_mut().zip(inputs) {
            *source = Shared::new(input.cast_mut());
        }
        let output = Shared::new(output);
        let pieces = exec.pieces(self.nanoseconds());
        let length = self.elements.div_ceil(pieces).next_multiple_of(PIECE);
        exec.each(self.elements.div_ceil(length), |piece| {
            let start = piece * length;
            let end = (start + length).min(self.elements);
            // SAFETY: the caller's promise; pieces do not overlap.
            unsafe { self.piece(exec.path, &sources, output, start..end) };
        });
    }

    /// Elements of the output.
    pub(crate) fn elements(&self) -> usize {
        self.elements
    }

    /// Computes the elements of `range`.
    ///
    /// # Safety
    /// As [`Self::run`], for these elements, and for what broadcast inputs give to them.
    pub(crate) unsafe fn piece(
        &self,
        path: &Path,
        inputs: &[Shared<f32>; 8],
        output: Shared<f32>,
        range: core::ops::Range<usize>,
    ) {
        let mut workspace = MaybeUninit::<Workspace>::uninit();
        // SAFETY: only the address of a field of a local variable is taken.
        let base: *mut f32 = unsafe { &raw mut (*workspace.as_mut_ptr()).blocks }.cast();
        // Place `i` starts out as block `i` of the workspace; the places are unrelated to each other.
        let mut places: [*mut f32; MAX_VALUES] =
            core::array::from_fn(|i| base.wrapping_add(i * BLOCK));
        // SAFETY: a block of the workspace has `BLOCK` elements.
        unsafe { self.fill_constants(&places, inputs) };
        let result = usize::from(self.code.result);
        let own = places;
        for start in range.clone().step_by(BLOCK) {
            let n = BLOCK.min(range.end - start);
            let whole = n == BLOCK;
            // SAFETY: elements `start .. start + n` of full inputs and output are the caller's to give; everything
            // else lies in the workspace. A short block goes through the workspace alone.
            unsafe {
                self.place_inputs(&mut places, &own, inputs, start, n);
                if whole {
                    places[result] = output.at(start);
                } else {
                    places[result] = own[result];
                }
                (path.map)(&self.code.steps, &places, n);
                if !whole {
                    core::ptr::copy_nonoverlapping(own[result], output.at(start), n);
                }
            }
        }
    }

    /// Fills the blocks of constants and scalars.
    ///
    /// # Safety
    /// Every place has `BLOCK` elements; scalar inputs are readable.
    unsafe fn fill_constants(&self, places: &[*mut f32; MAX_VALUES], inputs: &[Shared<f32>; 8]) {
        // SAFETY: the caller's promise.
        unsafe {
            for (number, layout) in self.inputs.iter().enumerate() {
                if matches!(layout, Layout::Scalar) {
                    fill(places[number], *inputs[number].at(0), BLOCK);
                }
            }
            for (number, constant) in self.code.constants.iter().enumerate() {
                fill(places[self.inputs.len() + number], *constant, BLOCK);
            }
        }
    }

    /// Makes the inputs' places hold elements `start .. start + n`.
    ///
    /// # Safety
    /// Those elements are readable; `own` are blocks of the workspace.
    unsafe fn place_inputs(
        &self,
        places: &mut [*mut f32; MAX_VALUES],
        own: &[*mut f32; MAX_VALUES],
        inputs: &[Shared<f32>; 8],
        start: usize,
        n: usize,
    ) {
        for (number, layout) in self.inputs.iter().enumerate() {
            // SAFETY: the caller's promise; a short block is copied and padded to whole vectors.
            unsafe {
                match layout {
                    Layout::Scalar => {}
                    Layout::Full if n == BLOCK => places[number] = inputs[number].at(start),
                    Layout::Full => {
                        core::ptr::copy_nonoverlapping(inputs[number].at(start), own[number], n);
                        fill(own[number].add(n), 0.0, BLOCK - n);
                        places[number] = own[number];
                    }
                    Layout::Spread(spread) => {
                        spread.write(inputs[number].at(0), own[number], start, n);
                        fill(own[number].add(n), 0.0, BLOCK - n);
                    }
                }
            }
        }
    }
}

impl Layout {
    fn new(input: Dims, output: Dims) -> Self {
        if input == output {
            Self::Full
        } else if input.elements() == 1 {
            Self::Scalar
        } else {
            Self::Spread(Spread::new(input, output))
        }
    }
}

/// Writes `value` to `n` elements.
///
/// # Safety
/// They are writable.
unsafe fn fill(to: *mut f32, value: f32, n: usize) {
    for i in 0..n {
        // SAFETY: i < n.
        unsafe { to.add(i).write(value) };
    }
}
