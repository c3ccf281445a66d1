//! What a group's shape depends on: who reads whom, and how.

use crate::cpu::strips::RowKernel;
use crate::cpu::Kernel;
use crate::uses::{first_slot_node, Origin, Uses};
use assay_numerics::Dims;
use assay_program::Program;

/// A program's nodes that are computed.
pub(super) struct Graph<'a> {
    program: &'a Program,
    uses: &'a Uses,
    /// For each node how it goes row by row, if it does.
    forms: Vec<Option<Form>>,
    /// For each node the nodes that it reads.
    sources: Vec<Vec<usize>>,
    /// For each node the nodes that read it.
    readers: Vec<Vec<usize>>,
}

/// A node that goes row by row.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) kernel: RowKernel,
    /// Rows of the output, or of the operands if the terms are the rows; leading dimensions included.
    pub(super) rows: usize,
    /// Columns of the output.
    pub(super) cols: usize,
}

/// How a node reads another one's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Element by element.
    Full,
    /// Row by row.
    Rows,
    /// In other places as well.
    Whole,
}

impl<'a> Graph<'a> {
    pub(super) fn new(program: &'a Program, uses: &'a Uses) -> Self {
        let nodes = program.nodes.len();
        let mut graph = Self {
            program,
            uses,
            forms: (0..nodes).map(|node| form(program, uses, node)).collect(),
            sources: vec![vec![]; nodes],
            readers: vec![vec![]; nodes],
        };
        for (number, node) in program.nodes.iter().enumerate() {
            if !uses.computes(number) {
                continue;
            }
            for input in &node.inputs {
                let Origin::Node(source) = uses.origin(input.source) else {
                    continue;
                };
                if !graph.sources[number].contains(&source) {
                    graph.sources[number].push(source);
                    graph.readers[source].push(number);
                }
            }
        }
        graph
    }

    /// Whether the node is computed.
    pub(super) fn computes(&self, node: usize) -> bool {
        self.uses.computes(node)
    }

    /// The nodes that a node reads, each once.
    pub(super) fn sources(&self, node: usize) -> &[usize] {
        &self.sources[node]
    }

    /// The nodes that read a node, each once.
    pub(super) fn readers(&self, node: usize) -> &[usize] {
        &self.readers[node]
    }

    pub(super) fn form(&self, node: usize) -> Option<&Form> {
        self.forms[node].as_ref()
    }

    /// Elements of a node's output.
    pub(super) fn elements(&self, node: usize) -> usize {
        self.program.nodes[node].output.dims.elements() as usize
    }

    /// Whether the node gives a slot.
    pub(super) fn gives_slot(&self, node: usize) -> bool {
        node >= first_slot_node(self.program)
    }

    /// The nodes that a node's inputs read and how, in order.
    pub(super) fn edges(&self, node: usize) -> impl Iterator<Item = (usize, Edge)> + '_ {
        let inputs = self.program.nodes[node].inputs.iter().enumerate();
        inputs.filter_map(
            move |(number, input)| match self.uses.origin(input.source) {
                Origin::Node(source) => Some((source, self.edge(node, number, source))),
                _ => None,
            },
        )
    }

    fn edge(&self, node: usize, input: usize, source: usize) -> Edge {
        let (Some(form), Some(from)) = (self.form(node), self.form(source)) else {
            return Edge::Whole;
        };
        let dims = self.program.nodes[node].inputs[input].ty.dims;
        let output = self.program.nodes[node].output.dims;
        let same_rows = from.rows == form.rows && from.cols == dims.cols() as usize;
        match &form.kernel {
            _ if matches!(from.kernel, RowKernel::RowProduct(_)) => Edge::Whole,
            RowKernel::Map(_) if dims == output => Edge::Full,
            RowKernel::Map(_) if is_column(dims, output) && same_rows => Edge::Rows,
            RowKernel::Reduce(_) if same_rows => Edge::Rows,
            RowKernel::Product(_) if input == 0 && same_rows => Edge::Rows,
            RowKernel::RowProduct(_) if same_rows => Edge::Rows,
            _ => Edge::Whole,
        }
    }
}

/// Whether `dims` is one column beside the output's rows.
fn is_column(dims: Dims, output: Dims) -> bool {
    dims.cols() == 1 && dims.get()[..3] == output.get()[..3]
}

fn form(program: &Program, uses: &Uses, node: usize) -> Option<Form> {
    if !uses.computes(node) {
        return None;
    }
    let kernel = Kernel::new(&program.nodes[node].operation()).and_then(RowKernel::new)?;
    let dims = program.nodes[node].output.dims;
    let cols = dims.cols() as usize;
    let rows = match &kernel {
        RowKernel::RowProduct(product) => product.matrices() * product.terms(),
        _ => dims.elements() as usize / cols,
    };
    Some(Form { kernel, rows, cols })
}
