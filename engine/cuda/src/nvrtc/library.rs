//! NVRTC's functions, from the library that is asked for by its path: a name alone may be another version's.

use super::{Version, VARIABLE, VERSION};
use cudarc::nvrtc::sys::{nvrtcProgram, nvrtcResult};
use libloading::Library;
use std::ffi::{c_char, c_int, CString};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::OnceLock;

/// The library's file.
const FILE: &str = "libnvrtc.so.13";
/// What the library asks for by name when it compiles, followed by its version.
const BUILTINS: &str = "libnvrtc-builtins.so.";

type Create = unsafe extern "C" fn(
    *mut nvrtcProgram,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> nvrtcResult;
type Compile = unsafe extern "C" fn(nvrtcProgram, c_int, *const *const c_char) -> nvrtcResult;
type Destroy = unsafe extern "C" fn(*mut nvrtcProgram) -> nvrtcResult;
type Size = unsafe extern "C" fn(nvrtcProgram, *mut usize) -> nvrtcResult;
type Text = unsafe extern "C" fn(nvrtcProgram, *mut c_char) -> nvrtcResult;
type Ask = unsafe extern "C" fn(*mut c_int, *mut c_int) -> nvrtcResult;

/// The compiler.
pub(super) struct Compiler {
    create: Create,
    compile: Compile,
    destroy: Destroy,
    ptx_size: Size,
    ptx: Text,
    log_size: Size,
    log: Text,
    version: Ask,
    path: PathBuf,
    /// They stay loaded as long as the functions are there: for ever.
    _libraries: Vec<Library>,
}

impl Compiler {
    /// The compiler of this process; `None` where there is none.
    pub(super) fn get() -> Option<&'static Self> {
        static COMPILER: OnceLock<Option<Compiler>> = OnceLock::new();
        COMPILER.get_or_init(Self::find).as_ref()
    }

    /// From the directory that [`VARIABLE`] names, if it does; else from the cache directory, or from where the system looks.
    fn find() -> Option<Self> {
        match std::env::var_os(VARIABLE).filter(|directory| !directory.is_empty()) {
            Some(directory) => Self::of_directory(Path::new(&directory)),
            None => cache()
                .and_then(|directory| Self::of_directory(&directory))
                .or_else(|| Self::load(Path::new(FILE), Vec::new())),
        }
    }

    /// The library of a directory, with what lies beside it.
    fn of_directory(directory: &Path) -> Option<Self> {
        let files = std::fs::read_dir(directory).ok()?;
        let mut paths = files.filter_map(|file| Some(file.ok()?.path()));
        let builtins = paths.find(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(BUILTINS))
        })?;
        // Once loaded it is found by its name.
        // SAFETY: the library's initialisers are NVIDIA's, and this process has trusted them by asking for it.
        let builtins = unsafe { Library::new(builtins) }.ok()?;
        Self::load(&directory.join(FILE), vec![builtins])
    }

    fn load(path: &Path, mut libraries: Vec<Library>) -> Option<Self> {
        // SAFETY: as above; the functions are declared as NVIDIA's header has them.
        unsafe {
            let library = Library::new(path).ok()?;
            let compiler = Self {
                create: *library.get(b"nvrtcCreateProgram\0").ok()?,
                compile: *library.get(b"nvrtcCompileProgram\0").ok()?,
                destroy: *library.get(b"nvrtcDestroyProgram\0").ok()?,
                ptx_size: *library.get(b"nvrtcGetPTXSize\0").ok()?,
                ptx: *library.get(b"nvrtcGetPTX\0").ok()?,
                log_size: *library.get(b"nvrtcGetProgramLogSize\0").ok()?,
                log: *library.get(b"nvrtcGetProgramLog\0").ok()?,
                version: *library.get(b"nvrtcVersion\0").ok()?,
                path: path.to_owned(),
                _libraries: {
                    libraries.push(library);
                    libraries
                },
            };
            Some(compiler)
        }
    }

    /// Where it was found; a name alone if the system has found it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its version.
    pub(super) fn version(&self) -> Option<Version> {
        let (mut major, mut minor) = (0, 0);
        // SAFETY: both places are those of numbers.
        let result = unsafe { (self.version)(&raw mut major, &raw mut minor) };
        (result == nvrtcResult::NVRTC_SUCCESS).then_some(Version { major, minor })
    }

    /// Compiles a text to PTX.
    ///
    /// # Errors
    /// What the compiler says about it.
    pub(super) fn compile(
        &self,
        source: &str,
        name: &str,
        options: &[String],
    ) -> Result<String, String> {
        let program = Program::new(self, &c_string(source)?, &c_string(name)?)?;
        let options = options.iter().map(|option| c_string(option));
        let options: Vec<CString> = options.collect::<Result<_, _>>()?;
        let pointers: Vec<*const c_char> = options.iter().map(|option| option.as_ptr()).collect();
        let count = c_int::try_from(pointers.len()).map_err(|error| error.to_string())?;
        // SAFETY: the program is there, and so are as many strings as the count says.
        let result = unsafe { (self.compile)(program.program, count, pointers.as_ptr()) };
        match result {
            nvrtcResult::NVRTC_SUCCESS => program.text(self.ptx_size, self.ptx),
            _ => {
                let log = program.text(self.log_size, self.log)?;
                Err(format!("{result:?}: {log}"))
            }
        }
    }
}

