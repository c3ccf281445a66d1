//! `assay completions` and `assay man`: made from the command line itself.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::{generate, Shell};
use clap_mangen::{generate_to, Man};

use crate::{options::Cli, output::Output, CliError};

/// Prints a completion script.
///
/// # Errors
/// [`CliError::Output`].
pub fn completions(shell: Shell, out: &mut Output<'_>) -> Result<(), CliError> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "assay", &mut script);
    out.raw(&script)
}

/// Prints the manual page, or writes those of all commands into a directory.
///
/// # Errors
/// [`CliError::File`], [`CliError::Output`].
pub fn man(directory: Option<&Path>, out: &mut Output<'_>) -> Result<(), CliError> {
    if let Some(directory) = directory {
        let written = std::fs::create_dir_all(directory)
            .and_then(|()| generate_to(Cli::command(), directory));
        return written.map_err(CliError::file(directory));
    }
    let mut page = Vec::new();
    Man::new(Cli::command())
        .render(&mut page)
        .map_err(CliError::output)?;
    out.raw(&page)
}
