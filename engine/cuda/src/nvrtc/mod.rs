//! Compiling kernels when the program runs, by NVIDIA's NVRTC.

mod library;

use crate::error::CudaError;
use crate::gate;
use crate::map_source::MapKernel;
use crate::source::Unit;
use library::Compiler;
use std::fmt;
use std::path::Path;

/// The environment variable that names the directory of the compiler's library; if it is set, no other is looked at.
pub const VARIABLE: &str = "ASSAY_NVRTC";
/// The version that `scripts/setup` puts under the cache directory.
pub const VERSION: &str = "13.0.88";

/// A virtual architecture that NVRTC compiles for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture(&'static str);

impl Architecture {
    /// The architectures that are asked for, the oldest first: Turing, Ampere, Ada, Hopper, Blackwell.
    pub const ALL: [Self; 6] = [
        Self("compute_75"),
        Self("compute_80"),
        Self("compute_89"),
        Self("compute_90"),
        Self("compute_100"),
        Self("compute_120"),
    ];

    /// The newest architecture whose code runs on a device of this compute capability; `None` if the device is too old.
    pub fn of_device(major: i32, minor: i32) -> Option<Self> {
        let newest_first = Self::ALL.into_iter().rev();
        let versions = [120, 100, 90, 89, 80, 75];
        newest_first
            .zip(versions)
            .find(|(_, version)| 10 * major + minor >= *version)
            .map(|(architecture, _)| architecture)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// Compiles the kernels of a unit to PTX, and judges the PTX. `maps` are the kernels of [`Unit::Maps`].
///
/// # Errors
/// [`CudaError::NoCompiler`] if there is none, [`CudaError::Compile`] if it refuses the text, and [`CudaError::Gate`] if its
/// code might compute other bits than the reference.
pub fn compile(
    unit: Unit,
    maps: &[MapKernel],
    architecture: Architecture,
) -> Result<String, CudaError> {
    let compiler = Compiler::get().ok_or(CudaError::NoCompiler)?;
    let ptx = compiler
        .compile(&unit.source(maps), &file(unit), &options(architecture.0))
        .map_err(|log| refused(unit, architecture.0, log))?;
    let violations = gate::judge(&ptx);
    if violations.is_empty() {
        return Ok(ptx);
    }
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    Err(CudaError::Gate {
        unit: format!("{unit:?}"),
        violations: lines.join("; "),
    })
}

/// Compiles the kernels of a unit for a real architecture such as `sm_90`, so that the assembler looks at them as well.
///
/// # Errors
/// As [`compile`], but that nothing is judged.
pub fn assemble(unit: Unit, maps: &[MapKernel], real: &'static str) -> Result<(), CudaError> {
    let compiler = Compiler::get().ok_or(CudaError::NoCompiler)?;
    compiler
        .compile(&unit.source(maps), &file(unit), &options(real))
        .map(|_| ())
        .map_err(|log| refused(unit, real, log))
}

/// Nothing is fused, flushed or approximated.
fn options(architecture: &str) -> Vec<String> {
    let options = [
        "--ftz=false",
        "--prec-sqrt=true",
        "--prec-div=true",
        "--fmad=false",
        "--std=c++17",
        &format!("--gpu-architecture={architecture}"),
    ];
    options.map(ToOwned::to_owned).into()
}

/// What messages call a unit's text.
fn file(unit: Unit) -> String {
    format!("{unit:?}.cu")
}

fn refused(unit: Unit, architecture: &'static str, log: String) -> CudaError {
    CudaError::Compile {
        unit: format!("{unit:?}"),
        architecture,
        log,
    }
}

/// A version of NVIDIA's software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its first number.
    pub major: i32,
    /// Its second number.
    pub minor: i32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Whether there is a compiler: in the directory that [`VARIABLE`] names, if it does; else in the cache directory, or where the
/// system looks for libraries.
pub fn is_present() -> bool {
    Compiler::get().is_some()
}

/// The compiler's version; `None` where there is none.
pub fn version() -> Option<Version> {
    Compiler::get()?.version()
}

/// Where the compiler was found; a name alone if the system has found it.
pub fn path() -> Option<&'static Path> {
    Compiler::get().map(Compiler::path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_gets_the_newest_code_that_it_runs() {
        let name = |major, minor| Architecture::of_device(major, minor).map(Architecture::name);
        assert_eq!(name(7, 0), None);
        assert_eq!(name(7, 5), Some("compute_75"));
        assert_eq!(name(8, 0), Some("compute_80"));
        assert_eq!(name(8, 6), Some("compute_80"));
        assert_eq!(name(8, 9), Some("compute_89"));
        assert_eq!(name(9, 0), Some("compute_90"));
        assert_eq!(name(10, 3), Some("compute_100"));
        assert_eq!(name(12, 0), Some("compute_120"));
    }
}
