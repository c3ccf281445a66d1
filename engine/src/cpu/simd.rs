//! The choice of an instruction set.

use super::path::{self, Path};
use crate::EngineError;
use std::fmt;
use std::str::FromStr;

/// Which instruction set the kernels use. The bits are the same with each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Simd {
    /// The fastest one that the processor has.
    #[default]
    Auto,
    /// None; the fused multiply-add is computed in software. Slow.
    Scalar,
    /// AVX2 and FMA (x86-64).
    Avx2,
    /// AVX-512 F (x86-64).
    Avx512,
    /// NEON (aarch64).
    Neon,
}

impl Simd {
    /// The environment variable that [`Self::from_env`] reads.
    pub const VARIABLE: &'static str = "ASSAY_CPU";

    /// The choice that the environment variable `ASSAY_CPU` names: `auto`, `scalar`, `avx2`, `avx512` or `neon`; `auto`
    /// if it is not set. Fails if it names something else, or a set that this processor lacks.
    pub fn from_env() -> Result<Self, EngineError> {
        match std::env::var_os(Self::VARIABLE) {
            None => Ok(Self::Auto),
            Some(value) => value.to_string_lossy().parse(),
        }
    }

    /// The sets that this processor has, the slowest first; never empty.
    pub fn available() -> Vec<Self> {
        let all = [Self::Scalar, Self::Neon, Self::Avx2, Self::Avx512];
        all.into_iter()
            .filter(|simd| simd.path().is_some())
            .collect()
    }

    /// The set itself instead of `Auto`. Fails if this processor lacks it.
    pub fn resolve(self) -> Result<Self, EngineError> {
        match self {
            Self::Auto => Ok(Self::available().pop().unwrap_or(Self::Scalar)),
            named if named.path().is_some() => Ok(named),
            named => Err(EngineError::UnsupportedCpu {
                wanted: named,
                available: Self::available(),
            }),
        }
    }

    /// The fastest kernels that this processor runs.
    pub(crate) fn best() -> &'static Path {
        let mut available = Self::available();
        available
            .pop()
            .and_then(Self::path)
            .unwrap_or(&path::SCALAR)
    }

    /// The kernels, if this processor has the instructions. `Auto` has none of its own.
    pub(crate) fn path(self) -> Option<&'static Path> {
        match self {
            Self::Scalar => Some(&path::SCALAR),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if has_avx2() => Some(&path::AVX2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if has_avx2() && std::arch::is_x86_feature_detected!("avx512f") => {
                Some(&path::AVX512)
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => Some(&path::NEON),
            _ => None,
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

impl fmt::Display for Simd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        })
    }
}

impl FromStr for Simd {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self, EngineError> {
        let all = [
            Self::Auto,
            Self::Scalar,
            Self::Avx2,
            Self::Avx512,
            Self::Neon,
        ];
        let named = all.into_iter().find(|simd| simd.to_string() == text);
        let named = named.ok_or_else(|| EngineError::UnknownCpu {
            value: text.to_owned(),
        })?;
        if named != Self::Auto {
            named.resolve()?;
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways_where_the_processor_has_them() {
        for simd in Simd::available().into_iter().chain([Simd::Auto]) {
            assert_eq!(simd.to_string().parse::<Simd>().unwrap(), simd);
        }
        assert!(Simd::available().contains(&Simd::Scalar));
    }

    #[test]
    fn what_the_processor_lacks_and_what_nobody_knows_are_refused() {
        let lacking = if cfg!(target_arch = "x86_64") {
            Simd::Neon
        } else {
            Simd::Avx512
        };
        assert!(matches!(
            lacking.to_string().parse::<Simd>(),
            Err(EngineError::UnsupportedCpu { .. })
        ));
        assert!(matches!(
            "AVX2 ".parse::<Simd>(),
            Err(EngineError::UnknownCpu { .. })
        ));
        assert!(matches!(
            "".parse::<Simd>(),
            Err(EngineError::UnknownCpu { .. })
        ));
    }
}
