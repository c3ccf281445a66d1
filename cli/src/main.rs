//! The `assay` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    assay_cli::main_with(std::env::args_os(), &mut std::io::stdout())
}
