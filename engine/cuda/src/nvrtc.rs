//! Compiling kernels when the program runs, by NVIDIA's NVRTC.

use crate::error::CudaError;
use crate::gate;
use crate::map_source::MapKernel;
use crate::source::Unit;
use cudarc::nvrtc::{compile_ptx_with_opts, sys, CompileError, CompileOptions};
use libloading::Library;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The environment variable that names the directory of the compiler's library.
pub const VARIABLE: &str = "ASSAY_NVRTC";
/// The library's file.
const FILE: &str = "libnvrtc.so.13";
/// What the library asks for, followed by its version.
const BUILTINS: &str = "libnvrtc-builtins.so.";
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
    if !is_present() {
        return Err(CudaError::NoCompiler);
    }
    let ptx = compile_ptx_with_opts(unit.source(maps), options(unit, architecture))
        .map_err(|error| refused(unit, architecture, error))?
        .to_src();
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

/// Nothing is fused, flushed or approximated.
fn options(unit: Unit, architecture: Architecture) -> CompileOptions {
    CompileOptions {
        ftz: Some(false),
        prec_sqrt: Some(true),
        prec_div: Some(true),
        fmad: Some(false),
        options: vec!["--std=c++17".to_owned()],
        arch: Some(architecture.0),
        name: Some(format!("{unit:?}.cu")),
        ..CompileOptions::default()
    }
}

fn refused(unit: Unit, architecture: Architecture, error: CompileError) -> CudaError {
    let log = match error {
        CompileError::CompileError { log, .. } => log.to_string_lossy().into_owned(),
        other => format!("{other:?}"),
    };
    CudaError::Compile {
        unit: format!("{unit:?}"),
        architecture: architecture.0,
        log,
    }
}

/// Whether the compiler can be loaded: from the directory that [`VARIABLE`] names, from the cache directory, or from where
/// the system looks for libraries.
pub fn is_present() -> bool {
    static PRESENT: OnceLock<bool> = OnceLock::new();
    *PRESENT.get_or_init(|| {
        // Once loaded it is found by name.
        let loaded = directories().find_map(|directory| load(&directory));
        std::mem::forget(loaded);
        // SAFETY: the library's initialisers are NVIDIA's, and this process has trusted them by asking for it.
        unsafe { sys::is_culib_present() }
    })
}

/// Loads the library and what it asks for by name when it compiles.
fn load(directory: &Path) -> Option<[Library; 2]> {
    let files = std::fs::read_dir(directory).ok()?;
    let mut names = files.filter_map(|file| Some(file.ok()?.path()));
    let builtins = names.find(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(BUILTINS))
    })?;
    // SAFETY: as above.
    unsafe {
        Some([
            Library::new(builtins).ok()?,
            Library::new(directory.join(FILE)).ok()?,
        ])
    }
}

fn directories() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    let cached = cache.map(|cache| cache.join(format!("assay/nvrtc-{VERSION}")));
    named.into_iter().chain(cached)
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
