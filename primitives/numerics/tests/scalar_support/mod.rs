//! What the tests of scalars share. Each test binary uses its part of it.
#![allow(dead_code)]

use assay_numerics::scalar;

/// A function of one number, its name, and the same in binary64 from the platform's library: a measure, no law.
pub struct Unary {
    pub name: &'static str,
    pub ours: fn(f32) -> f32,
    pub reference: fn(f64) -> f64,
    /// The greatest error over all inputs, in units in the last place, rounded up to three digits.
    pub max_ulp: f64,
}

/// The four functions that are approximations.
pub const TRANSCENDENTAL: [Unary; 4] = [
    Unary {
        name: "exp",
        ours: scalar::exp,
        reference: f64::exp,
        max_ulp: 0.793,
    },
    Unary {
        name: "ln",
        ours: scalar::ln,
        reference: f64::ln,
        max_ulp: 0.941,
    },
    Unary {
        name: "sigmoid",
        ours: scalar::sigmoid,
        reference: |x| 1.0 / (1.0 + (-x).exp()),
        max_ulp: 0.775,
    },
    Unary {
        name: "tanh",
        ours: scalar::tanh,
        reference: f64::tanh,
        max_ulp: 0.814,
    },
];

/// Words at which something changes: zeros, ends of the subnormals and normals, infinities, NaNs, small integers.
pub const SPECIAL: [u32; 30] = [
    0x0000_0000,
    0x8000_0000,
    0x0000_0001,
    0x8000_0001,
    0x0040_0000,
    0x007f_ffff,
    0x807f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x0080_0001,
    0x00ff_ffff,
    0x3380_0000,
    0x3f00_0000,
    0xbf00_0000,
    0x3f7f_ffff,
    0x3f80_0000,
    0xbf80_0000,
    0x3f80_0001,
    0xbf80_0001,
    0x4000_0000,
    0x4040_0000,
    0xc2d0_0000,
    0x7e80_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0001,
    0x7f80_0001,
];

/// The finaliser of splitmix64.
pub fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A reproducible stream of numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix64(self.0)
    }

    pub fn word(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }

    /// A finite number of either sign with its exponent field in `low..=high`.
    pub fn with_exponent(&mut self, low: u32, high: u32) -> f32 {
        let exponent = low + self.below(high - low + 1);
        f32::from_bits(self.word() & 0x807f_ffff | exponent << 23)
    }
}

/// Whether two results are the same: the same bits, or both NaN.
pub fn same(a: f32, b: f32) -> bool {
    scalar::canonical(a.to_bits()) == scalar::canonical(b.to_bits())
}

/// How far `found` is from `exact`, in units in the last place of a binary32 of that size. An infinity counts as the
/// power of two that comes after the greatest number; infinite for a NaN.
pub fn ulp_error(found: f32, exact: f64) -> f64 {
    const AFTER_LAST: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
    if found.is_nan() {
        return f64::INFINITY;
    }
    let found = f64::from(found).clamp(-AFTER_LAST, AFTER_LAST);
    let exact = exact.clamp(-AFTER_LAST, AFTER_LAST);
    let exponent = ((exact.to_bits() >> 52 & 0x7ff) as i64 - 1023).clamp(-126, 127);
    let unit = f64::from_bits(((exponent - 23 + 1023) as u64) << 52);
    (found - exact).abs() / unit
}

/// The word whose place among all numbers, in ascending order with -0 before +0, is `place` after that of -inf.
pub fn nth_number(place: u32) -> u32 {
    const MINUS_INFINITY: u32 = 0xff80_0000;
    match MINUS_INFINITY.checked_sub(place) {
        Some(word) if word >= 0x8000_0000 => word,
        _ => place - (MINUS_INFINITY - 0x8000_0000) - 1,
    }
}

/// Numbers and infinities: all words but the NaNs.
pub const NUMBERS: u32 = 2 * (0x7f80_0000 + 1);

/// `a / b` through integers: the quotient of the significands with 40 bits more, its remainder kept as a sticky bit.
pub fn integer_division(a: f32, b: f32) -> f32 {
    let negative = (a.to_bits() ^ b.to_bits()) >> 31 == 1;
    let sign = if negative { -1.0 } else { 1.0 };
    if a.is_nan() || b.is_nan() || (a == 0.0 && b == 0.0) || (a.is_infinite() && b.is_infinite()) {
        return f32::NAN;
    }
    if a.is_infinite() || b == 0.0 {
        return sign * f32::INFINITY;
    }
    if a == 0.0 || b.is_infinite() {
        return sign * 0.0;
    }
    let ((ma, ea), (mb, eb)) = (significand(a), significand(b));
    let (dividend, divisor) = (u64::from(ma) << 32, u64::from(mb));
    let quotient = ((dividend / divisor) << 1) | u64::from(dividend % divisor != 0);
    sign * round(quotient, ea - eb - 33)
}

/// `(m, e)` with the magnitude equal to `m * 2^e` and `2^23 <= m < 2^24`.
fn significand(x: f32) -> (u32, i32) {
    let (field, fraction) = ((x.to_bits() >> 23 & 0xff) as i32, x.to_bits() & 0x7f_ffff);
    if field > 0 {
        return (fraction | 0x80_0000, field - 150);
    }
    let shift = fraction.leading_zeros() - 8;
    (fraction << shift, -149 - shift as i32)
}

/// `m * 2^e` rounded to nearest even, for `m` of at least 26 bits whose last one is sticky.
fn round(m: u64, e: i32) -> f32 {
    let length = 64 - m.leading_zeros() as i32;
    // Unit of the result: 24 bits, but not below 2^-149.
    let unit = (e + length - 24).max(-149);
    let shift = (unit - e) as u32;
    if shift > 62 {
        return 0.0;
    }
    let (kept, lost, half) = (m >> shift, m & ((1 << shift) - 1), 1 << (shift - 1));
    let kept = kept + u64::from(lost > half || (lost == half && kept & 1 == 1));
    // The leading bit of `kept` adds one to the exponent field, and so does a carry.
    let field = (unit + 149) as u32;
    if field > 253 {
        return f32::INFINITY;
    }
    f32::from_bits((field << 23) + kept as u32)
}

/// The words that are NaNs, in some order, for `nth` below [`NANS`].
pub fn nth_nan(nth: u32) -> u32 {
    const OF_A_SIGN: u32 = NANS / 2;
    match nth.checked_sub(OF_A_SIGN) {
        None => 0x7f80_0001 + nth,
        Some(rest) => 0xff80_0001 + rest,
    }
}

/// Words that are not [`NUMBERS`].
pub const NANS: u32 = 2 * 0x007f_ffff;
