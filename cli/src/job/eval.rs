//! `assay job eval`.

use assay_models::{evaluate, Checkpoint, Splits};

use super::file::Opened;
use crate::{
    options::EvalOptions,
    output::{field, Output},
    CliError,
};

/// Measures a model on the held-out data of its job file.
///
/// # Errors
/// What is wrong with the file, the data or the model.
pub fn run(options: &EvalOptions, out: &mut Output<'_>) -> Result<(), CliError> {
    let opened = Opened::read(&options.file)?;
    let checkpoint = Checkpoint::load(&options.model)?;
    let test = Splits::load(&opened.job, &opened.base)?.test;
    let result = evaluate(&opened.job.model, &checkpoint, &test)?;
    out.finish(&result, |out| {
        field(out, "samples", result.samples)?;
        field(out, "loss", result.loss)?;
        result
            .accuracy
            .map_or(Ok(()), |accuracy| field(out, "accuracy", accuracy))
    })
}
