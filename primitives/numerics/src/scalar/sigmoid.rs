//! The logistic function.

use super::constants::SIGMOID_MAX;
use super::reduction::{core, scale2};
use super::{abs, fma};

/// `1 / (1 + e^-x)`, at most 0.775 ulp off. `sigmoid(-inf)` is +0, `sigmoid(+inf)` is 1, NaN stays NaN.
///
/// With `e = e^-|x|` it is `1 / (1 + e)`, or `e / (1 + e)` where x is negative. There the factor `2^i` of the
/// numerator is left out until the end, so that a subnormal result comes from a normal quotient.
pub fn sigmoid(x: f32) -> f32 {
    if x.is_nan() {
        return f32::NAN;
    }
    let magnitude = abs(x);
    let t = if magnitude < SIGMOID_MAX {
        magnitude
    } else {
        SIGMOID_MAX
    };
    let (i, z, zl) = core(-t);
    let m = 1.0 + z;
    let ml = (z - (m - 1.0)) + zl;
    let e = scale2(m, i);
    let el = scale2(ml, i);
    let d = 1.0 + e;
    let dl = (e - (d - 1.0)) + el;
    let (numerator, numerator_low, exponent) = if x < 0.0 { (m, ml, i) } else { (1.0, 0.0, 0) };
    let inverse = 1.0 / d;
    let quotient = numerator * inverse;
    let remainder = fma(-quotient, dl, fma(-quotient, d, numerator)) + numerator_low;
    scale2(fma(remainder, inverse, quotient), exponent)
}
