//! One lane: plain Rust.

use super::Words;
use assay_commitment::canonical_word;
use assay_numerics::DType;

/// Needs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

// SAFETY of every block below: the trait's contract gives the validity of the pointers.
impl Words for Scalar {
    const COUNT: usize = 1;
    type V = u64;

    #[inline(always)]
    unsafe fn splat(x: u64) -> u64 {
        x
    }
    #[inline(always)]
    unsafe fn xor(a: u64, b: u64) -> u64 {
        a ^ b
    }
    #[inline(always)]
    unsafe fn xor3(a: u64, b: u64, c: u64) -> u64 {
        a ^ b ^ c
    }
    #[inline(always)]
    unsafe fn chi(a: u64, b: u64, c: u64) -> u64 {
        a ^ (!b & c)
    }
    #[inline(always)]
    unsafe fn rol(a: u64, n: u32) -> u64 {
        a.rotate_left(n)
    }
    #[inline(always)]
    unsafe fn canonical(a: u64) -> u64 {
        let canonical = |word: u64| u64::from(canonical_word(DType::F32, word as u32));
        canonical(a) | (canonical(a >> 32) << 32)
    }
    #[inline(always)]
    unsafe fn load(lanes: *const *const u64, at: usize) -> u64 {
        u64::from_le(unsafe { (*lanes).add(at).read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_square(lanes: *const *const u64, at: usize, to: &mut [u64; 8]) {
        to[0] = unsafe { Self::load(lanes, at) };
    }
    #[inline(always)]
    unsafe fn store(to: *mut u64, v: u64) {
        unsafe { to.write(v) }
    }
}
