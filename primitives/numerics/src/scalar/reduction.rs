//! What exp, sigmoid and tanh share: reduction by powers of two.

use super::constants::{CORE_POLYNOMIAL, LN_2_HIGH, LN_2_LOW, LOG2_E, ROUNDING_SHIFT};
use super::fma;

/// The polynomial by Horner's rule with fused steps, highest power first.
pub(super) fn horner<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut rest = coefficients.into_iter();
    let first = rest.next().unwrap_or(0.0);
    rest.fold(first, |sum, coefficient| fma(sum, x, coefficient))
}

/// `(i, r)` with `x = i ln 2 + r` and `|r|` at most about `ln 2 / 2`. For NaN `i` is arbitrary and `r` is NaN.
pub(super) fn split(x: f32) -> (i32, f32) {
    let shifted = fma(x, LOG2_E, ROUNDING_SHIFT);
    let n = shifted - ROUNDING_SHIFT;
    let i = shifted
        .to_bits()
        .wrapping_sub(ROUNDING_SHIFT.to_bits())
        .cast_signed();
    let r = fma(n, -LN_2_HIGH, x);
    (i, fma(n, -LN_2_LOW, r))
}

/// `2^i` for `-126 <= i <= 127`; anything for other `i`.
pub(super) fn pow2(i: i32) -> f32 {
    f32::from_bits(i.wrapping_add(127).cast_unsigned() << 23)
}

/// `y * 2^n` in two factors, so that a subnormal or infinite result is rounded once.
pub(super) fn scale2(y: f32, n: i32) -> f32 {
    let half = n >> 1;
    (y * pow2(half)) * pow2(n.wrapping_sub(half))
}

/// `(i, z, low)` with `e^x = 2^i (1 + z + low)`.
pub(super) fn core(x: f32) -> (i32, f32, f32) {
    let (i, r) = split(x);
    let p = horner(r, CORE_POLYNOMIAL) * (r * r);
    let z = r + p;
    (i, z, p - (z - r))
}
