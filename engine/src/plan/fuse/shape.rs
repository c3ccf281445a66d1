//! The rows that a group of nodes shares, and whether sharing them is worth it.

use super::graph::{Edge, Form, Graph};
use crate::cpu::strips::{RowKernel, Rows, MAX_MEMBERS, SCRATCH_WORDS};
use crate::cpu::{MatMul, BLOCK_ROWS, CHUNK, WORTH_SHARING_NS};
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
    /// For each member where its rows lie in a thread's memory, for each row of a strip; nothing if they are stored.
    pub(in crate::plan) scratch: Vec<Option<usize>>,
}

/// A node of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) node: usize,
    /// Whether somebody outside reads its value.
    pub(super) stored: bool,
}

/// The shape of a group of these nodes, ascending, if they can and should be one.
pub(super) fn of(graph: &Graph<'_>, members: &[Member], threads: usize) -> Option<Shape> {
    if members.len() > MAX_MEMBERS {
        return None;
    }
    let forms = members.iter().map(|member| graph.form(member.node));
    let candidate = Candidate {
        graph,
        members,
        forms: forms.collect::<Option<_>>()?,
    };
    candidate
        .by_elements()
        .or_else(|| candidate.by_rows(threads))
}

/// Nodes that go row by row.
struct Candidate<'a> {
    graph: &'a Graph<'a>,
    members: &'a [Member],
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
            ordered: false,
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
        let ordered = self.row_products().next().is_some();
        let mut height = self.height(&scratch, words)?.min(matrix);
        if ordered && matrix > CHUNK {
            // A strip lies in one chunk of the terms.
            height = prev_power_of_two(height.min(CHUNK));
        }
        let rows = Rows {
            count,
            matrix,
            height,
            grain: 1,
            ordered,
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

    fn row_products(&self) -> impl Iterator<Item = &MatMul> + '_ {
        self.forms.iter().filter_map(|form| match &form.kernel {
            RowKernel::RowProduct(product) => Some(product),
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
        let members = self.members.iter();
        let edges = members.flat_map(|member| self.graph.edges(member.node));
        edges
            .filter(|(source, _)| self.position(*source).is_some())
            .map(|(_, edge)| edge)
    }

    /// Whether values that are read element by element have rows as long as their readers' rows.
    fn full_edges_keep_rows(&self) -> bool {
        self.members.iter().zip(&self.forms).all(|(member, form)| {
            self.graph.edges(member.node).all(|(source, edge)| {
                edge != Edge::Full
                    || self
                        .position(source)
                        .is_none_or(|source| self.forms[source].cols == form.cols)
            })
        })
    }

    fn position(&self, node: usize) -> Option<usize> {
        self.members.iter().position(|member| member.node == node)
    }

    /// Rows of the matrices with right operands of their own; all rows if there are none, nothing if they differ.
    fn matrix(&self, count: usize) -> Option<usize> {
        let own = self.products().filter(|product| !product.shares_right());
        let terms = self.row_products().map(|product| product.terms());
        let mut rows = own.map(|product| product.rows()).chain(terms);
        let matrix = rows.next().unwrap_or(count);
        rows.all(|other| other == matrix).then_some(matrix)
    }

    /// Most rows of a strip, if there is room for enough.
    fn height(&self, scratch: &[Option<usize>], words: usize) -> Option<usize> {
        let stored = scratch.iter().zip(&self.forms);
        let stored = stored.filter(|(place, form)| {
            place.is_none() && !matches!(form.kernel, RowKernel::RowProduct(_))
        });
        let stored: usize = stored.map(|(_, form)| form.cols).sum();
        let room = SCRATCH_WORDS / words.max(1);
        let (fewest, most) = match self.products().map(|product| product.shares_right()).max() {
            Some(true) => (ROWS_WORTH_PACKING, BLOCK_ROWS),
            Some(false) => (FEWEST_PRODUCT_ROWS, BLOCK_ROWS),
            None if self.row_products().next().is_some() => (FEWEST_PRODUCT_ROWS, BLOCK_ROWS),
            None => (1, usize::MAX),
        };
        let wanted = (SCRATCH_WORDS / (words + stored).max(1)).clamp(fewest.max(1), most);
        (room >= fewest).then_some(wanted.min(room))
    }

    /// Whether the threads can share the rows as well as they would share each node.
    fn enough_rows(&self, rows: Rows, threads: usize) -> bool {
        if rows.ordered && rows.count / rows.matrix < threads {
            return false;
        }
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
        let mut places = vec![None; self.members.len()];
        let mut free = vec![false; self.members.len()];
        for (number, member) in self.members.iter().enumerate() {
            let ending: Vec<(usize, Edge)> = self
                .graph
                .edges(member.node)
                .filter_map(|(source, edge)| Some((self.position(source)?, edge)))
                .filter(|(source, _)| self.last_reader(*source) == number)
                .collect();
            if !member.stored {
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
        let readers = self.graph.readers(self.members[position].node).iter();
        readers
            .filter_map(|reader| self.position(*reader))
            .max()
            .unwrap_or(position)
    }
}

fn prev_power_of_two(n: usize) -> usize {
    1 << n.max(1).ilog2()
}
