//! What can be wrong with data.

use std::path::PathBuf;

/// Why a dataset is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is larger than [`Dataset::MAX_BYTES`](super::Dataset::MAX_BYTES).
    #[error("{} is larger than {most} bytes; take fewer samples", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// A line is not a sample.
    #[error("{}, line {line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The file as a whole is not a dataset for this model.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
}
