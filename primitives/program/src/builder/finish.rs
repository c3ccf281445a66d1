//! From graph to program: what is not needed goes, the rest takes normal form.

use super::{BuildError, GraphBuilder, Var};
use crate::{Input, Node, Program, Source};
use alloc::{vec, vec::Vec};
use assay_commitment::{constants_root, tensor_root_of, Sha3, TensorRoot};
use assay_numerics::{DType, Dims, Op, Tensor, TensorType};

/// A finished program with the values of its constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The program in normal form.
    pub program: Program,
    /// The constants, in the program's order.
    pub constants: Vec<Tensor>,
}

impl GraphBuilder {
    /// The program: what the next state does not need is left out, the nodes that give the next state come last in slot
    /// order, and `Commit` closes. A slot that stays as it is, that takes what another slot takes, or whose next value is
    /// needed before its turn, gets a copy as its node.
    ///
    /// # Errors
    /// A copy that cannot be made. Limits of a program are judged by [`Program::validate`].
    pub fn finish(mut self) -> Result<Built, BuildError> {
        let next = self.next_state();
        let tail = self.tail(&next)?;
        let order = self.order(&tail);
        let constants = self.used_constants(&order);
        let places = Places::new(self.nodes.len(), &order, self.constants.len(), &constants);
        let mut nodes: Vec<Node> = order
            .iter()
            .map(|&i| places.moved(&self.nodes[i as usize]))
            .collect();
        nodes.push(commit()?);
        let constants: Vec<Tensor> = constants
            .iter()
            .map(|&i| self.constants[i as usize].clone())
            .collect();
        let roots: Vec<TensorRoot> = constants.iter().map(tensor_root_of::<Sha3>).collect();
        let program = Program {
            seed: self.seed,
            slots: self.slots.iter().map(|slot| slot.ty).collect(),
            inputs: self.inputs,
            constants: constants.iter().map(Tensor::ty).collect(),
            constants_root: constants_root::<Sha3>(&roots),
            nodes,
        };
        Ok(Built { program, constants })
    }

    /// What stands in each slot after the step.
    fn next_state(&self) -> Vec<Var> {
        let slots = self.slots.iter().enumerate();
        slots
            .map(|(i, slot)| {
                slot.next
                    .unwrap_or(Var::new(Source::Slot(i as u32), slot.ty))
            })
            .collect()
    }

    /// The node that gives each slot, all different, none of them needed by another but those of later slots.
    fn tail(&mut self, next: &[Var]) -> Result<Vec<u32>, BuildError> {
        let own = self.own_nodes(next);
        let mut tail = Vec::with_capacity(next.len());
        for (&var, own) in next.iter().zip(own) {
            tail.push(match own {
                Some(node) => node,
                None => self.copy(var)?,
            });
        }
        Ok(tail)
    }

    /// For each slot the node of its next value, where that can stand at the slot's place.
    fn own_nodes(&self, next: &[Var]) -> Vec<Option<u32>> {
        let mut own: Vec<Option<u32>> = Vec::with_capacity(next.len());
        for var in next {
            own.push(var.node().filter(|&node| !own.contains(&Some(node))));
        }
        let live = self.live(next.iter().filter_map(|var| var.node()));
        // A value that loses its place becomes an interior node, which may cost those it needs theirs.
        while let Some(slot) = self.first_misplaced(&own, &live) {
            own[slot] = None;
        }
        own
    }

    /// The first slot whose node is needed by an interior node or by that of an earlier slot.
    fn first_misplaced(&self, own: &[Option<u32>], live: &[bool]) -> Option<usize> {
        let mut slot_of = vec![None; self.nodes.len()];
        for (slot, node) in own.iter().enumerate() {
            if let Some(node) = node {
                slot_of[*node as usize] = Some(slot);
            }
        }
        let users = self.nodes.iter().enumerate().filter(|&(i, _)| live[i]);
        let misplaced = users.flat_map(|(user, node)| {
            let needed = node
                .inputs
                .iter()
                .filter_map(|input| slot_of[node_of(input)? as usize]);
            let at = slot_of[user];
            needed.filter(move |&slot| at.is_none_or(|at| at <= slot))
        });
        misplaced.min()
    }

    /// Which nodes are needed for these, themselves included.
    fn live(&self, roots: impl Iterator<Item = u32>) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        roots.for_each(|root| live[root as usize] = true);
        for i in (0..self.nodes.len()).rev() {
            if live[i] {
                self.nodes[i]
                    .inputs
                    .iter()
                    .filter_map(node_of)
                    .for_each(|input| live[input as usize] = true);
            }
        }
        live
    }

    /// A node of its own with the same value.
    fn copy(&mut self, var: Var) -> Result<u32, BuildError> {
        let (op, ty) = match var.dtype() {
            DType::F32 => (Op::Map(super::lower::lower(&var.into())?.code), var.ty()),
            DType::U32 => (Op::Reshape, var.ty()),
        };
        self.push_always(op, &[var], ty)
    }

    /// The nodes in their final order: interior ones as they were made, then the tail.
    fn order(&self, tail: &[u32]) -> Vec<u32> {
        let mut interior = self.live(tail.iter().copied());
        tail.iter()
            .for_each(|&node| interior[node as usize] = false);
        let mut order: Vec<u32> = (0..self.nodes.len() as u32)
            .filter(|&i| interior[i as usize])
            .collect();
        order.extend(tail);
        order
    }

    /// The constants that these nodes read, ascending.
    fn used_constants(&self, nodes: &[u32]) -> Vec<u32> {
        let mut used = vec![false; self.constants.len()];
        for input in nodes.iter().flat_map(|&i| &self.nodes[i as usize].inputs) {
            if let Source::Constant(constant) = input.source {
                used[constant as usize] = true;
            }
        }
        (0..used.len() as u32)
            .filter(|&i| used[i as usize])
            .collect()
    }
}

/// New numbers of nodes and constants.
struct Places {
    nodes: Vec<u32>,
    constants: Vec<u32>,
}

impl Places {
    fn new(nodes: usize, node_order: &[u32], constants: usize, constant_order: &[u32]) -> Self {
        Self {
            nodes: inverse(nodes, node_order),
            constants: inverse(constants, constant_order),
        }
    }

    fn moved(&self, node: &Node) -> Node {
        let mut node = node.clone();
        for input in &mut node.inputs {
            input.source = match input.source {
                Source::Node(i) => Source::Node(self.nodes[i as usize]),
                Source::Constant(i) => Source::Constant(self.constants[i as usize]),
                other => other,
            };
        }
        node
    }
}

/// At index `order[i]` stands `i`.
fn inverse(len: usize, order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; len];
    for (place, &from) in (0..).zip(order) {
        places[from as usize] = place;
    }
    places
}

fn node_of(input: &Input) -> Option<u32> {
    Var::from(*input).node()
}

fn commit() -> Result<Node, BuildError> {
    let output = TensorType::f32(Dims::new([1; 4])?);
    Ok(Node {
        op: Op::Commit,
        inputs: Vec::new(),
        output,
        stream: 0,
    })
}
