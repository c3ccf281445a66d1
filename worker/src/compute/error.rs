//! Why a device does not compute.

use assay_cuda::CudaError;
use assay_engine::EngineError;

/// Why a device does not compute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// The processor's engine refuses the program, or the machine has too little memory.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A GPU refuses the program, has too little memory, or failed.
    #[error(transparent)]
    Cuda(#[from] CudaError),
}

impl ComputeError {
    /// Whether this device can never run the program, so that the job should be declined. A GPU that failed may work again.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Engine(_) => true,
            Self::Cuda(error) => matches!(
                error,
                CudaError::OutOfMemory { .. }
                    | CudaError::MemoryFull { .. }
                    | CudaError::Compile { .. }
                    | CudaError::Gate { .. }
                    | CudaError::Tensors { .. }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_memory_is_final_and_a_fault_of_the_driver_is_not() {
        let memory = CudaError::OutOfMemory {
            needed: 2,
            available: 1,
        };
        assert!(ComputeError::from(memory).is_final());
        let full = CudaError::MemoryFull {
            task: "load kernels",
        };
        assert!(ComputeError::from(full).is_final());
        let limit = EngineError::MemoryLimit {
            needed: 2,
            limit: 1,
        };
        assert!(ComputeError::from(limit).is_final());
        let fault = CudaError::Driver {
            task: "play a step",
            reason: "it fell off the bus".to_owned(),
        };
        assert!(!ComputeError::from(fault).is_final());
    }
}
