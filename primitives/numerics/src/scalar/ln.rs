//! The natural logarithm.

use super::constants::{
    EXPONENT_MASK, EXPONENT_UNIT, LN_2, LN_PIVOT, LN_POLYNOMIAL, LN_SUBNORMAL_EXPONENT,
    LN_SUBNORMAL_SCALE, MIN_NORMAL,
};
use super::fma;
use super::reduction::horner;

/// `ln x`, at most 0.941 ulp off. `ln(+inf)` is +inf, `ln` of either zero is -inf, of any other negative number NaN;
/// NaN stays NaN.
pub fn ln(x: f32) -> f32 {
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == 0.0 {
        return f32::NEG_INFINITY;
    }
    if x == f32::INFINITY {
        return x;
    }
    let (k, f) = reduce(x);
    let s = f * f;
    let q = horner(f, LN_POLYNOMIAL);
    fma(k, LN_2, fma(q, s, f))
}

/// `(k, f)` with `x = 2^k (1 + f)`, for positive finite `x`.
fn reduce(x: f32) -> (f32, f32) {
    let (scaled, bias) = if x < MIN_NORMAL {
        (x * LN_SUBNORMAL_SCALE, LN_SUBNORMAL_EXPONENT)
    } else {
        (x, 0.0)
    };
    let exponent = scaled.to_bits().wrapping_sub(LN_PIVOT) & EXPONENT_MASK;
    let significand = f32::from_bits(scaled.to_bits().wrapping_sub(exponent));
    let k = fma(exponent.cast_signed() as f32, EXPONENT_UNIT, bias);
    (k, significand - 1.0)
}