/// A text that is being compiled.
struct Program<'a> {
    compiler: &'a Compiler,
    program: nvrtcProgram,
}

impl<'a> Program<'a> {
    fn new(compiler: &'a Compiler, source: &CString, name: &CString) -> Result<Self, String> {
        let mut program = ptr::null_mut();
        let (source, name) = (source.as_ptr(), name.as_ptr());
        // SAFETY: both strings end in a zero and are copied; there are no headers.
        let result = unsafe {
            (compiler.create)(&raw mut program, source, name, 0, ptr::null(), ptr::null())
        };
        success(result)?;
        Ok(Self { compiler, program })
    }

    /// A text of the program's, of which the size is asked first; it ends in a zero.
    fn text(&self, size: Size, text: Text) -> Result<String, String> {
        let mut bytes = 0;
        // SAFETY: the program is there, and the place is that of a number.
        success(unsafe { size(self.program, &raw mut bytes) })?;
        let mut found = vec![0u8; bytes];
        // SAFETY: there are as many bytes as were asked for.
        success(unsafe { text(self.program, found.as_mut_ptr().cast()) })?;
        found.truncate(found.iter().position(|byte| *byte == 0).unwrap_or(bytes));
        String::from_utf8(found).map_err(|error| error.to_string())
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        // SAFETY: the program was made by this compiler, and nobody uses it any more. Nothing is left to do if that fails.
        let _result = unsafe { (self.compiler.destroy)(&raw mut self.program) };
    }
}

fn success(result: nvrtcResult) -> Result<(), String> {
    match result {
        nvrtcResult::NVRTC_SUCCESS => Ok(()),
        failure => Err(format!("{failure:?}")),
    }
}

fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|error| error.to_string())
}

/// Where `scripts/setup` puts the library.
fn cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache.map(|cache| cache.join(format!("assay/nvrtc-{VERSION}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_the_library_has_no_compiler() {
        assert!(Compiler::of_directory(Path::new("/nowhere")).is_none());
        assert!(Compiler::of_directory(Path::new(env!("CARGO_MANIFEST_DIR"))).is_none());
    }

    #[test]
    fn it_is_the_one_that_was_asked_for_and_says_what_is_wrong() {
        let compiler = Compiler::get().expect("scripts/setup fetches it");
        assert_eq!(compiler.path().file_name().unwrap(), FILE);
        assert_eq!(compiler.version().unwrap().major, 13);
        let log = compiler.compile("nonsense", "x.cu", &[]).unwrap_err();
        assert!(log.contains("x.cu(1): error"), "{log}");
        let log = compiler.compile("a\0b", "x.cu", &[]).unwrap_err();
        assert!(log.contains("nul byte"), "{log}");
    }
}
