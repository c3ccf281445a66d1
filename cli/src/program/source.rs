//! A program from a job file or a program file.

use std::{fs::File, io::Read, path::Path};

use assay_models::{JobBundle, JobFile};
use assay_program::{Program, ValidProgram, MAGIC};

use crate::{
    job::file::{read_stdin, Opened},
    CliError,
};

/// Where a program comes from.
pub(crate) enum Source {
    /// A job file, which also gives data and start state.
    Job(Box<JobBundle>),
    /// A program file.
    Program(ValidProgram),
}

impl Source {
    /// Reads either kind of file; `-` is standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let bytes = match path == Path::new("-") {
            true => read_stdin(Program::MAX_BYTES as u64)?,
            false => beginning(path)?,
        };
        if bytes.starts_with(&MAGIC[..]) {
            return Ok(Self::Program(decode(path, &bytes)?));
        }
        let opened = match path == Path::new("-") {
            true => Opened {
                job: JobFile::parse(&String::from_utf8_lossy(&bytes))?,
                base: "".into(),
            },
            false => Opened::read(path)?,
        };
        Ok(Self::Job(Box::new(opened.bundle()?)))
    }

    /// The program.
    pub(crate) fn program(&self) -> &ValidProgram {
        match self {
            Self::Job(bundle) => &bundle.program,
            Self::Program(program) => program,
        }
    }
}

fn decode(path: &Path, bytes: &[u8]) -> Result<ValidProgram, CliError> {
    let program = Program::decode(bytes).map_err(|cause| CliError::ProgramFile {
        path: path.to_owned(),
        cause,
    })?;
    program.validate().map_err(|cause| CliError::Program {
        path: path.to_owned(),
        cause,
    })
}

/// As many bytes as a program file may have, and one more so that the decoder sees it if there are too many.
fn beginning(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| {
        file.take(Program::MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
    });
    read.map_err(CliError::file(path))?;
    Ok(bytes)
}
