//! The exponential.

use super::constants::{EXP_MAX, EXP_MIN, EXP_POLYNOMIAL};
use super::fma;
use super::reduction::{horner, scale2, split};

/// `e^x`, at most 0.793 ulp off. `exp(-inf)` is +0, `exp(+inf)` is +inf, NaN stays NaN.
pub fn exp(x: f32) -> f32 {
    if x.is_nan() {
        return f32::NAN;
    }
    let (i, r) = split(x.clamp(EXP_MIN, EXP_MAX));
    let q = horner(r, EXP_POLYNOMIAL);
    let h = 1.0 + r;
    let l = r - (h - 1.0);
    scale2(h + fma(q, r * r, l), i)
}
