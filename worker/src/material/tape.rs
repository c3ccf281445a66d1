//! Where a program keeps its loss.

use assay_numerics::{DType, Op};
use assay_program::{Node, Program};

/// The slot that holds the loss of every step, one row a step, if the program has one.
///
/// A program is all that a stranger's worker has of a job's model, so the loss is known by its place alone: the slot whose
/// next value is the program's only RowWrite of a single float, [1, 1, 1, 1]. A program with none or with several shows no
/// loss while it trains.
pub fn loss_tape(program: &Program) -> Option<usize> {
    let writes = program.nodes.iter().enumerate();
    let mut writes = writes.filter(|(_, node)| writes_one_float(node));
    let (Some((index, _)), None) = (writes.next(), writes.next()) else {
        return None;
    };
    let first_next = program.nodes.len().checked_sub(program.slots.len() + 1)?;
    let slot = index.checked_sub(first_next)?;
    (slot < program.slots.len()).then_some(slot)
}

fn writes_one_float(node: &Node) -> bool {
    let value = node.inputs.get(1).map(|value| value.ty);
    node.op == Op::RowWrite
        && value.is_some_and(|ty| ty.dtype == DType::F32 && ty.dims.get() == [1; 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::{Dims, TensorType};
    use assay_program::builder::{Expr, GraphBuilder};

    /// A program with a counter and, behind it, slots to which its value is written.
    fn with_tapes(tapes: usize) -> Program {
        let mut graph = GraphBuilder::new([0; 32]);
        let float = |rows| TensorType::f32(Dims::matrix(rows, 1).unwrap());
        let counter = graph.slot(float(1));
        let tapes: Vec<_> = (0..tapes).map(|_| graph.slot(float(9))).collect();
        let next = graph
            .map(Expr::from(counter) + Expr::from(counter))
            .unwrap();
        graph.set_next(counter, next).unwrap();
        for tape in tapes {
            let written = graph.row_write(tape, counter).unwrap();
            graph.set_next(tape, written).unwrap();
        }
        graph.finish().unwrap().program
    }

    #[test]
    fn the_only_row_of_one_float_is_the_loss() {
        assert_eq!(loss_tape(&with_tapes(1)), Some(1));
    }

    #[test]
    fn none_or_several_are_no_loss() {
        assert_eq!(loss_tape(&with_tapes(0)), None);
        assert_eq!(loss_tape(&with_tapes(2)), None);
    }
}
