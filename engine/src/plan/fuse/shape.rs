//! The rows that a group of nodes shares, and whether sharing them is worth it.

use super::graph::{Edge, Form, Graph};
use crate::cpu::strips::{RowKernel, Rows, MAX_MEMBERS, SCRATCH_WORDS};
use crate::cpu::{MatMul, BLOCK_ROWS, WORTH_SHARING_NS};
use crate::plan::memory::Memory;

/// Elements that Maps of one shape take at a time: few enough that seven tensors' stay in the second cache.
const ELEMENTS: usize = 16 << 10;
/// Elements to which the threads' shares are rounded.
const ELEMENTS_GRAIN: usize = 1024;
/// Rows from which on a thread may pack a product's right operand for itself.
const ROWS_WORTH_PACKING: usize = 128;
/// Fewest rows of a strip of a product that has a right operand of its own for each matrix.
const FEWEST_PRODUCT_ROWS: usize = 8;
/// Rows that each thread should have where no operand is packed.
const ROWS_A_THREAD: usize = 4;

/// How a group of nodes shares rows.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Shape {
    pub(in crate::plan) rows: Rows,
    /// For each node where its rows lie in a thread's memory, for each row of a strip; nothing if they are stored.
    pub(in crate::plan) scratch: Vec<Option<usize>>,
}

/// The shape of a group of these nodes, if they can and should be one.
pub(super) fn of(graph: &Graph<'_>, nodes: &[usize], threads: usize) -> Option<Shape> {
    if nodes.len() > MAX_MEMBERS {
        return None;
    }
    let forms: Vec<&Form> = nodes
        .iter()
        .map(|node| graph.form(*node))
        .collect::<Option<_>>()?;
    let candidate = Candidate {
        graph,
        nodes,
        forms,
    };
    candidate
        .by_elements()
        .or_else(|| candidate.by_rows(threads))
}

/// Nodes that go row by row.
struct Candidate<'a> {
    graph: &'a Graph<'a>,
    nodes: &'a [usize],
    forms: Vec<&'a Form>,
}

