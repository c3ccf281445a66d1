//! What can be wrong with a job.

use crate::{CheckpointError, DataError};
use assay_program::{builder::BuildError, ProgramError};
use std::path::PathBuf;

/// Why a job file, or what it describes, is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The job file cannot be read.
    #[error("cannot read the job file {}: {error}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The job file is longer than [`JobFile::MAX_BYTES`](super::JobFile::MAX_BYTES).
    #[error("the job file {} is longer than {most} bytes; is it the right file?", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// Not TOML, or a field that is missing, unknown or of another type.
    #[error("the job file is malformed: {0}")]
    Syntax(Box<toml::de::Error>),
    /// A field has a value it cannot have.
    #[error("{field}: {problem}; {remedy}")]
    Field {
        /// The field, with its table.
        field: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The data cannot be used.
    #[error("data: {0}")]
    Data(#[from] DataError),
    /// The initial weights cannot be used.
    #[error("model.weights: {0}")]
    Weights(#[from] CheckpointError),
    /// The graph cannot be built.
    #[error("the model cannot be built: {0}")]
    Build(#[from] BuildError),
    /// The program breaks a limit.
    #[error("the program is refused: {0}")]
    Program(#[from] ProgramError),
}

impl JobError {
    /// A field's error.
    pub(crate) fn field(
        field: &'static str,
        problem: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self::Field {
            field,
            problem: problem.into(),
            remedy,
        }
    }
}

impl From<assay_numerics::TensorError> for JobError {
    fn from(error: assay_numerics::TensorError) -> Self {
        Self::Build(error.into())
    }
}
