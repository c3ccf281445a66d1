//! Square root through integers.

/// The square root, correctly rounded. `sqrt(-0)` is -0; of any other negative number it is NaN.
///
/// `core` has no square root. The significand is scaled so that its integer root has 25 bits, one more than the
/// result has. An odd root is never exact, since the radicand is even, so its last bit alone says where to round.
pub fn sqrt(x: f32) -> f32 {
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == 0.0 || x == f32::INFINITY {
        return x;
    }
    let (significand, exponent) = decompose(x.to_bits());
    let odd = exponent & 1;
    let root = (u64::from(significand) << (25 + odd)).isqrt() as u32;
    let rounded = (root + 1) >> 1;
    let half_exponent = (exponent - odd) >> 1;
    // The leading bit of `rounded` adds one to the exponent field.
    f32::from_bits((((half_exponent + 126) as u32) << 23) + rounded)
}

/// `(m, e)` with the positive finite value equal to `m * 2^(e - 23)` and `2^23 <= m < 2^24`.
fn decompose(bits: u32) -> (u32, i32) {
    let field = (bits >> 23) as i32;
    if field > 0 {
        return (bits & 0x007f_ffff | 0x0080_0000, field - 127);
    }
    let shift = bits.leading_zeros() - 8;
    (bits << shift, -126 - shift as i32)
}
