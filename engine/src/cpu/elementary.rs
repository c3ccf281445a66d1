//! exp, ln, sigmoid, tanh, maximum and minimum in every lane, by the sequences of `assay_numerics::scalar`.
//!
//! The reference returns early for NaN and other special values; here they run through the sequence and are put right
//! by a selection at its end. A lane's number never depends on what was computed for a special value.
//!
//! # Safety
//! Every function asks what [`Lanes`] asks: the processor has the instruction set. None touches memory.

use super::lanes::Lanes;
use assay_numerics::scalar::constants as c;

/// A word's sign.
const SIGN: i32 = i32::MIN;

/// The value with its sign bit cleared.
#[inline(always)]
pub(super) unsafe fn abs<L: Lanes>(x: L::F) -> L::F {
    // SAFETY: as the module says; so in every function below.
    unsafe { L::float(L::and_i(L::bits(x), L::splat_i(i32::MAX))) }
}

/// The value with its sign bit turned.
#[inline(always)]
pub(super) unsafe fn neg<L: Lanes>(x: L::F) -> L::F {
    unsafe { L::float(L::xor_i(L::bits(x), L::splat_i(SIGN))) }
}

/// IEEE 754-2019 `maximum`.
#[inline(always)]
pub(super) unsafe fn maximum<L: Lanes>(a: L::F, b: L::F) -> L::F {
    unsafe {
        let larger = L::select(L::lt(b, a), a, b);
        let equal = L::float(L::and_i(L::bits(a), L::bits(b)));
        let number = L::select(L::eq(a, b), equal, larger);
        L::select(L::nan(a), a, number)
    }
}

/// IEEE 754-2019 `minimum`.
#[inline(always)]
pub(super) unsafe fn minimum<L: Lanes>(a: L::F, b: L::F) -> L::F {
    unsafe {
        let smaller = L::select(L::lt(a, b), a, b);
        let equal = L::float(L::or_i(L::bits(a), L::bits(b)));
        let number = L::select(L::eq(a, b), equal, smaller);
        L::select(L::nan(a), a, number)
    }
}

/// +0 if the exponent field is 0, else the value.
#[inline(always)]
pub(super) unsafe fn flush<L: Lanes>(x: L::F) -> L::F {
    unsafe {
        let exponent = L::and_i(L::bits(x), L::splat_i(0x7f80_0000));
        L::select(L::zero_i(exponent), L::splat(0.0), x)
    }
}

/// The exponential.
#[inline(always)]
pub(super) unsafe fn exp<L: Lanes>(x: L::F) -> L::F {
    unsafe {
        let (least, most) = (L::splat(c::EXP_MIN), L::splat(c::EXP_MAX));
        let above = L::select(L::lt(x, least), least, x);
        let clamped = L::select(L::lt(most, x), most, above);
        let (i, r) = split::<L>(clamped);
        let q = horner::<L, 5>(r, c::EXP_POLYNOMIAL);
        let one = L::splat(1.0);
        let h = L::add(one, r);
        let l = L::sub(r, L::sub(h, one));
        // NaN passes both clamps and every product.
        scale2::<L>(L::add(h, L::fma(q, L::mul(r, r), l)), i)
    }
}

/// The natural logarithm.
#[inline(always)]
pub(super) unsafe fn ln<L: Lanes>(x: L::F) -> L::F {
    unsafe {
        let (zero, infinity) = (L::splat(0.0), L::splat(f32::INFINITY));
        let tiny = L::lt(x, L::splat(c::MIN_NORMAL));
        let scaled = L::bits(L::select(
            tiny,
            L::mul(x, L::splat(c::LN_SUBNORMAL_SCALE)),
            x,
        ));
        let bias = L::select(tiny, L::splat(c::LN_SUBNORMAL_EXPONENT), zero);
        let mask = L::splat_i(c::EXPONENT_MASK.cast_signed());
        let exponent = L::and_i(
            L::sub_i(scaled, L::splat_i(c::LN_PIVOT.cast_signed())),
            mask,
        );
        let significand = L::float(L::sub_i(scaled, exponent));
        let k = L::fma(L::convert(exponent), L::splat(c::EXPONENT_UNIT), bias);
        let f = L::sub(significand, L::splat(1.0));
        let s = L::mul(f, f);
        let q = horner::<L, 9>(f, c::LN_POLYNOMIAL);
        let y = L::fma(k, L::splat(c::LN_2), L::fma(q, s, f));
        let y = L::select(L::eq(x, infinity), infinity, y);
        let y = L::select(L::lt(x, zero), L::splat(f32::NAN), y);
        let y = L::select(L::eq(x, zero), L::splat(f32::NEG_INFINITY), y);
        L::select(L::nan(x), x, y)
    }
}

