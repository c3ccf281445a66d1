//! `assay program show`.

use std::io::{self, Write};

use assay_commitment::Sha3;
use assay_numerics::{DType, TensorType};
use assay_program::{estimate, Node, Program};
use serde::Serialize;

use super::source::Source;
use crate::{
    options::ProgramOptions,
    output::{field, Output},
    CliError,
};

/// A program in a form to read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Table {
    program_root: String,
    header: HeaderLine,
    slots: Vec<String>,
    inputs: Vec<String>,
    constants: Vec<String>,
    nodes: Vec<NodeLine>,
    work: Work,
}

#[derive(Clone, Debug, Serialize)]
struct HeaderLine {
    version: u16,
    flags: u16,
    seed: String,
    constants_root: String,
}

#[derive(Clone, Debug, Serialize)]
struct NodeLine {
    node: usize,
    op: &'static str,
    inputs: Vec<String>,
    output: String,
    /// The slot whose next value this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<usize>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Work {
    flops_per_step: u64,
    bytes_per_step: u64,
    memory_bytes: u64,
    state_bytes: u64,
}

/// Prints a program.
pub(crate) fn run(options: &ProgramOptions, out: &mut Output<'_>) -> Result<(), CliError> {
    let source = Source::read(&options.file)?;
    let table = Table::of(&source);
    out.finish(&table, |out| table.write(out))
}

impl Table {
    fn of(source: &Source) -> Self {
        let (program, work) = (source.program().get(), estimate(source.program()));
        let header = program.header();
        let names = |types: &[TensorType]| types.iter().map(|ty| type_name(*ty)).collect();
        let nodes = program.nodes.iter().enumerate();
        Self {
            program_root: program.root::<Sha3>().to_string(),
            header: HeaderLine {
                version: header.version,
                flags: header.flags,
                seed: format!("0x{}", hex::encode(header.seed)),
                constants_root: format!("0x{}", hex::encode(header.constants_root)),
            },
            slots: names(&program.slots),
            inputs: names(&program.inputs),
            constants: names(&program.constants),
            nodes: nodes
                .map(|(number, node)| NodeLine::new(program, number, node))
                .collect(),
            work: Work {
                flops_per_step: work.flops_per_step,
                bytes_per_step: work.bytes_per_step,
                memory_bytes: work.memory_bytes,
                state_bytes: work.state_bytes,
            },
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "program", &self.program_root)?;
        field(out, "numerics version", self.header.version)?;
        field(out, "seed", &self.header.seed)?;
        field(out, "constants root", &self.header.constants_root)?;
        list(out, "slot", &self.slots)?;
        list(out, "input", &self.inputs)?;
        list(out, "constant", &self.constants)?;
        for line in &self.nodes {
            let slot = line
                .slot
                .map_or(String::new(), |slot| format!("  -> slot {slot}"));
            let text = format!(
                "{:<9} {:<22} {}{slot}",
                line.op,
                line.output,
                line.inputs.join(", ")
            );
            field(out, &format!("node {}", line.node), text)?;
        }
        field(out, "operations a step", self.work.flops_per_step)?;
        field(out, "bytes moved a step", self.work.bytes_per_step)?;
        field(out, "memory", format!("{} bytes", self.work.memory_bytes))?;
        field(out, "state", format!("{} bytes", self.work.state_bytes))
    }
}

impl NodeLine {
    fn new(program: &Program, number: usize, node: &Node) -> Self {
        // The last nodes but `Commit` give the slots' next values, in order.
        let first = program.nodes.len().saturating_sub(program.slots.len() + 1);
        let slot = number
            .checked_sub(first)
            .filter(|slot| *slot < program.slots.len());
        Self {
            node: number,
            op: node.op.name(),
            inputs: node
                .inputs
                .iter()
                .map(|input| input.source.to_string())
                .collect(),
            output: type_name(node.output),
            slot,
        }
    }
}

fn list(out: &mut dyn Write, name: &str, types: &[String]) -> io::Result<()> {
    types
        .iter()
        .enumerate()
        .try_for_each(|(number, ty)| field(out, &format!("{name} {number}"), ty))
}

/// Element type and dimensions, such as `f32 [1, 1, 32, 64]`.
pub(crate) fn type_name(ty: TensorType) -> String {
    let dtype = match ty.dtype {
        DType::F32 => "f32",
        DType::U32 => "u32",
    };
    format!("{dtype} {:?}", ty.dims.get())
}
