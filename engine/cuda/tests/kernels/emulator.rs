//! Compiles kernels as C++ and runs their launches.

use assay_commitment::{Keccak, Sha3};
use assay_cuda::launch::{Launch, Launches, Operands};
use assay_cuda::map_source::MapKernel;
use assay_cuda::plan::Bound;
use assay_cuda::source::Unit;
use assay_numerics::{Tensor, TensorType};
use libloading::Library;
use std::collections::HashMap;
use std::ffi::{c_char, c_void, CStr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const HEADER: &str = include_str!("emulator.h");
/// Words before and after every tensor that nobody may write, and that show when they are read: NaN.
const GUARD: usize = 64;
const POISON: u32 = 0x7fde_adbe;

/// A kernel as the emulator's header declares it.
type Entry = unsafe extern "C" fn(*const Operands, *const c_void, u32, u32, u32) -> *const c_char;

/// In which order the threads of a block run between barriers.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    Ascending,
    Descending,
    Scattered,
}

impl Order {
    pub const ALL: [Self; 3] = [Self::Ascending, Self::Descending, Self::Scattered];

    fn code(self) -> u32 {
        match self {
            Self::Ascending => 0,
            Self::Descending => 1,
            Self::Scattered => 13,
        }
    }
}

/// What a run may depend on besides its inputs.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub step: u64,
    pub order: Order,
}

/// Compiled kernels.
pub struct Emulator(HashMap<Unit, Library>);

impl Emulator {
    /// The kernels that depend on no program.
    pub fn fixed() -> &'static Self {
        static FIXED: OnceLock<Emulator> = OnceLock::new();
        FIXED.get_or_init(|| {
            Self(
                Unit::FIXED
                    .map(|unit| (unit, load(&unit.source(&[]))))
                    .into(),
            )
        })
    }

    /// The kernels of these Maps, each of which may be there more than once.
    pub fn of_maps(maps: impl IntoIterator<Item = MapKernel>) -> Self {
        let mut maps: Vec<MapKernel> = maps.into_iter().collect();
        maps.sort_by(|a, b| a.name().cmp(b.name()));
        maps.dedup();
        Self([(Unit::Maps, load(&Unit::Maps.source(&maps)))].into())
    }

    /// Runs launches on tensors; the output is what they write.
    pub fn run(
        &self,
        launches: &Launches,
        run: &Run,
        inputs: &[&Tensor],
        output: TensorType,
    ) -> Tensor {
        let buffers: Vec<Buffer> = inputs
            .iter()
            .map(|input| Buffer::of(input.words()))
            .collect();
        let mut to = Buffer::poisoned(output.dims.elements() as usize);
        self.run_on(launches, run, &buffers, &mut to);
        for (buffer, input) in buffers.iter().zip(inputs) {
            assert_eq!(buffer.words(), input.words(), "an input was changed");
        }
        Tensor::new(output, to.words().to_vec()).unwrap()
    }

    /// Runs launches that write over their first input.
    pub fn run_in_place(&self, launches: &Launches, run: &Run, inputs: &[&Tensor]) -> Tensor {
        let mut buffers: Vec<Buffer> = inputs
            .iter()
            .map(|input| Buffer::of(input.words()))
            .collect();
        let mut operands = operands(&buffers);
        operands.output = operands.inputs[0];
        self.run_all(launches, run, &mut operands);
        for (buffer, input) in buffers.iter().zip(inputs).skip(1) {
            assert_eq!(buffer.words(), input.words(), "an input was changed");
        }
        Tensor::new(inputs[0].ty(), buffers.remove(0).words().to_vec()).unwrap()
    }

    /// Runs launches on words.
    pub fn run_on(&self, launches: &Launches, run: &Run, inputs: &[Buffer], output: &mut Buffer) {
        let mut operands = operands(inputs);
        operands.output = output.address();
        self.run_all(launches, run, &mut operands);
        output.check();
    }

    /// Runs launches with operands of their own.
    pub fn run_bound(&self, bounds: &[Bound<'_>], order: Order) {
        for bound in bounds {
            self.launch(&bound.launch, &bound.operands, order);
        }
    }

    fn run_all(&self, launches: &Launches, run: &Run, operands: &mut Operands) {
        let workspace = Buffer::poisoned(launches.workspace_words as usize);
        operands.workspace = workspace.address();
        operands.step = (&raw const run.step) as u64;
        for launch in &launches.launches {
            self.launch(launch, operands, run.order);
            workspace.check();
        }
    }

    fn launch(&self, launch: &Launch, operands: &Operands, order: Order) {
        let library = self
            .0
            .get(&launch.unit)
            .or_else(|| Self::fixed().0.get(&launch.unit))
            .unwrap();
        // SAFETY: all kernels are declared so; their operands are the launch's, and their shape is of the kernel's type.
        let error = unsafe {
            let entry = library.get::<Entry>(launch.kernel.as_bytes()).unwrap();
            entry(
                operands,
                launch.shape.as_ptr().cast(),
                launch.grid,
                launch.block,
                order.code(),
            )
        };
        if !error.is_null() {
            // SAFETY: a kernel gives a literal.
            let error = unsafe { CStr::from_ptr(error) };
            panic!("{}: {}", launch.kernel, error.to_string_lossy());
        }
    }
}

