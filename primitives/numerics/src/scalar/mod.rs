//! Scalar functions on binary32, each fixed to the bit.
//!
//! Rounding is to nearest, ties to even; subnormals are kept. Nothing is contracted or reassociated: every line below
//! is one IEEE 754 operation or one exact bit operation, in the order written. `fma` is the only fused operation and
//! stands only where it is named. Nothing here calls a mathematical library.
//!
//! **NaN.** A result is either a number, whose bits are fixed, or a NaN, whose sign and payload are not. No number
//! ever depends on a NaN's bits: no function looks at the bits of a value before it is known not to be NaN, except to
//! compute what is then discarded. [`canonical`] gives the one form in which a NaN may be stored.
//!
//! Engines mirror these sequences in SIMD; [`constants`] holds every number they need. `docs/protocol/scalars.md`
//! describes the same, for an implementation in another language.

mod basic;
pub mod constants;
mod exp;
mod fma;
mod ln;
mod reduction;
mod sigmoid;
mod sqrt;
mod tanh;

pub use basic::{
    abs, add, canonical, div, equal, flush, less, less_or_equal, maximum, minimum, mul, neg,
    select, sub, CANONICAL_NAN,
};
pub use exp::exp;
pub use fma::fma;
pub use ln::ln;
pub use sigmoid::sigmoid;
pub use sqrt::sqrt;
pub use tanh::tanh;

#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!("x87 arithmetic rounds twice: build for x86 with SSE2");

#[cfg(all(target_family = "wasm", target_feature = "relaxed-simd"))]
compile_error!("relaxed SIMD leaves results to the host: build without it");
