//! `assay program`: programs on this machine.

mod local;
mod root;
mod source;
mod table;

pub(crate) use table::type_name;

use crate::{options::ProgramCommand, output::Output, CliError};

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub fn run(command: &ProgramCommand, out: &mut Output<'_>) -> Result<(), CliError> {
    match command {
        ProgramCommand::Root(options) => root::run(options, out),
        ProgramCommand::Run(options) => local::run(options, out),
        ProgramCommand::Show(options) => table::run(options, out),
    }
}