impl Candidate<'_> {
    /// If all are Maps that meet element by element: an element is a row.
    fn by_elements(&self) -> Option<Shape> {
        let elements = |form: &Form| form.rows * form.cols;
        let count = elements(self.forms[0]);
        let maps = self
            .forms
            .iter()
            .all(|form| matches!(form.kernel, RowKernel::Map(_)) && elements(form) == count);
        if !maps || !self.inner_edges().all(|edge| edge == Edge::Full) {
            return None;
        }
        let (scratch, words) = self.scratch(|_| 1);
        let height = (SCRATCH_WORDS / words.max(1)).min(ELEMENTS);
        let rows = Rows {
            count,
            matrix: count,
            height: height / ELEMENTS_GRAIN * ELEMENTS_GRAIN,
            grain: ELEMENTS_GRAIN,
        };
        Some(Shape { rows, scratch })
    }

    fn by_rows(&self, threads: usize) -> Option<Shape> {
        let count = self.forms[0].rows;
        if self.forms.iter().any(|form| form.rows != count) {
            return None;
        }
        if self.inner_edges().any(|edge| edge == Edge::Whole) || !self.full_edges_keep_rows() {
            return None;
        }
        let matrix = self.matrix(count)?;
        let (scratch, words) = self.scratch(|form| form.cols);
        let height = self.height(&scratch, words)?;
        let rows = Rows {
            count,
            matrix,
            height: height.min(matrix),
            grain: 1,
        };
        (self.nanoseconds() < WORTH_SHARING_NS || self.enough_rows(rows, threads))
            .then_some(Shape { rows, scratch })
    }

    fn products(&self) -> impl Iterator<Item = &MatMul> + '_ {
        self.forms.iter().filter_map(|form| match &form.kernel {
            RowKernel::Product(product) => Some(product),
            _ => None,
        })
    }

    fn nanoseconds(&self) -> u64 {
        self.forms
            .iter()
            .map(|form| form.kernel.nanoseconds())
            .sum()
    }

    /// How the nodes read each other.
    fn inner_edges(&self) -> impl Iterator<Item = Edge> + '_ {
        let edges = self.nodes.iter().flat_map(|node| self.graph.edges(*node));
        edges
            .filter(|(source, _)| self.nodes.contains(source))
            .map(|(_, edge)| edge)
    }

    /// Whether values that are read element by element have rows as long as their readers' rows.
    fn full_edges_keep_rows(&self) -> bool {
        self.nodes.iter().zip(&self.forms).all(|(node, form)| {
            self.graph.edges(*node).all(|(source, edge)| {
                edge != Edge::Full
                    || self
                        .position(source)
                        .is_none_or(|source| self.forms[source].cols == form.cols)
            })
        })
    }

    fn position(&self, node: usize) -> Option<usize> {
        self.nodes.iter().position(|other| *other == node)
    }

    /// Rows of the matrices with right operands of their own; all rows if there are none, nothing if they differ.
    fn matrix(&self, count: usize) -> Option<usize> {
        let mut own = self.products().filter(|product| !product.shares_right());
        let matrix = own.next().map_or(count, |product| product.rows());
        own.all(|product| product.rows() == matrix)
            .then_some(matrix)
    }

    /// Most rows of a strip, if there is room for enough.
    fn height(&self, scratch: &[Option<usize>], words: usize) -> Option<usize> {
        let stored = scratch.iter().zip(&self.forms);
        let stored = stored.filter(|(place, _)| place.is_none());
        let stored: usize = stored.map(|(_, form)| form.cols).sum();
        let room = SCRATCH_WORDS / words.max(1);
        let (fewest, most) = match self.products().map(|product| product.shares_right()).max() {
            Some(true) => (ROWS_WORTH_PACKING, BLOCK_ROWS),
            Some(false) => (FEWEST_PRODUCT_ROWS, BLOCK_ROWS),
            None => (1, usize::MAX),
        };
        let wanted = (SCRATCH_WORDS / (words + stored).max(1)).clamp(fewest.max(1), most);
        (room >= fewest).then_some(wanted.min(room))
    }

    /// Whether the threads can share the rows as well as they would share each node.
    fn enough_rows(&self, rows: Rows, threads: usize) -> bool {
        let shared = self.products().any(|product| product.shares_right());
        let each = if shared {
            ROWS_WORTH_PACKING
        } else {
            ROWS_A_THREAD
        };
        threads == 1 || rows.count >= threads * each
    }

    /// Where the values that nobody else reads lie, and the words of all for each row of a strip.
    fn scratch(&self, width: impl Fn(&Form) -> usize) -> (Vec<Option<usize>>, usize) {
        let mut memory = Memory::new(1);
        let mut places = vec![None; self.nodes.len()];
        let mut free = vec![false; self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            let ending: Vec<(usize, Edge)> = self
                .graph
                .edges(*node)
                .filter_map(|(source, edge)| Some((self.position(source)?, edge)))
                .filter(|(source, _)| self.last_reader(*source) == number)
                .collect();
            if self.is_inner(*node) {
                let over = ending.iter().find(|(source, _)| {
                    let mut reads = ending.iter().filter(|(other, _)| other == source);
                    places[*source].is_some() && reads.all(|(_, edge)| *edge == Edge::Full)
                });
                places[number] = match over {
                    Some((source, _)) => {
                        free[*source] = true;
                        places[*source]
                    }
                    None => Some(memory.take(width(self.forms[number]))),
                };
            }
            for (source, _) in ending {
                if let (Some(place), false) = (places[source], free[source]) {
                    memory.give_back(place, width(self.forms[source]));
                    free[source] = true;
                }
            }
        }
        (places, memory.words())
    }

    /// The position of the last of the nodes that reads the node at `position`.
    fn last_reader(&self, position: usize) -> usize {
        let readers = self.graph.readers(self.nodes[position]).iter();
        readers
            .filter_map(|reader| self.position(*reader))
            .max()
            .unwrap_or(position)
    }

    /// Whether nobody else needs the node's value.
    fn is_inner(&self, node: usize) -> bool {
        let readers = self.graph.readers(node);
        !self.graph.gives_slot(node) && readers.iter().all(|reader| self.nodes.contains(reader))
    }
}
