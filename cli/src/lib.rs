//! The `assay` command: buyers, operators and governance.
//!
//! Each command is a function `run(options, context, out)` in the file of its group; [`main_with`] parses the arguments,
//! runs the command and turns an error into words and an exit status: 0 done, 1 failed, 2 wrong usage. Standard output
//! holds data, standard error everything else. With `--json` standard output holds one [`Envelope`].
//!
//! ```
//! let mut out = Vec::new();
//! assay_cli::main_with(["assay", "completions", "bash"], &mut out);
//! assert!(String::from_utf8_lossy(&out).contains("_assay"));
//! ```
//!
//! **Invariant:** no argument takes a secret; keys come from a file of mode 0600 or from the environment.
#![forbid(unsafe_code)]

pub mod account;
pub mod amount;
pub mod blob;
pub mod clock;
pub mod context;
pub mod dispute;
pub mod error;
pub mod gov;
pub mod job;
pub mod key;
mod logging;
pub mod options;
pub mod output;
pub mod program;
pub mod provider;
mod run;
pub mod shell;
pub mod validator;

pub use error::CliError;
pub use output::Envelope;
pub use run::{execute, main_with};
