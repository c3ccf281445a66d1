//! Values that are computed once more instead of being stored: the scores of attention, which the backward pass reads.

use super::{Fusion, Shape};
use crate::cpu::strips::RowKernel;

/// Elements from which on a value that is cheap to compute is not worth storing: about a second cache full.
const LARGE: usize = 256 << 10;

/// A unit that reads a value, with all that it will compute again.
struct Reader {
    unit: usize,
    again: Vec<usize>,
    shape: Option<Shape>,
}

impl Fusion<'_> {
    /// Finds the values that are better computed again by whoever reads them.
    pub(super) fn compute_again(&mut self) {
        for unit in 0..self.units.len() {
            if self.units[unit].shape.is_none() {
                continue;
            }
            for node in self.units[unit].nodes.clone() {
                if let Some(readers) = self.without(unit, node) {
                    self.apply(unit, readers);
                }
            }
        }
    }

    /// What becomes of the readers of a node if its value is not stored, if that is right and worth it.
    fn without(&self, unit: usize, node: usize) -> Option<Vec<Reader>> {
        let nodes = &self.units[unit].nodes;
        let large = self.graph.elements(node) >= LARGE;
        if !large || self.graph.gives_slot(node) || !self.is_stored(node, nodes) {
            return None;
        }
        let again = self.needed_again(unit, node)?;
        let readers = self.graph.readers(node).iter();
        let mut units: Vec<usize> = readers.map(|reader| self.unit[*reader]).collect();
        units.sort_unstable();
        units.dedup();
        units
            .into_iter()
            .filter(|reader| *reader != unit)
            .map(|unit| {
                let own = &self.units[unit];
                let mut again = [&own.again[..], &again].concat();
                again.sort_unstable();
                again.dedup();
                let shape = Some(self.shape(&own.nodes, &again)?);
                Some(Reader { unit, again, shape })
            })
            .collect()
    }

    /// The node and those of its unit that it takes to compute it from what is stored, if they are cheap.
    fn needed_again(&self, unit: usize, node: usize) -> Option<Vec<usize>> {
        let nodes = &self.units[unit].nodes;
        let mut again = vec![];
        let mut read = 0;
        let mut open = vec![node];
        while let Some(next) = open.pop() {
            if again.contains(&next) {
                continue;
            }
            if !is_cheap(&self.graph.form(next)?.kernel) {
                return None;
            }
            again.push(next);
            for (source, _) in self.graph.edges(next) {
                if nodes.contains(&source) && !self.is_stored(source, nodes) {
                    open.push(source);
                } else {
                    read += self.graph.elements(source);
                }
            }
        }
        again.sort_unstable();
        (read < self.graph.elements(node) / 2).then_some(again)
    }

    /// Lets the readers compute again what `unit` then need not store; leaves all as it was if there is no room for that.
    fn apply(&mut self, unit: usize, readers: Vec<Reader>) {
        let before = self.exchange(readers);
        let own = &self.units[unit];
        match self.shape(&own.nodes, &own.again) {
            Some(shape) => self.units[unit].shape = Some(shape),
            None => {
                self.exchange(before);
            }
        }
    }

    fn exchange(&mut self, readers: Vec<Reader>) -> Vec<Reader> {
        let exchanged = readers.into_iter().map(|reader| {
            let own = &mut self.units[reader.unit];
            Reader {
                unit: reader.unit,
                again: std::mem::replace(&mut own.again, reader.again),
                shape: std::mem::replace(&mut own.shape, reader.shape),
            }
        });
        exchanged.collect()
    }
}

/// Whether computing a row again costs little: a product does only if its right operand is one matrix's own, as that of scores.
fn is_cheap(kernel: &RowKernel) -> bool {
    match kernel {
        RowKernel::Map(_) | RowKernel::Reduce(_) => true,
        RowKernel::Product(product) => !product.shares_right(),
        RowKernel::RowProduct(_) => false,
    }
}
