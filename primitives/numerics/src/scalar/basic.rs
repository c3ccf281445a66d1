//! Arithmetic that IEEE 754 fixes, comparisons as numbers, and exact bit operations.

/// The bits in which a NaN is stored and hashed.
pub const CANONICAL_NAN: u32 = 0x7fc0_0000;

/// The word itself, or [`CANONICAL_NAN`] if it is any NaN.
///
/// ```
/// assert_eq!(assay_numerics::scalar::canonical(0xff80_0001), 0x7fc0_0000);
/// ```
pub const fn canonical(bits: u32) -> u32 {
    if bits & 0x7fff_ffff > 0x7f80_0000 {
        CANONICAL_NAN
    } else {
        bits
    }
}

/// `a + b`, correctly rounded.
pub fn add(a: f32, b: f32) -> f32 {
    a + b
}

/// `a - b`, correctly rounded.
pub fn sub(a: f32, b: f32) -> f32 {
    a - b
}

/// `a * b`, correctly rounded.
pub fn mul(a: f32, b: f32) -> f32 {
    a * b
}

/// `a / b`, correctly rounded; `x / 0` is an infinity with the sign of both operands, `0 / 0` is NaN.
pub fn div(a: f32, b: f32) -> f32 {
    a / b
}

/// The value with its sign bit cleared.
pub fn abs(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0x7fff_ffff)
}

/// The value with its sign bit turned; also of a zero.
pub fn neg(x: f32) -> f32 {
    f32::from_bits(x.to_bits() ^ 0x8000_0000)
}

/// IEEE 754-2019 `maximum`: NaN if either is NaN, and +0 is greater than -0.
pub fn maximum(a: f32, b: f32) -> f32 {
    // No branches: which is greater is a matter of chance. Equal are the same bits, or zeros of which one may be +0.
    let greater = if a > b { a } else { b };
    let number = if a == b {
        f32::from_bits(a.to_bits() & b.to_bits())
    } else {
        greater
    };
    if a.is_nan() | b.is_nan() {
        f32::NAN
    } else {
        number
    }
}

/// IEEE 754-2019 `minimum`: NaN if either is NaN, and -0 is less than +0.
pub fn minimum(a: f32, b: f32) -> f32 {
    // As in `maximum`; of two zeros one may be -0.
    let less = if a < b { a } else { b };
    let number = if a == b {
        f32::from_bits(a.to_bits() | b.to_bits())
    } else {
        less
    };
    if a.is_nan() | b.is_nan() {
        f32::NAN
    } else {
        number
    }
}

/// 1 if `a < b`, else +0; +0 if either is NaN.
pub fn less(a: f32, b: f32) -> f32 {
    truth(a < b)
}

/// 1 if `a <= b`, else +0; +0 if either is NaN.
pub fn less_or_equal(a: f32, b: f32) -> f32 {
    truth(a <= b)
}

/// 1 if `a == b`, else +0; +0 if either is NaN. The two zeros are equal.
pub fn equal(a: f32, b: f32) -> f32 {
    truth(a == b)
}

/// `b` if `a` is not zero, else `c`. NaN is not zero, -0 is.
pub fn select(a: f32, b: f32, c: f32) -> f32 {
    if a == 0.0 {
        c
    } else {
        b
    }
}

/// +0 if the exponent field is 0 (either zero, any subnormal), else the value.
pub fn flush(x: f32) -> f32 {
    if x.to_bits() & 0x7f80_0000 == 0 {
        0.0
    } else {
        x
    }
}

fn truth(holds: bool) -> f32 {
    if holds {
        1.0
    } else {
        0.0
    }
}
