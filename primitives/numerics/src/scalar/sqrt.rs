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
    let root = floor_sqrt(u64::from(significand) << (25 + odd)) as u32;
    let rounded = (root + 1) >> 1;
    let half_exponent = (exponent - odd) >> 1;
    // The leading bit of `rounded` adds one to the exponent field.
    f32::from_bits((((half_exponent + 126) as u32) << 23) + rounded)
}

/// The integer root of a number from 2^48 to 2^50, rounded down.
///
/// Three of Newton's steps for `1 / sqrt(x)` in binary64, from an estimate by halving the exponent that is 3.5 % off at
/// most, bring the root's error below 0.002. So the nearest integer is the root rounded down, or one more.
fn floor_sqrt(radicand: u64) -> u64 {
    /// Adding it rounds to an integer, which is then the low bits of the sum's significand.
    const TO_INTEGER: f64 = (1_u64 << 52) as f64;
    let x = radicand as f64;
    let mut inverse = f64::from_bits(0x5fe6_eb50_c7b5_37a9 - (x.to_bits() >> 1));
    for _ in 0..3 {
        inverse = inverse * (1.5 - 0.5 * x * inverse * inverse);
    }
    let nearest = (x * inverse + TO_INTEGER).to_bits() - TO_INTEGER.to_bits();
    nearest - u64::from(nearest * nearest > radicand)
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
