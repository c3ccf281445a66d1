//! `assay gov params`, and files of parameters.

use std::{
    io::{self, Write},
    path::Path,
};

use assay_client::At;
use assay_protocol::{Params, ParamsVersion};
use serde::Serialize;

use super::{
    file,
    numbers::{numbers, Number},
    options::ParamsOptions,
};
use crate::{
    clock,
    context::Context,
    output::{field, Output},
    CliError,
};

/// The longest file of parameters.
const MAX_BYTES: u64 = 64 << 10;

/// The parameters of a version.
#[derive(Clone, Debug, Serialize)]
struct Shown {
    /// The version.
    version: ParamsVersion,
    /// As a file has them.
    params: Params,
    /// One by one.
    numbers: Vec<Number>,
    /// Where they were written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// Shows or writes the parameters.
pub(super) async fn run(
    options: &ParamsOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let version = options.number.map(ParamsVersion);
    let view = chain.params(version, At::Best).await?;
    let view = view.ok_or(match options.number {
        Some(version) => CliError::NoVersion { version },
        None => CliError::NoParams,
    })?;
    if let Some(path) = &options.out {
        write(path, &view.params)?;
    }
    let shown = Shown {
        version: view.version,
        params: view.params,
        numbers: numbers(&view.params, clock::block_time(&chain).await?),
        file: options.out.as_ref().map(|path| path.display().to_string()),
    };
    out.finish(&shown, |out| shown.write(out))
}

impl Shown {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "version", self.version.0)?;
        if let Some(file) = &self.file {
            return field(out, "written to", file);
        }
        self.numbers
            .iter()
            .try_for_each(|number| writeln!(out, "{:<40} {}", number.name, number.text))
    }
}

/// Writes parameters to a new file.
fn write(path: &Path, params: &Params) -> Result<(), CliError> {
    let write = || {
        let mut file = std::fs::File::create_new(path)?;
        serde_json::to_writer_pretty(&mut file, params)?;
        writeln!(file)
    };
    write().map_err(CliError::file(path))
}

/// Reads parameters from a file and checks all that can be checked without a chain.
pub(super) fn read(path: &Path) -> Result<Params, CliError> {
    let bytes = file::read(path, MAX_BYTES)?;
    let params: Params = serde_json::from_slice(&bytes).map_err(|cause| CliError::ParamsFile {
        path: path.to_owned(),
        cause,
    })?;
    params.check_bounds()?;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("params.json");
        write(&path, &Params::development()).unwrap();
        assert_eq!(read(&path).unwrap(), Params::development());
        assert_eq!(
            write(&path, &Params::main()).unwrap_err().code(),
            "file_exists"
        );
    }

    #[test]
    fn files_are_checked_before_anything_is_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("params.json");
        let code = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path).unwrap_err().code()
        };
        assert_eq!(code("{}"), "params_malformed");
        assert_eq!(code("{\"assignment\": 1"), "params_malformed");
        let mut params = Params::main();
        params.segments.retention = 0;
        assert_eq!(
            code(&serde_json::to_string(&params).unwrap()),
            "params_refused"
        );
    }
}