/// The logistic function.
#[inline(always)]
pub(super) unsafe fn sigmoid<L: Lanes>(x: L::F) -> L::F {
    unsafe {
        let (zero, one, most) = (L::splat(0.0), L::splat(1.0), L::splat(c::SIGMOID_MAX));
        let magnitude = abs::<L>(x);
        let t = L::select(L::lt(magnitude, most), magnitude, most);
        let (i, z, zl) = core::<L>(neg::<L>(t));
        let m = L::add(one, z);
        let ml = L::add(L::sub(z, L::sub(m, one)), zl);
        let e = scale2::<L>(m, i);
        let el = scale2::<L>(ml, i);
        let d = L::add(one, e);
        let dl = L::add(L::sub(e, L::sub(d, one)), el);
        let negative = L::lt(x, zero);
        let numerator = L::select(negative, m, one);
        let low = L::select(negative, ml, zero);
        let exponent = L::bits(L::select(negative, L::float(i), zero));
        let inverse = L::div(one, d);
        let quotient = L::mul(numerator, inverse);
        let minus = neg::<L>(quotient);
        let remainder = L::add(L::fma(minus, dl, L::fma(minus, d, numerator)), low);
        let y = scale2::<L>(L::fma(remainder, inverse, quotient), exponent);
        L::select(L::nan(x), x, y)
    }
}

/// The hyperbolic tangent.
#[inline(always)]
pub(super) unsafe fn tanh<L: Lanes>(x: L::F) -> L::F {
    unsafe {
        let (one, two, most) = (L::splat(1.0), L::splat(2.0), L::splat(c::TANH_MAX));
        let magnitude = abs::<L>(x);
        let t = L::select(L::lt(magnitude, most), magnitude, most);
        let (i, z, zl) = core::<L>(L::add(t, t));
        let s = pow2::<L>(i);
        let h = L::sub(s, one);
        let a = L::mul(s, z);
        let e = L::add(h, a);
        let el = L::add(L::sub(a, L::sub(e, h)), L::mul(s, zl));
        let d = L::add(two, e);
        let large = L::add(L::sub(two, L::sub(d, e)), el);
        let small = L::add(L::sub(e, L::sub(d, two)), el);
        let dl = L::select(L::lt(two, e), large, small);
        let inverse = L::div(one, d);
        let quotient = L::mul(e, inverse);
        let minus = neg::<L>(quotient);
        let remainder = L::add(L::fma(minus, dl, L::fma(minus, d, e)), el);
        let y = L::fma(remainder, inverse, quotient);
        let y = L::select(L::lt(L::splat(c::TANH_ONE), t), one, y);
        let signed = L::float(L::or_i(L::bits(y), L::and_i(L::bits(x), L::splat_i(SIGN))));
        L::select(L::nan(x), x, signed)
    }
}

#[inline(always)]
unsafe fn horner<L: Lanes, const N: usize>(x: L::F, coefficients: [f32; N]) -> L::F {
    unsafe {
        let mut sum = L::splat(coefficients[0]);
        for coefficient in &coefficients[1..] {
            sum = L::fma(sum, x, L::splat(*coefficient));
        }
        sum
    }
}

#[inline(always)]
unsafe fn split<L: Lanes>(x: L::F) -> (L::I, L::F) {
    unsafe {
        let shift = L::splat(c::ROUNDING_SHIFT);
        let shifted = L::fma(x, L::splat(c::LOG2_E), shift);
        let n = L::sub(shifted, shift);
        let i = L::sub_i(
            L::bits(shifted),
            L::splat_i(c::ROUNDING_SHIFT.to_bits().cast_signed()),
        );
        let r = L::fma(n, L::splat(-c::LN_2_HIGH), x);
        (i, L::fma(n, L::splat(-c::LN_2_LOW), r))
    }
}

#[inline(always)]
unsafe fn pow2<L: Lanes>(i: L::I) -> L::F {
    unsafe { L::float(L::to_exponent(L::add_i(i, L::splat_i(127)))) }
}

#[inline(always)]
unsafe fn scale2<L: Lanes>(y: L::F, n: L::I) -> L::F {
    unsafe {
        let half = L::halve(n);
        L::mul(L::mul(y, pow2::<L>(half)), pow2::<L>(L::sub_i(n, half)))
    }
}

#[inline(always)]
unsafe fn core<L: Lanes>(x: L::F) -> (L::I, L::F, L::F) {
    unsafe {
        let (i, r) = split::<L>(x);
        let p = L::mul(horner::<L, 6>(r, c::CORE_POLYNOMIAL), L::mul(r, r));
        let z = L::add(r, p);
        (i, z, L::sub(p, L::sub(z, r)))
    }
}
