//! Which device a worker computes on.

use std::{fmt, str::FromStr, sync::Arc};

use assay_cuda::CudaError;

use super::{self_check, Cpu, Device, Gpu, SelfCheckError};
use crate::material::Machine;

/// Which device a worker computes on, as the command line has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first GPU that is there and computes right, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The NVIDIA GPU of this number.
    Cuda(usize),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix("cuda:").map(str::parse);
        match (text, number) {
            ("auto", _) => Ok(Self::Auto),
            ("cpu", _) => Ok(Self::Cpu),
            (_, Some(Ok(number))) => Ok(Self::Cuda(number)),
            _ => Err("a device is auto, cpu, or cuda: and a number, as in cuda:0".to_owned()),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

/// Where GPUs are looked for.
pub trait Gpus {
    /// Opens a GPU by its number.
    ///
    /// # Errors
    /// What is missing.
    fn open(&self, number: usize) -> Result<Arc<dyn Device>, CudaError>;
}

/// The GPUs of this machine, found when this is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Installed;

impl Gpus for Installed {
    fn open(&self, number: usize) -> Result<Arc<dyn Device>, CudaError> {
        Ok(Arc::new(Gpu::open(number)?))
    }
}

/// Why there is no device to compute on.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The GPU that was asked for cannot be used.
    #[error("--device cuda:{number}: {error}")]
    Gpu {
        /// Its number.
        number: usize,
        /// What is missing.
        error: CudaError,
    },
    /// The device does not compute what the definition says.
    #[error("{device}: {error}")]
    SelfCheck {
        /// The device.
        device: String,
        /// What is wrong.
        error: SelfCheckError,
    },
}

/// The device to compute on, which has computed some operators of random tensors as the definition has them. Blocks for some
/// seconds on a GPU, whose kernels are compiled.
///
/// # Errors
/// [`ChoiceError`] if the device that was asked for is missing or wrong. `auto` falls back to the processor and says why.
pub fn choose(
    choice: Choice,
    gpus: &dyn Gpus,
    machine: Machine,
) -> Result<Arc<dyn Device>, ChoiceError> {
    match choice {
        Choice::Cpu => checked(Arc::new(Cpu), machine),
        Choice::Cuda(number) => match gpus.open(number) {
            Ok(device) => checked(device, machine),
            Err(error) => Err(ChoiceError::Gpu { number, error }),
        },
        Choice::Auto => match gpus.open(0) {
            Ok(device) => checked(device, machine).or_else(|error| {
                tracing::error!(%error, "this GPU cannot be trusted; the processor computes");
                checked(Arc::new(Cpu), machine)
            }),
            Err(reason) => {
                tracing::info!(%reason, "no GPU is used; the processor computes");
                checked(Arc::new(Cpu), machine)
            }
        },
    }
}

fn checked(device: Arc<dyn Device>, machine: Machine) -> Result<Arc<dyn Device>, ChoiceError> {
    match self_check(device.as_ref(), machine) {
        Ok(()) => Ok(device),
        Err(error) => Err(ChoiceError::SelfCheck {
            device: device.name(),
            error,
        }),
    }
}
