//! From arguments to an exit status.

use std::{
    ffi::{OsStr, OsString},
    io::Write,
    process::ExitCode,
};

use clap::{error::ErrorKind, Parser};

use crate::{
    account, blob, context::Context, dispute, gov, job, key, logging, options::Cli,
    options::Command, output::Output, program, provider, shell, validator, CliError, Envelope,
};

/// Exit status of wrong usage.
const USAGE: u8 = 2;

/// Parses arguments, the program's name first, and runs the command.
pub fn main_with<I, T>(arguments: I, out: &mut dyn Write) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error, &arguments, out),
    };
    logging::start();
    let json = cli.global.json;
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::output);
    let done = runtime.and_then(|runtime| runtime.block_on(execute(cli, out)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, json, out);
            ExitCode::from(error.status())
        }
    }
}

/// Runs a parsed command; data goes to `out`.
///
/// # Errors
/// [`CliError`] with everything that a person or a program needs to know.
pub async fn execute(cli: Cli, out: &mut dyn Write) -> Result<(), CliError> {
    let context = Context::new(cli.global);
    let out = &mut Output::new(context.json(), out);
    match cli.command {
        Command::Job(command) => job::run(command, &context, out).await,
        Command::Provider(command) => provider::run(command, &context, out).await,
        Command::Dispute(command) => dispute::run(command, &context, out).await,
        Command::Program(command) => program::run(&command, out),
        Command::Key(command) => key::run(&command, &context, out),
        Command::Validator(command) => validator::run(command, &context, out).await,
        Command::Gov(command) => gov::run(command, &context, out).await,
        Command::Account(command) => account::run(command, &context, out).await,
        Command::Blob(command) => blob::run(command, out).await,
        Command::Completions { shell } => shell::completions(shell, out),
        Command::Man { out: directory } => shell::man(directory.as_deref(), out),
    }
}

/// Tells people on standard error and, if they asked for JSON, programs on standard output.
fn report(error: &CliError, json: bool, out: &mut dyn Write) {
    eprintln!("error: {error}");
    if json {
        // If standard output is closed, the exit status is all that can still be said.
        let _ =
            Envelope::<()>::failure(error.code(), error.to_string(), error.details()).write(out);
    }
}

fn wrong_usage(error: &clap::Error, arguments: &[OsString], out: &mut dyn Write) -> ExitCode {
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    // As above: nothing more can be said if the streams are closed.
    let _ = error.print();
    if asked {
        return ExitCode::SUCCESS;
    }
    if arguments
        .iter()
        .any(|argument| argument == OsStr::new("--json"))
    {
        let message = error.render().to_string();
        let _ = Envelope::<()>::failure("usage", message.trim().to_owned(), None).write(out);
    }
    ExitCode::from(USAGE)
}
