//! What can go wrong between the host and a device.

use thiserror::Error;

/// Why kernels cannot be compiled or a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CudaError {
    /// There is no run-time compiler.
    #[error("NVIDIA's run-time compiler was not found (libnvrtc.so.13); install CUDA 13's NVRTC, or set {variable} to its directory",
        variable = crate::nvrtc::VARIABLE)]
    NoCompiler,
    /// The compiler refused a text.
    #[error("the kernels of {unit} do not compile for {architecture}: {log}")]
    Compile {
        /// Which kernels.
        unit: String,
        /// For which architecture.
        architecture: &'static str,
        /// What the compiler said.
        log: String,
    },
    /// The compiler gave code that might round otherwise than the reference.
    #[error("the compiler's code for {unit} breaks the rules of arithmetic: {violations}")]
    Gate {
        /// Which kernels.
        unit: String,
        /// The offending instructions.
        violations: String,
    },
    /// NVIDIA's driver is not installed.
    #[error("NVIDIA's driver was not found (libcuda.so); install it, or run on the processor")]
    NoDriver,
    /// There is no such device.
    #[error("there is no GPU {number}; {found} were found")]
    NoDevice {
        /// The number asked for.
        number: usize,
        /// How many there are.
        found: usize,
    },
    /// The compiler makes no code for the device.
    #[error("{name} has compute capability {major}.{minor}; 7.5 or newer is needed")]
    OldDevice {
        /// The device.
        name: String,
        /// Its compute capability.
        major: i32,
        /// Its compute capability.
        minor: i32,
    },
    /// The device has not enough memory.
    #[error("the program needs {needed} bytes of device memory, {available} are available; choose a GPU with more")]
    OutOfMemory {
        /// Bytes planned.
        needed: u64,
        /// Bytes that may be taken.
        available: u64,
    },
    /// The device's memory was full when the driver needed some beside the program's.
    #[error("cannot {task}: the device's memory is full; choose a GPU with more")]
    MemoryFull {
        /// What was tried.
        task: &'static str,
    },
    /// Tensors are not of the program's number and types.
    #[error("the {what} are not of the program's number and types")]
    Tensors {
        /// Which tensors.
        what: &'static str,
    },
    /// The driver refused something.
    #[error("cannot {task}: {reason}")]
    Driver {
        /// What was tried.
        task: &'static str,
        /// What the driver said.
        reason: String,
    },
}
