//! The hyperbolic tangent.

use super::constants::{TANH_MAX, TANH_ONE};
use super::reduction::{core, pow2};
use super::{abs, fma};

/// `tanh x`, at most 0.814 ulp off, odd in every bit: `tanh(-0)` is -0. The limits are 1 and -1; NaN stays NaN.
pub fn tanh(x: f32) -> f32 {
    if x.is_nan() {
        return f32::NAN;
    }
    let magnitude = abs(x);
    let t = if magnitude < TANH_MAX {
        magnitude
    } else {
        TANH_MAX
    };
    let y = if t > TANH_ONE { 1.0 } else { quotient(t) };
    f32::from_bits(y.to_bits() | x.to_bits() & 0x8000_0000)
}

/// `(e^2t - 1) / (e^2t + 1)` with both sides in two parts, for `0 <= t <= 10`.
fn quotient(t: f32) -> f32 {
    let (i, z, zl) = core(t + t);
    let s = pow2(i);
    let h = s - 1.0;
    let a = s * z;
    let e = h + a;
    let el = (a - (e - h)) + s * zl;
    let d = 2.0 + e;
    let dl = if e > 2.0 {
        (2.0 - (d - e)) + el
    } else {
        (e - (d - 2.0)) + el
    };
    let inverse = 1.0 / d;
    let quotient = e * inverse;
    let remainder = fma(-quotient, dl, fma(-quotient, d, e)) + el;
    fma(remainder, inverse, quotient)
}
