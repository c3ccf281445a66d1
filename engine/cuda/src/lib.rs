//! Execution of programs on NVIDIA GPUs, equal to the reference bit for bit.
//!
//! The kernels are CUDA C++ text, compiled by NVRTC when a program is loaded: [`source`] puts the text together,
//! [`map_source`] makes the kernel of a Map from its code, and [`launch`] decides which kernels an operation needs, with what
//! grids. All arithmetic stands in intrinsics that round to nearest; [`gate`] refuses compiled code in which anything else
//! is left. The bindings are loaded when they are first asked for, so this builds and starts where no GPU is.
//!
//! **What is shown without a GPU.** The tests compile the same text as C++ and run it in an emulator of threads, warps and
//! barriers, bit for bit against the reference, and compile it with NVRTC for every architecture through the gate. That shows
//! indices, order, barriers and arithmetic. It does not show speed, and it does not run the compiler's machine code.
//!
//! ```
//! use assay_cuda::launch::{launches, Overlap, Target};
//! use assay_numerics::{Dims, Op, Operation, TensorType};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let x = TensorType::f32(Dims::matrix(2, 40_000)?);
//! let sums = Operation { op: Op::RowSum, inputs: vec![x], output: TensorType::f32(Dims::matrix(2, 1)?) };
//! let work = launches(&sums, &[0; 32], Overlap::Apart, Target { processors: 132 }).ok_or("no work")?;
//! // Rows of more than one chunk: the chunks side by side, then joined in order.
//! assert_eq!(work.launches.len(), 2);
//! assert_eq!(work.launches[0].kernel, "row_sum_chunks");
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** nothing about a device changes a bit. What depends on it ([`launch::Target`]) decides only how work is cut.

pub mod device;
mod error;
pub mod gate;
pub mod launch;
pub mod map_source;
pub mod nvrtc;
pub mod plan;
pub mod source;

pub use error::CudaError;
