//! Fused multiply-add through binary64.

/// Bits of a binary64 significand that are all zero in every binary32 value and in every midpoint between two of
/// them: a normal binary32 drops 29 bits of a binary64, so a midpoint may have a one only above the low 28.
const MIDPOINT_ZEROS: u64 = (1 << 28) - 1;

/// `a * b + c` with one rounding, subnormals and overflow included.
///
/// The product is exact in binary64 and the sum is rounded there once. If its low 28 bits are not all zero it is no
/// midpoint of binary32, and the cast rounds to the same side as the exact value. Otherwise the sum is first turned
/// into its rounding to odd, from which a second rounding to 24 bits or fewer is harmless.
///
/// The `fmaf` of common C libraries, which `f32::mul_add` calls where the target has no such instruction, is wrong for
/// some subnormal results:
///
/// ```
/// let b = f32::from_bits;
/// assert_eq!(assay_numerics::scalar::fma(b(0x1a000001), b(0x19fffffe), b(0x00400001)).to_bits(), 0x00400001);
/// ```
#[inline]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let addend = f64::from(c);
    let sum = product + addend;
    if sum.to_bits() & MIDPOINT_ZEROS != 0 {
        return sum as f32;
    }
    round_to_odd(product, addend, sum) as f32
}

/// The exact `x + y`, whose rounding to nearest is the even `sum`, rounded to odd instead: `sum` if that is exact, else
/// its neighbour in the direction of the exact value, whose significand is odd.
fn round_to_odd(x: f64, y: f64, sum: f64) -> f64 {
    let error = two_sum_error(x, y, sum);
    // The error of an infinite or NaN sum is NaN.
    if error == 0.0 || error.is_nan() {
        return sum;
    }
    // An inexact sum is not zero, so its neighbours have its sign.
    let away_from_zero = (error > 0.0) == (sum > 0.0);
    let bits = sum.to_bits();
    f64::from_bits(if away_from_zero { bits + 1 } else { bits - 1 })
}

/// The exact `x + y - sum` for `sum` the rounded `x + y`; NaN unless all are finite.
fn two_sum_error(x: f64, y: f64, sum: f64) -> f64 {
    let y_part = sum - x;
    let x_part = sum - y_part;
    (x - x_part) + (y - y_part)
}
