//! `assay program root`.

use assay_commitment::Sha3;
use serde::Serialize;

use super::source::Source;
use crate::{
    options::ProgramOptions,
    output::{field, Output},
    CliError,
};

/// The roots of a program and, from a job file, of what it reads.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Roots {
    /// Of the program.
    program_root: String,
    /// Over its encoded nodes.
    node_tree_root: String,
    /// Over its constants; zeros if there are none.
    constants_root: String,
    /// Of the state before step 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_state: Option<String>,
    /// Of each dataset tensor.
    #[serde(skip_serializing_if = "Option::is_none")]
    datasets: Option<Vec<String>>,
}

impl Roots {
    fn of(source: &Source) -> Self {
        let hex = |root: [u8; 32]| format!("0x{}", hex::encode(root));
        let program = source.program().get();
        let roots = match source {
            Source::Job(bundle) => Some(&bundle.roots),
            Source::Program(_) => None,
        };
        Self {
            program_root: program.root::<Sha3>().to_string(),
            node_tree_root: hex(program.node_tree_root::<Sha3>()),
            constants_root: hex(program.constants_root),
            start_state: roots.map(|roots| roots.start_state.to_string()),
            datasets: roots.map(|roots| roots.datasets.iter().map(ToString::to_string).collect()),
        }
    }
}

/// Prints the roots.
pub(crate) fn run(options: &ProgramOptions, out: &mut Output<'_>) -> Result<(), CliError> {
    let roots = Roots::of(&Source::read(&options.file)?);
    out.finish(&roots, |out| {
        field(out, "program", &roots.program_root)?;
        field(out, "nodes", &roots.node_tree_root)?;
        field(out, "constants", &roots.constants_root)?;
        roots
            .start_state
            .as_ref()
            .map_or(Ok(()), |root| field(out, "start state", root))?;
        let mut datasets = roots.datasets.iter().flatten().enumerate();
        datasets.try_for_each(|(number, root)| field(out, &format!("dataset {number}"), root))
    })
}
