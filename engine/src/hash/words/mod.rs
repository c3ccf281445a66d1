//! A vector of 64-bit words, one implementation for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
pub(crate) use scalar::Scalar;

/// A binary32 without its sign.
#[cfg(target_arch = "x86_64")]
const MAGNITUDE: i32 = 0x7fff_ffff;
/// The largest magnitude that is no NaN.
#[cfg(target_arch = "x86_64")]
const INFINITY: i32 = 0x7f80_0000;

/// The operations that Keccak is made of, on `COUNT` states at once.
///
/// # Safety
/// Every method asks that the processor has the instructions of the set. Loads and stores ask besides that the pointers
/// are valid for what they name; words are little endian and need no alignment.
pub(crate) trait Words: Copy + 'static {
    /// Lanes of a vector: 1, 4 or 8.
    const COUNT: usize;
    /// `COUNT` words.
    type V: Copy;

    unsafe fn splat(x: u64) -> Self::V;
    unsafe fn xor(a: Self::V, b: Self::V) -> Self::V;
    /// `a ^ b ^ c`.
    unsafe fn xor3(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a ^ (!b & c)`.
    unsafe fn chi(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// Each word rotated left by `n`, 1 to 63.
    unsafe fn rol(a: Self::V, n: u32) -> Self::V;

    /// Each word's halves, as binary32 those that are NaN made canonical.
    unsafe fn canonical(a: Self::V) -> Self::V;

    /// Word `at` of each lane's message.
    unsafe fn load(lanes: *const *const u64, at: usize) -> Self::V;
    /// Words `at` to `at + COUNT - 1` of each lane's message, one vector for each of them in the first `COUNT` of `to`.
    unsafe fn load_square(lanes: *const *const u64, at: usize, to: &mut [Self::V; 8]);
    /// Writes one word of each lane.
    unsafe fn store(to: *mut u64, v: Self::V);
}
