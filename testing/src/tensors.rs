//! What the nodes of a step read.

use assay_numerics::Tensor;
use assay_program::{Node, Source};

/// The tensors of a step, as far as it is computed.
#[derive(Clone, Copy, Debug)]
pub struct Tensors<'a> {
    /// The outputs of the first nodes.
    pub nodes: &'a [Tensor],
    /// The slots before the step.
    pub slots: &'a [Tensor],
    /// The job's data.
    pub data: &'a [Tensor],
    /// The program's constants.
    pub constants: &'a [Tensor],
}

impl<'a> Tensors<'a> {
    /// The tensor from a source; none if there is none yet.
    pub fn get(&self, source: Source) -> Option<&'a Tensor> {
        match source {
            Source::Node(node) => self.nodes.get(node as usize),
            Source::Slot(slot) => self.slots.get(slot as usize),
            Source::Input(input) => self.data.get(input as usize),
            Source::Constant(constant) => self.constants.get(constant as usize),
        }
    }

    /// What a node reads; what there is not is left out.
    pub fn inputs(&self, node: &Node) -> Vec<&'a Tensor> {
        let inputs = node.inputs.iter();
        inputs.filter_map(|input| self.get(input.source)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::{Dims, Op};
    use assay_program::Input;

    #[test]
    fn every_source_is_read_from_its_own_place() {
        let [node, slot, data, constant] = [1.0, 2.0, 3.0, 4.0].map(|value| {
            let dims = Dims::matrix(1, 1).unwrap();
            [Tensor::from_f32(dims, &[value]).unwrap()]
        });
        let tensors = Tensors {
            nodes: &node,
            slots: &slot,
            data: &data,
            constants: &constant,
        };
        let sources = [
            Source::Constant(0),
            Source::Node(0),
            Source::Node(1),
            Source::Input(0),
            Source::Slot(0),
        ];
        let ty = node[0].ty();
        let reader = Node {
            op: Op::Commit,
            inputs: sources.map(|source| Input { source, ty }).into(),
            output: ty,
            stream: 0,
        };
        let read = tensors.inputs(&reader);
        assert_eq!(read, [&constant[0], &node[0], &data[0], &slot[0]]);
    }
}
