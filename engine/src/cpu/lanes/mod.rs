//! A vector of binary32 lanes, one implementation for each instruction set.
//!
//! Kernels are written once over [`Lanes`] and instantiated for each set, so all paths compute the same sequence of
//! IEEE 754 operations. A lane never influences another one.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Neon;
pub(crate) use scalar::Scalar;

/// Most lanes of any instruction set.
pub(crate) const MOST_LANES: usize = 16;

/// The operations that kernels are made of. Arithmetic is that of `assay_numerics::scalar` in each lane, except that
/// the payload of a NaN is free.
///
/// # Safety
/// Every method asks that the processor has the instructions of the set. Loads and stores ask besides that the pointer
/// is valid for `COUNT` elements, or for the `n <= COUNT` that are named; no alignment is needed.
pub(crate) trait Lanes: Copy + 'static {
    /// Lanes of a vector.
    const COUNT: usize;
    /// `COUNT` binary32 values.
    type F: Copy;
    /// `COUNT` 32-bit integers.
    type I: Copy;
    /// `COUNT` truth values.
    type M: Copy;

    unsafe fn splat(x: f32) -> Self::F;
    unsafe fn load(from: *const f32) -> Self::F;
    unsafe fn store(to: *mut f32, v: Self::F);
    /// The first `n` lanes from memory, +0 in the others.
    unsafe fn load_part(from: *const f32, n: usize) -> Self::F;
    /// Writes the first `n` lanes.
    unsafe fn store_part(to: *mut f32, v: Self::F, n: usize);

    unsafe fn add(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F;
    /// `a * b + c` with one rounding.
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    unsafe fn sqrt(a: Self::F) -> Self::F;

    /// `a < b`; false for NaN.
    unsafe fn lt(a: Self::F, b: Self::F) -> Self::M;
    /// `a <= b`; false for NaN.
    unsafe fn le(a: Self::F, b: Self::F) -> Self::M;
    /// `a == b`; false for NaN.
    unsafe fn eq(a: Self::F, b: Self::F) -> Self::M;
    /// Whether `a` is NaN.
    unsafe fn nan(a: Self::F) -> Self::M;
    /// `yes` where `m` holds, else `no`.
    unsafe fn select(m: Self::M, yes: Self::F, no: Self::F) -> Self::F;

    unsafe fn bits(a: Self::F) -> Self::I;
    unsafe fn float(a: Self::I) -> Self::F;
    unsafe fn splat_i(x: i32) -> Self::I;
    unsafe fn add_i(a: Self::I, b: Self::I) -> Self::I;
    unsafe fn sub_i(a: Self::I, b: Self::I) -> Self::I;
    unsafe fn and_i(a: Self::I, b: Self::I) -> Self::I;
    unsafe fn or_i(a: Self::I, b: Self::I) -> Self::I;
    unsafe fn xor_i(a: Self::I, b: Self::I) -> Self::I;
    /// `a << 23`.
    unsafe fn to_exponent(a: Self::I) -> Self::I;
    /// `a >> 1`, arithmetic.
    unsafe fn halve(a: Self::I) -> Self::I;
    /// Whether `a` is 0.
    unsafe fn zero_i(a: Self::I) -> Self::M;
    /// The nearest binary32 of a signed integer.
    unsafe fn convert(a: Self::I) -> Self::F;

    /// The columns of a square of `COUNT` rows of `COUNT` elements, `stride` apart; vectors behind them mean nothing.
    unsafe fn load_columns(from: *const f32, stride: usize) -> [Self::F; MOST_LANES];
}
