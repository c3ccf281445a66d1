//! Sixteen lanes: AVX-512 F.

use super::{Lanes, MOST_LANES};
use core::arch::x86_64::*;

/// Needs AVX-512 F.
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

// SAFETY of every block below: the trait's contract gives the instruction set, and for loads, stores and the
// transposition the validity of the pointers.
impl Lanes for Avx512 {
    const COUNT: usize = 16;
    type F = __m512;
    type I = __m512i;
    type M = __mmask16;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: __m512) {
        unsafe { _mm512_storeu_ps(to, v) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> __m512 {
        unsafe { _mm512_maskz_loadu_ps(first(n), from) }
    }
    #[inline(always)]
    unsafe fn store_part(to: *mut f32, v: __m512, n: usize) {
        unsafe { _mm512_mask_storeu_ps(to, first(n), v) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn sqrt(a: __m512) -> __m512 {
        unsafe { _mm512_sqrt_ps(a) }
    }
    #[inline(always)]
    unsafe fn lt(a: __m512, b: __m512) -> __mmask16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b) }
    }
    #[inline(always)]
    unsafe fn le(a: __m512, b: __m512) -> __mmask16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b) }
    }
    #[inline(always)]
    unsafe fn eq(a: __m512, b: __m512) -> __mmask16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b) }
    }
    #[inline(always)]
    unsafe fn nan(a: __m512) -> __mmask16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a) }
    }
    #[inline(always)]
    unsafe fn select(m: __mmask16, yes: __m512, no: __m512) -> __m512 {
        unsafe { _mm512_mask_blend_ps(m, no, yes) }
    }
    #[inline(always)]
    unsafe fn bits(a: __m512) -> __m512i {
        unsafe { _mm512_castps_si512(a) }
    }
    #[inline(always)]
    unsafe fn float(a: __m512i) -> __m512 {
        unsafe { _mm512_castsi512_ps(a) }
    }
    #[inline(always)]
    unsafe fn splat_i(x: i32) -> __m512i {
        unsafe { _mm512_set1_epi32(x) }
    }
    #[inline(always)]
    unsafe fn add_i(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_add_epi32(a, b) }
    }
    #[inline(always)]
    unsafe fn sub_i(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_sub_epi32(a, b) }
    }
    #[inline(always)]
    unsafe fn and_i(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn or_i(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_or_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn xor_i(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_xor_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn to_exponent(a: __m512i) -> __m512i {
        unsafe { _mm512_slli_epi32::<23>(a) }
    }
    #[inline(always)]
    unsafe fn halve(a: __m512i) -> __m512i {
        unsafe { _mm512_srai_epi32::<1>(a) }
    }
    #[inline(always)]
    unsafe fn zero_i(a: __m512i) -> __mmask16 {
        unsafe { _mm512_testn_epi32_mask(a, a) }
    }
    #[inline(always)]
    unsafe fn convert(a: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(a) }
    }
    #[inline(always)]
    unsafe fn load_columns(from: *const f32, stride: usize) -> [__m512; MOST_LANES] {
        unsafe {
            let mut r = [_mm512_setzero_ps(); MOST_LANES];
            for (i, row) in r.iter_mut().enumerate() {
                *row = _mm512_loadu_ps(from.add(i * stride));
            }
            transposed(r)
        }
    }
}

/// A mask of the first `n <= 16` lanes.
#[inline(always)]
fn first(n: usize) -> __mmask16 {
    ((1u32 << n) - 1) as __mmask16
}

/// The columns of a 16 x 16 square: pairs of rows are interleaved, then quads, then the four 128-bit parts sorted.
///
/// # Safety
/// The processor has AVX-512 F.
#[inline(always)]
unsafe fn transposed(r: [__m512; 16]) -> [__m512; 16] {
    // SAFETY: the instruction set is the caller's promise; nothing here touches memory.
    unsafe {
        let (mut u, mut out) = (r, r);
        for g in (0..16).step_by(4) {
            let (low01, high01) = (
                _mm512_unpacklo_ps(r[g], r[g + 1]),
                _mm512_unpackhi_ps(r[g], r[g + 1]),
            );
            let (low23, high23) = (
                _mm512_unpacklo_ps(r[g + 2], r[g + 3]),
                _mm512_unpackhi_ps(r[g + 2], r[g + 3]),
            );
            u[g] = _mm512_shuffle_ps::<0x44>(low01, low23);
            u[g + 1] = _mm512_shuffle_ps::<0xee>(low01, low23);
            u[g + 2] = _mm512_shuffle_ps::<0x44>(high01, high23);
            u[g + 3] = _mm512_shuffle_ps::<0xee>(high01, high23);
        }
        for j in 0..4 {
            let even = _mm512_shuffle_f32x4::<0x88>(u[j], u[4 + j]);
            let odd = _mm512_shuffle_f32x4::<0xdd>(u[j], u[4 + j]);
            let even_low = _mm512_shuffle_f32x4::<0x88>(u[8 + j], u[12 + j]);
            let odd_low = _mm512_shuffle_f32x4::<0xdd>(u[8 + j], u[12 + j]);
            out[j] = _mm512_shuffle_f32x4::<0x88>(even, even_low);
            out[4 + j] = _mm512_shuffle_f32x4::<0x88>(odd, odd_low);
            out[8 + j] = _mm512_shuffle_f32x4::<0xdd>(even, even_low);
            out[12 + j] = _mm512_shuffle_f32x4::<0xdd>(odd, odd_low);
        }
        out
    }
}
