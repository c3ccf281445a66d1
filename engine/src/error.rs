//! What can be wrong with the use of an engine.

use crate::Simd;
use assay_numerics::TensorType;
use std::fmt;
use thiserror::Error;

/// What a tensor is to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A state slot.
    Slot,
    /// A dataset tensor.
    Input,
    /// A constant.
    Constant,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slot => "slot",
            Self::Input => "input",
            Self::Constant => "constant",
        })
    }
}

/// Why an engine cannot be made or cannot take a step.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EngineError {
    /// The wanted instruction set is not there.
    #[error(
        "this processor does not support {wanted}; choose one of: auto, {}",
        list(available)
    )]
    UnsupportedCpu {
        /// What was asked for.
        wanted: Simd,
        /// What may be chosen.
        available: Vec<Simd>,
    },
    /// The instruction set has no such name.
    #[error("unknown instruction set {value:?} (variable {}); choose auto, scalar, avx2, avx512 or neon", Simd::VARIABLE)]
    UnknownCpu {
        /// The name given.
        value: String,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// The program needs more memory than is allowed.
    #[error("the program needs {needed} bytes of working memory, the limit is {limit}; choose a machine with more, or raise the limit")]
    MemoryLimit {
        /// Bytes planned.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The system has not enough memory.
    #[error("the system refused {bytes} bytes of memory; choose a machine with more")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
    },
    /// Another number of tensors than the program has.
    #[error("{found} {role} tensors given, the program has {expected}")]
    Count {
        /// What they are.
        role: Role,
        /// Number in the program.
        expected: usize,
        /// Number given.
        found: usize,
    },
    /// A tensor has another type than the program says.
    #[error("{role} {number} is {found:?}, the program says {expected:?}")]
    Type {
        /// What it is.
        role: Role,
        /// Its number.
        number: usize,
        /// Type in the program.
        expected: TensorType,
        /// Type given.
        found: TensorType,
    },
}

fn list(available: &[Simd]) -> String {
    available
        .iter()
        .map(Simd::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
