//! One block of elements through a Map's code, an instruction at a time.

use crate::cpu::elementary as e;
use crate::cpu::lanes::Lanes;
use assay_numerics::map::MapOp;

/// Elements of a block: a vector of any path divides it, and the values of a typical code stay in the first cache.
pub(crate) const BLOCK: usize = 256;

/// Most values that code can name: inputs, constants and results.
pub(crate) const MAX_VALUES: usize = 8 + 16 + 32;

/// One instruction on numbered blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) op: MapOp,
    /// Where the arguments lie, as places in the table of blocks.
    pub(crate) args: [u8; 3],
    /// Where the result goes.
    pub(crate) to: u8,
}

/// Runs the steps over `n` elements, rounded up to whole vectors.
///
/// # Safety
/// The processor has the instruction set of `L`. Every place that a step names is a pointer valid for `n` elements
/// rounded up to whole vectors; what a step reads is initialised there. Two places are the same block or do not overlap.
#[inline(always)]
pub(crate) unsafe fn run<L: Lanes>(steps: &[Step], places: &[*mut f32; MAX_VALUES], n: usize) {
    /// Applies `f` lane by lane; a macro, because a closure would not inherit the instruction set.
    macro_rules! each {
        ($to:ident, |$($v:ident : $from:ident),+| $value:expr) => {{
            let mut i = 0;
            while i < n {
                $(let $v = L::load($from.add(i));)+
                L::store($to.add(i), $value);
                i += L::COUNT;
            }
        }};
    }
    // SAFETY: i is below n and a multiple of the lanes, so each access lies in a place's block.
    unsafe {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        for step in steps {
            let [a, b, c] = step
                .args
                .map(|place| places[usize::from(place)].cast_const());
            let to = places[usize::from(step.to)];
            match step.op {
                MapOp::Add => each!(to, |x: a, y: b| L::add(x, y)),
                MapOp::Sub => each!(to, |x: a, y: b| L::sub(x, y)),
                MapOp::Mul => each!(to, |x: a, y: b| L::mul(x, y)),
                MapOp::Div => each!(to, |x: a, y: b| L::div(x, y)),
                MapOp::Fma => each!(to, |x: a, y: b, z: c| L::fma(x, y, z)),
                MapOp::Sqrt => each!(to, |x: a| L::sqrt(x)),
                MapOp::Exp => each!(to, |x: a| e::exp::<L>(x)),
                MapOp::Ln => each!(to, |x: a| e::ln::<L>(x)),
                MapOp::Tanh => each!(to, |x: a| e::tanh::<L>(x)),
                MapOp::Sigmoid => each!(to, |x: a| e::sigmoid::<L>(x)),
                MapOp::Max => each!(to, |x: a, y: b| e::maximum::<L>(x, y)),
                MapOp::Min => each!(to, |x: a, y: b| e::minimum::<L>(x, y)),
                MapOp::Lt => each!(to, |x: a, y: b| L::select(L::lt(x, y), one, zero)),
                MapOp::Le => each!(to, |x: a, y: b| L::select(L::le(x, y), one, zero)),
                MapOp::Eq => each!(to, |x: a, y: b| L::select(L::eq(x, y), one, zero)),
                MapOp::Select => each!(to, |x: a, y: b, z: c| L::select(L::eq(x, zero), z, y)),
                MapOp::Abs => each!(to, |x: a| e::abs::<L>(x)),
                MapOp::Neg => each!(to, |x: a| e::neg::<L>(x)),
                MapOp::Flush => each!(to, |x: a| e::flush::<L>(x)),
            }
        }
    }
}