fn operands(inputs: &[Buffer]) -> Operands {
    let mut operands = Operands::default();
    for (address, input) in operands.inputs.iter_mut().zip(inputs) {
        *address = input.address();
    }
    operands
}

/// Words that begin at a multiple of 16 bytes, with guards around them.
pub struct Buffer {
    lines: Vec<u128>,
    words: usize,
}

impl Buffer {
    pub fn of(words: &[u32]) -> Self {
        let mut buffer = Self::poisoned(words.len());
        let all: &mut [u32] = bytemuck::cast_slice_mut(&mut buffer.lines);
        all[GUARD..GUARD + words.len()].copy_from_slice(words);
        buffer
    }

    pub fn poisoned(words: usize) -> Self {
        let lines = (words + 2 * GUARD).div_ceil(4);
        let poison = u128::from(POISON);
        let line = poison | poison << 32 | poison << 64 | poison << 96;
        Self {
            lines: vec![line; lines],
            words,
        }
    }

    fn all(&self) -> &[u32] {
        bytemuck::cast_slice(&self.lines)
    }

    pub fn words(&self) -> &[u32] {
        self.check();
        &self.all()[GUARD..GUARD + self.words]
    }

    /// Writes words at a place.
    pub fn write(&mut self, start: u64, words: &[u32]) {
        let start = GUARD + start as usize;
        let all: &mut [u32] = bytemuck::cast_slice_mut(&mut self.lines);
        all[start..start + words.len()].copy_from_slice(words);
    }

    /// The words at a place.
    pub fn read(&self, start: u64, words: u64) -> &[u32] {
        &self.words()[start as usize..(start + words) as usize]
    }

    pub fn address(&self) -> u64 {
        self.all()[GUARD..].as_ptr() as u64
    }

    fn check(&self) {
        let (before, rest) = self.all().split_at(GUARD);
        let after = &rest[self.words..];
        assert!(
            before.iter().chain(after).all(|word| *word == POISON),
            "a kernel wrote outside its tensors"
        );
    }
}

/// Compiles a text, unless that has been done before, and loads it.
fn load(source: &str) -> Library {
    let path = library_path(source);
    if !path.exists() {
        compile(source, &path);
    }
    // SAFETY: the library was compiled from our own text and has no initialisers.
    unsafe { Library::new(&path) }.unwrap()
}

fn library_path(source: &str) -> PathBuf {
    let digest = Sha3::hash(&[HEADER.as_bytes(), &[0], source.as_bytes()]);
    let name: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kernels-{name}.so"))
}

fn compile(source: &str, path: &Path) {
    // Tests run side by side, in one process or several: each compiles to a name of its own.
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let own = |end: &str| path.with_extension(format!("{}-{number}.{end}", std::process::id()));
    let (text, library) = (own("cpp"), own("so"));
    std::fs::write(&text, format!("{HEADER}\n{source}")).unwrap();
    let mut command = Command::new("clang++");
    command.args([
        "-std=c++17",
        "-O2",
        "-ffp-contract=off",
        "-fno-strict-aliasing",
        "-fsanitize=alignment,bounds,shift,integer-divide-by-zero",
        "-fsanitize-trap=all",
        "-Wno-unknown-pragmas",
        "-shared",
        "-fPIC",
        "-o",
    ]);
    command.arg(&library).arg(&text);
    if has_fma() {
        command.arg("-mfma");
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("clang++ does not start ({error}): run scripts/setup"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::remove_file(&text).unwrap();
    std::fs::rename(&library, path).unwrap();
}

/// Whether the processor multiplies and adds in one instruction, for which an x86 compiler must be asked.
fn has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}
