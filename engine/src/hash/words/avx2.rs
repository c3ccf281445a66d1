//! Four lanes: AVX2.

use super::{Words, INFINITY, MAGNITUDE};
use assay_numerics::scalar::CANONICAL_NAN;
use core::arch::x86_64::*;

/// Needs AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

// SAFETY of every block below: the trait's contract gives the instruction set and the validity of the pointers.
impl Words for Avx2 {
    const COUNT: usize = 4;
    type V = __m256i;

    #[inline(always)]
    unsafe fn splat(x: u64) -> __m256i {
        unsafe { _mm256_set1_epi64x(x as i64) }
    }
    #[inline(always)]
    unsafe fn xor(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_xor_si256(a, b) }
    }
    #[inline(always)]
    unsafe fn xor3(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        unsafe { _mm256_xor_si256(_mm256_xor_si256(a, b), c) }
    }
    #[inline(always)]
    unsafe fn chi(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        unsafe { _mm256_xor_si256(a, _mm256_andnot_si256(b, c)) }
    }
    #[inline(always)]
    unsafe fn rol(a: __m256i, n: u32) -> __m256i {
        unsafe {
            let (left, right) = (n as i32, 64 - n as i32);
            _mm256_or_si256(
                _mm256_sll_epi64(a, _mm_cvtsi32_si128(left)),
                _mm256_srl_epi64(a, _mm_cvtsi32_si128(right)),
            )
        }
    }
    #[inline(always)]
    unsafe fn canonical(a: __m256i) -> __m256i {
        unsafe {
            let magnitude = _mm256_and_si256(a, _mm256_set1_epi32(MAGNITUDE));
            let nan = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(INFINITY));
            _mm256_blendv_epi8(a, _mm256_set1_epi32(CANONICAL_NAN as i32), nan)
        }
    }
    #[inline(always)]
    unsafe fn load(lanes: *const *const u64, at: usize) -> __m256i {
        unsafe {
            let word = |lane: usize| (*lanes.add(lane)).add(at).read_unaligned() as i64;
            _mm256_set_epi64x(word(3), word(2), word(1), word(0))
        }
    }
    /// Pairs of lanes are interleaved, then the halves exchanged.
    #[inline(always)]
    unsafe fn load_square(lanes: *const *const u64, at: usize, to: &mut [__m256i; 8]) {
        unsafe {
            let row = |lane: usize| _mm256_loadu_si256((*lanes.add(lane)).add(at).cast());
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let (low01, high01) = (_mm256_unpacklo_epi64(r0, r1), _mm256_unpackhi_epi64(r0, r1));
            let (low23, high23) = (_mm256_unpacklo_epi64(r2, r3), _mm256_unpackhi_epi64(r2, r3));
            to[0] = _mm256_permute2x128_si256::<0x20>(low01, low23);
            to[1] = _mm256_permute2x128_si256::<0x20>(high01, high23);
            to[2] = _mm256_permute2x128_si256::<0x31>(low01, low23);
            to[3] = _mm256_permute2x128_si256::<0x31>(high01, high23);
        }
    }
    #[inline(always)]
    unsafe fn store(to: *mut u64, v: __m256i) {
        unsafe { _mm256_storeu_si256(to.cast(), v) }
    }
}
