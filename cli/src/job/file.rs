//! Job files from a path or standard input.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use assay_models::{JobBundle, JobFile};

use crate::CliError;

/// A job file and the directory that its paths are relative to.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it says.
    pub job: JobFile,
    /// Where its data lies.
    pub base: PathBuf,
}

impl Opened {
    /// Reads a job file; `-` is standard input, whose paths are relative to the current directory.
    ///
    /// # Errors
    /// [`CliError::Job`] says what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        if path != Path::new("-") {
            let base = path.parent().unwrap_or(Path::new("")).to_owned();
            return Ok(Self {
                job: JobFile::load(path)?,
                base,
            });
        }
        let text = read_stdin(JobFile::MAX_BYTES)?;
        Ok(Self {
            job: JobFile::parse(&String::from_utf8_lossy(&text))?,
            base: PathBuf::new(),
        })
    }

    /// Reads the data and builds the job.
    ///
    /// # Errors
    /// [`CliError::Job`] says what is wrong with model or data.
    pub fn bundle(&self) -> Result<JobBundle, CliError> {
        Ok(self.job.bundle(&self.base)?)
    }
}

/// Standard input, of at most `most` bytes.
pub(crate) fn read_stdin(most: u64) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes);
    read.map_err(CliError::file("-"))?;
    if bytes.len() as u64 > most {
        return Err(assay_models::JobError::TooLong {
            path: "-".into(),
            most,
        }
        .into());
    }
    Ok(bytes)
}
