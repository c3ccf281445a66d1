//! Eight lanes: AVX-512 F.

use super::{Words, INFINITY, MAGNITUDE};
use assay_numerics::scalar::CANONICAL_NAN;
use core::arch::x86_64::*;

/// Needs AVX-512 F.
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

// SAFETY of every block below: the trait's contract gives the instruction set and the validity of the pointers.
impl Words for Avx512 {
    const COUNT: usize = 8;
    type V = __m512i;

    #[inline(always)]
    unsafe fn splat(x: u64) -> __m512i {
        unsafe { _mm512_set1_epi64(x as i64) }
    }
    #[inline(always)]
    unsafe fn xor(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_xor_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        unsafe { _mm512_ternarylogic_epi64::<0x96>(a, b, c) }
    }
    #[inline(always)]
    unsafe fn chi(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        unsafe { _mm512_ternarylogic_epi64::<0xd2>(a, b, c) }
    }
    #[inline(always)]
    unsafe fn rol(a: __m512i, n: u32) -> __m512i {
        unsafe { _mm512_rolv_epi64(a, _mm512_set1_epi64(n.into())) }
    }
    #[inline(always)]
    unsafe fn canonical(a: __m512i) -> __m512i {
        unsafe {
            let magnitude = _mm512_and_si512(a, _mm512_set1_epi32(MAGNITUDE));
            let nan = _mm512_cmpgt_epi32_mask(magnitude, _mm512_set1_epi32(INFINITY));
            _mm512_mask_mov_epi32(a, nan, _mm512_set1_epi32(CANONICAL_NAN as i32))
        }
    }
    #[inline(always)]
    unsafe fn load(lanes: *const *const u64, at: usize) -> __m512i {
        unsafe {
            let word = |lane: usize| (*lanes.add(lane)).add(at).read_unaligned() as i64;
            let (w0, w1, w2, w3) = (word(0), word(1), word(2), word(3));
            _mm512_set_epi64(word(7), word(6), word(5), word(4), w3, w2, w1, w0)
        }
    }
    /// Pairs of lanes are interleaved, then pairs of pairs, then the halves.
    #[inline(always)]
    unsafe fn load_square(lanes: *const *const u64, at: usize, to: &mut [__m512i; 8]) {
        unsafe {
            let row = |lane: usize| _mm512_loadu_si512((*lanes.add(lane)).add(at).cast());
            let pair = |lane: usize| {
                let (even, odd) = (row(lane), row(lane + 1));
                (
                    _mm512_unpacklo_epi64(even, odd),
                    _mm512_unpackhi_epi64(even, odd),
                )
            };
            // Of each pair the words 0 2 4 6 and 1 3 5 7, two lanes beside each other.
            let (pairs01, pairs23, pairs45, pairs67) = (pair(0), pair(2), pair(4), pair(6));
            for (odd, lows, highs) in [
                (0, (pairs01.0, pairs23.0), (pairs45.0, pairs67.0)),
                (1, (pairs01.1, pairs23.1), (pairs45.1, pairs67.1)),
            ] {
                // Quarters 0 and 2, then 1 and 3, of four lanes.
                let low02 = _mm512_shuffle_i64x2::<0x88>(lows.0, lows.1);
                let low13 = _mm512_shuffle_i64x2::<0xdd>(lows.0, lows.1);
                let high02 = _mm512_shuffle_i64x2::<0x88>(highs.0, highs.1);
                let high13 = _mm512_shuffle_i64x2::<0xdd>(highs.0, highs.1);
                to[odd] = _mm512_shuffle_i64x2::<0x88>(low02, high02);
                to[4 + odd] = _mm512_shuffle_i64x2::<0xdd>(low02, high02);
                to[2 + odd] = _mm512_shuffle_i64x2::<0x88>(low13, high13);
                to[6 + odd] = _mm512_shuffle_i64x2::<0xdd>(low13, high13);
            }
        }
    }
    #[inline(always)]
    unsafe fn store(to: *mut u64, v: __m512i) {
        unsafe { _mm512_storeu_si512(to.cast(), v) }
    }
}
