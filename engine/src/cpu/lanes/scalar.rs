//! One lane and no instruction set: runs everywhere, with the soft fused multiply-add of the reference.

use super::{Lanes, MOST_LANES};
use assay_numerics::scalar;

/// The portable path.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

// The methods are unsafe only because the trait's are: all but loads and stores could be called anywhere.
impl Lanes for Scalar {
    const COUNT: usize = 1;
    type F = f32;
    type I = i32;
    type M = bool;

    #[inline(always)]
    unsafe fn splat(x: f32) -> f32 {
        x
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> f32 {
        // SAFETY: valid for one element by the trait's contract.
        unsafe { from.read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: f32) {
        // SAFETY: valid for one element by the trait's contract.
        unsafe { to.write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> f32 {
        if n == 0 {
            return 0.0;
        }
        // SAFETY: valid for `n >= 1` elements by the trait's contract.
        unsafe { from.read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store_part(to: *mut f32, v: f32, n: usize) {
        if n > 0 {
            // SAFETY: valid for `n >= 1` elements by the trait's contract.
            unsafe { to.write_unaligned(v) }
        }
    }

    #[inline(always)]
    unsafe fn add(a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    unsafe fn sub(a: f32, b: f32) -> f32 {
        a - b
    }
    #[inline(always)]
    unsafe fn mul(a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    unsafe fn div(a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    unsafe fn fma(a: f32, b: f32, c: f32) -> f32 {
        scalar::fma(a, b, c)
    }
    #[inline(always)]
    unsafe fn sqrt(a: f32) -> f32 {
        a.sqrt()
    }

    #[inline(always)]
    unsafe fn lt(a: f32, b: f32) -> bool {
        a < b
    }
    #[inline(always)]
    unsafe fn le(a: f32, b: f32) -> bool {
        a <= b
    }
    #[inline(always)]
    unsafe fn eq(a: f32, b: f32) -> bool {
        a == b
    }
    #[inline(always)]
    unsafe fn nan(a: f32) -> bool {
        a.is_nan()
    }
    #[inline(always)]
    unsafe fn select(m: bool, yes: f32, no: f32) -> f32 {
        if m {
            yes
        } else {
            no
        }
    }

    #[inline(always)]
    unsafe fn bits(a: f32) -> i32 {
        a.to_bits().cast_signed()
    }
    #[inline(always)]
    unsafe fn float(a: i32) -> f32 {
        f32::from_bits(a.cast_unsigned())
    }
    #[inline(always)]
    unsafe fn splat_i(x: i32) -> i32 {
        x
    }
    #[inline(always)]
    unsafe fn add_i(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
    #[inline(always)]
    unsafe fn sub_i(a: i32, b: i32) -> i32 {
        a.wrapping_sub(b)
    }
    #[inline(always)]
    unsafe fn and_i(a: i32, b: i32) -> i32 {
        a & b
    }
    #[inline(always)]
    unsafe fn or_i(a: i32, b: i32) -> i32 {
        a | b
    }
    #[inline(always)]
    unsafe fn xor_i(a: i32, b: i32) -> i32 {
        a ^ b
    }
    #[inline(always)]
    unsafe fn to_exponent(a: i32) -> i32 {
        a << 23
    }
    #[inline(always)]
    unsafe fn halve(a: i32) -> i32 {
        a >> 1
    }
    #[inline(always)]
    unsafe fn zero_i(a: i32) -> bool {
        a == 0
    }
    #[inline(always)]
    unsafe fn convert(a: i32) -> f32 {
        a as f32
    }

    #[inline(always)]
    unsafe fn load_columns(from: *const f32, _stride: usize) -> [f32; MOST_LANES] {
        let mut columns = [0.0; MOST_LANES];
        // SAFETY: one element can be read by the trait's contract.
        columns[0] = unsafe { from.read_unaligned() };
        columns
    }
}
