//! The numbers of the sequences, for engines that mirror them. Polynomials are given from the highest power down.

/// 1.5 * 2^23: adding it rounds a number below 2^22 to an integer in the low bits.
pub const ROUNDING_SHIFT: f32 = f32::from_bits(0x4b40_0000);
/// 1 / ln 2.
pub const LOG2_E: f32 = f32::from_bits(0x3fb8_aa3b);
/// The upper part of ln 2, short enough that its product with an exponent is exact.
pub const LN_2_HIGH: f32 = f32::from_bits(0x3f31_7200);
/// ln 2 less its upper part.
pub const LN_2_LOW: f32 = f32::from_bits(0x35bf_be8e);
/// ln 2 in one number.
pub const LN_2: f32 = f32::from_bits(0x3f31_7218);

/// Below this exp is +0.
pub const EXP_MIN: f32 = -104.0;
/// Above this exp is infinite.
pub const EXP_MAX: f32 = 89.0;
/// `(e^r - 1 - r) / r^2` for exp.
pub const EXP_POLYNOMIAL: [f32; 5] = polynomial([
    0x3ab5_1189,
    0x3c09_1d47,
    0x3d2a_ac7b,
    0x3e2a_aa48,
    0x3eff_fffe,
]);

/// `(e^r - 1 - r) / r^2` for sigmoid and tanh.
pub const CORE_POLYNOMIAL: [f32; 6] = polynomial([
    0x3951_524e,
    0x3ab6_c211,
    0x3c08_880e,
    0x3d2a_aa4f,
    0x3e2a_aaab,
    0x3f00_0000,
]);

/// Beyond this magnitude sigmoid is 1 or +0.
pub const SIGMOID_MAX: f32 = 104.0;
/// The magnitude to which tanh clamps its argument.
pub const TANH_MAX: f32 = 10.0;
/// Beyond this magnitude tanh is 1 or -1.
pub const TANH_ONE: f32 = f32::from_bits(0x4111_999a);

/// The least normal number, 2^-126.
pub const MIN_NORMAL: f32 = f32::from_bits(0x0080_0000);
/// 2^23, which makes every subnormal normal.
pub const LN_SUBNORMAL_SCALE: f32 = f32::from_bits(0x4b00_0000);
/// The exponent that [`LN_SUBNORMAL_SCALE`] takes back.
pub const LN_SUBNORMAL_EXPONENT: f32 = -23.0;
/// About 2/3: ln reduces to a significand from here to twice this.
pub const LN_PIVOT: u32 = 0x3f2a_aaab;
/// Sign and exponent of a word.
pub const EXPONENT_MASK: u32 = 0xff80_0000;
/// 2^-23, from the exponent in its place to its value.
pub const EXPONENT_UNIT: f32 = f32::from_bits(0x3400_0000);
/// `(ln(1 + f) - f) / f^2`.
pub const LN_POLYNOMIAL: [f32; 9] = polynomial([
    0xbe04_02ae,
    0x3e0f_3358,
    0xbdf9_88a9,
    0x3e0f_6b8d,
    0xbe2a_cee5,
    0x3e4c_e814,
    0xbe7f_ff78,
    0x3eaa_aa83,
    0xbf00_0000,
]);

const fn polynomial<const N: usize>(bits: [u32; N]) -> [f32; N] {
    let mut coefficients = [0.0; N];
    let mut i = 0;
    while i < N {
        coefficients[i] = f32::from_bits(bits[i]);
        i += 1;
    }
    coefficients
}
