//! Which part of each slot a step changes, and what has changed since some time.

use crate::uses::{first_slot_node, Origin, Uses, Wanted};
use assay_numerics::map::{MapInstruction, MapOp};
use assay_numerics::{Op, TensorType, TILE};
use assay_program::{Input, Node, ValidProgram};
use std::ops::Range;

/// Which part of a slot a step may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// None: its next value is the slot itself.
    Nothing,
    /// Any.
    Whole,
    /// The rows from `step * rows` to `step * rows + rows`.
    Rows(u64),
}

/// For each slot of a program whether every step leaves it as it is, but for the payload of a NaN.
pub fn unchanging_slots(program: &ValidProgram) -> Vec<bool> {
    let changes = of_program(program).into_iter();
    changes.map(|change| change == Change::Nothing).collect()
}

/// How a step changes each slot of a program.
pub(crate) fn of_program(program: &ValidProgram) -> Vec<Change> {
    let uses = Uses::of(program, Wanted::Slots);
    let program = program.get();
    let nodes = program.nodes[first_slot_node(program)..].iter();
    let is = |input: &Input, slot| uses.origin(input.source) == Origin::Slot(slot);
    nodes
        .take(program.slots.len())
        .enumerate()
        .map(|(slot, node)| match (&node.op, node.inputs.as_slice()) {
            _ if copied(node).is_some_and(|input| is(input, slot)) => Change::Nothing,
            (Op::RowWrite, [tape, value]) if is(tape, slot) => {
                Change::Rows(u64::from(value.ty.dims.rows()))
            }
            _ => Change::Whole,
        })
        .collect()
}

/// The input whose words a node copies, in order; a NaN's payload may change, which no hash sees. The builder copies floats by
/// `x * 1`.
fn copied(node: &Node) -> Option<&Input> {
    let copies = match &node.op {
        Op::Reshape => true,
        Op::Map(code) => {
            let one = MapInstruction {
                op: MapOp::Mul,
                args: [0, 1, 0],
            };
            code.constants == [1f32.to_bits()] && code.instructions == [one]
        }
        _ => false,
    };
    match node.inputs.as_slice() {
        [input] if copies && input.ty.dims.elements() == node.output.dims.elements() => Some(input),
        _ => None,
    }
}

impl Change {
    /// What `step` makes stale.
    pub(crate) fn by(self, step: u64) -> Stale {
        match self {
            Self::Nothing => Stale::Nothing,
            Self::Whole => Stale::Whole,
            Self::Rows(rows) => {
                Stale::Rows(step.saturating_mul(rows)..step.saturating_add(1).saturating_mul(rows))
            }
        }
    }
}

/// What of a slot may have changed since some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stale {
    /// None of it.
    #[default]
    Nothing,
    /// These rows, some of which the slot may not have. The slot has no leading dimensions.
    Rows(Range<u64>),
    /// Any of it.
    Whole,
}

impl Stale {
    /// Notes a further change.
    pub(crate) fn add(&mut self, change: Self) {
        *self = match (std::mem::take(self), change) {
            (stale, Self::Nothing) | (Self::Nothing, stale) => stale,
            (Self::Rows(a), Self::Rows(b)) => Self::Rows(a.start.min(b.start)..a.end.max(b.end)),
            (Self::Whole, _) | (_, Self::Whole) => Self::Whole,
        };
    }

    /// The tiles that may have changed.
    pub(crate) fn tiles(&self, ty: TensorType) -> Range<u64> {
        let (edge, width) = (u64::from(TILE), u64::from(ty.dims.tile_cols()));
        match self.rows(ty) {
            None => 0..ty.dims.tiles(),
            Some(rows) if rows.is_empty() => 0..0,
            Some(rows) => rows.start / edge * width..rows.end.div_ceil(edge) * width,
        }
    }

    /// The words that may have changed.
    pub(crate) fn words(&self, ty: TensorType) -> Range<usize> {
        let width = ty.dims.cols() as usize;
        match self.rows(ty) {
            None => 0..ty.dims.elements() as usize,
            Some(rows) => rows.start as usize * width..rows.end as usize * width,
        }
    }

    /// The rows that may have changed and that a tensor has; all for `None`.
    fn rows(&self, ty: TensorType) -> Option<Range<u64>> {
        match self {
            Self::Nothing => Some(0..0),
            Self::Whole => None,
            Self::Rows(rows) => {
                let end = rows.end.min(u64::from(ty.dims.rows()));
                Some(rows.start.min(end)..end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::{Dims, Tensor};
    use assay_program::builder::{Expr, GraphBuilder};

    fn matrix(rows: u32, cols: u32) -> TensorType {
        TensorType::f32(Dims::matrix(rows, cols).unwrap())
    }

    #[test]
    fn slots_that_stay_as_they_are_do_not_change() {
        let mut graph = GraphBuilder::new([0; 32]);
        let slots = [(); 6].map(|()| graph.slot(matrix(4, 6)));
        let [grows, _frozen, reshaped, left, right, tape] = slots;
        let added = graph.map(Expr::from(grows) + 1.0).unwrap();
        graph.set_next(grows, added).unwrap();
        // There and back: the same words.
        let there = graph.reshape(reshaped, matrix(6, 4).dims).unwrap();
        let back = graph.reshape(there, matrix(4, 6).dims).unwrap();
        graph.set_next(reshaped, back).unwrap();
        graph.set_next(left, right).unwrap();
        graph.set_next(right, left).unwrap();
        let row = graph.constant(Tensor::zeros(matrix(2, 6)));
        let written = graph.row_write(tape, row).unwrap();
        graph.set_next(tape, written).unwrap();
        let program = graph.finish().unwrap().program.validate().unwrap();
        assert_eq!(
            of_program(&program),
            [
                Change::Whole,
                Change::Nothing,
                Change::Nothing,
                Change::Whole,
                Change::Whole,
                Change::Rows(2),
            ]
        );
    }

    #[test]
    fn what_is_stale_grows() {
        let mut stale = Stale::Nothing;
        assert_eq!(stale.tiles(matrix(100, 40)), 0..0);
        assert_eq!(stale.words(matrix(100, 40)), 0..0);
        stale.add(Change::Rows(3).by(11));
        stale.add(Stale::Nothing);
        assert_eq!(stale, Stale::Rows(33..36));
        assert_eq!(stale.tiles(matrix(100, 40)), 2..4);
        assert_eq!(stale.words(matrix(100, 40)), 33 * 40..36 * 40);
        stale.add(Change::Rows(3).by(40));
        assert_eq!(stale.tiles(matrix(100, 40)), 2..8);
        assert_eq!(stale.words(matrix(100, 40)), 33 * 40..100 * 40);
        stale.add(Change::Whole.by(1));
        stale.add(Change::Rows(3).by(0));
        assert_eq!(stale, Stale::Whole);
        assert_eq!(stale.tiles(matrix(100, 40)), 0..8);
        assert_eq!(stale.words(matrix(100, 40)), 0..4_000);
    }

    #[test]
    fn rows_behind_the_last_are_none() {
        for step in [34, u64::MAX] {
            let stale = Change::Rows(3).by(step);
            assert!(stale.tiles(matrix(100, 40)).is_empty(), "{step}");
            assert!(stale.words(matrix(100, 40)).is_empty(), "{step}");
        }
    }
}
