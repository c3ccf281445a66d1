//! The graph under construction.

use super::{lower::lower, BuildError, Expr, Var};
use crate::{Node, Source};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use assay_numerics::{Dims, Op, Operation, Tensor, TensorType};

/// A program under construction. See the [module](super).
#[derive(Clone, Debug)]
pub struct GraphBuilder {
    pub(super) seed: [u8; 32],
    pub(super) slots: Vec<Slot>,
    pub(super) inputs: Vec<TensorType>,
    pub(super) constants: Vec<Tensor>,
    pub(super) nodes: Vec<Node>,
    /// Nodes by their encoding: what is asked for twice is computed once.
    known: BTreeMap<Vec<u8>, u32>,
    /// Derivatives that are not found by the chain rule over operators.
    pub(super) rules: Vec<Rule>,
    /// Nodes through which no gradient flows.
    pub(super) detached: BTreeSet<u32>,
}

/// A state slot.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) ty: TensorType,
    pub(super) next: Option<Var>,
}

/// The gradient of the scalar that node `output` gives with respect to `input` is `gradient`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) output: u32,
    pub(super) input: Var,
    pub(super) gradient: Var,
}

impl GraphBuilder {
    /// An empty graph; `seed` drives the batch schedule.
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            slots: Vec::new(),
            inputs: Vec::new(),
            constants: Vec::new(),
            nodes: Vec::new(),
            known: BTreeMap::new(),
            rules: Vec::new(),
            detached: BTreeSet::new(),
        }
    }

    /// Declares the next state slot. Where several slots' next values need one another, declare those that are
    /// needed first: otherwise they are computed early and copied.
    pub fn slot(&mut self, ty: TensorType) -> Var {
        self.slots.push(Slot { ty, next: None });
        Var::new(Source::Slot(last(self.slots.len())), ty)
    }

    /// Declares the next dataset tensor of the job.
    pub fn input(&mut self, ty: TensorType) -> Var {
        self.inputs.push(ty);
        Var::new(Source::Input(last(self.inputs.len())), ty)
    }

    /// Adds a constant; equal ones are kept once.
    pub fn constant(&mut self, tensor: Tensor) -> Var {
        let ty = tensor.ty();
        let place = self
            .constants
            .iter()
            .position(|known| *known == tensor)
            .unwrap_or_else(|| {
                self.constants.push(tensor);
                self.constants.len() - 1
            });
        Var::new(Source::Constant(place as u32), ty)
    }

    /// The slots declared so far.
    pub fn slot_types(&self) -> impl Iterator<Item = TensorType> + '_ {
        self.slots.iter().map(|slot| slot.ty)
    }

    /// Sets what stands in `slot` after the step; a slot that is never set stays as it is.
    pub fn set_next(&mut self, slot: Var, next: Var) -> Result<(), BuildError> {
        self.owned(next)?;
        let foreign = BuildError::ForeignVar {
            source_ref: slot.source(),
        };
        let number = slot.slot().ok_or(foreign.clone())?;
        let slot = self.slots.get_mut(number as usize).ok_or(foreign)?;
        if slot.ty != next.ty() {
            return Err(BuildError::Mismatch {
                what: "the next state",
                expected: slot.ty,
                found: next.ty(),
            });
        }
        slot.next = Some(next);
        Ok(())
    }

    /// An elementwise expression; the result has the shape to which its tensors broadcast.
    pub fn map(&mut self, expr: impl Into<Expr>) -> Result<Var, BuildError> {
        let expr = expr.into();
        let dims = broadcast(&expr)?;
        self.map_to(&expr, dims)
    }

    /// An elementwise expression with a result of the given shape, to which its tensors must broadcast. An expression
    /// without tensors gives a tensor of equal numbers.
    pub fn map_to(&mut self, expr: &Expr, dims: Dims) -> Result<Var, BuildError> {
        if let Some(bits) = expr.as_constant() {
            let value = self.scalar(bits)?;
            return self.map_to(&Expr::from(value), dims);
        }
        let lowered = lower(expr)?;
        self.push(
            Op::Map(lowered.code),
            &lowered.inputs,
            TensorType::f32(dims),
        )
    }

    /// A constant [1, 1, 1, 1].
    fn scalar(&mut self, bits: u32) -> Result<Var, BuildError> {
        let ty = TensorType::f32(Dims::new([1; 4])?);
        Ok(self.constant(Tensor::new(ty, alloc::vec![bits])?))
    }

    /// Adds a node, or finds the equal one, after the referee's own check.
    pub(super) fn push(
        &mut self,
        op: Op,
        inputs: &[Var],
        output: TensorType,
    ) -> Result<Var, BuildError> {
        let node = self.checked(op, inputs, output)?;
        let key = node.encode();
        let number = match self.known.get(&key) {
            Some(&number) => number,
            None => {
                let number = self.append(node)?;
                self.known.insert(key, number);
                number
            }
        };
        Ok(Var::new(Source::Node(number), output))
    }

    /// Adds a node even if there is an equal one.
    pub(super) fn push_always(
        &mut self,
        op: Op,
        inputs: &[Var],
        output: TensorType,
    ) -> Result<u32, BuildError> {
        let node = self.checked(op, inputs, output)?;
        self.append(node)
    }

    /// The maximum of each row, through which no gradient flows: a node that no other call finds.
    pub(super) fn detached_row_max(&mut self, x: Var) -> Result<Var, BuildError> {
        let [b0, b1, rows, _] = x.dims().get();
        let ty = TensorType::f32(Dims::new([b0, b1, rows, 1])?);
        let node = self.push_always(Op::RowMax, &[x], ty)?;
        self.detached.insert(node);
        Ok(Var::new(Source::Node(node), ty))
    }

    fn checked(&self, op: Op, inputs: &[Var], output: TensorType) -> Result<Node, BuildError> {
        inputs.iter().try_for_each(|&input| self.owned(input))?;
        check(&op, inputs, output)?;
        Ok(Node {
            op,
            inputs: inputs.iter().map(|input| input.input()).collect(),
            output,
            stream: 0,
        })
    }

    fn append(&mut self, node: Node) -> Result<u32, BuildError> {
        let number =
            u32::try_from(self.nodes.len()).map_err(|_| BuildError::TooMany { what: "nodes" })?;
        self.nodes.push(node);
        Ok(number)
    }

    /// Whether the expression can be one Map of this shape.
    pub(super) fn fits(expr: &Expr, dims: Dims) -> bool {
        expr.as_constant().is_some()
            || lower(expr).is_ok_and(|map| {
                check(&Op::Map(map.code), &map.inputs, TensorType::f32(dims)).is_ok()
            })
    }

    /// Checks that the value is this builder's.
    pub(super) fn owned(&self, var: Var) -> Result<(), BuildError> {
        let found = match var.source() {
            Source::Node(i) => self.nodes.get(i as usize).map(|node| node.output),
            Source::Slot(i) => self.slots.get(i as usize).map(|slot| slot.ty),
            Source::Input(i) => self.inputs.get(i as usize).copied(),
            Source::Constant(i) => self.constants.get(i as usize).map(Tensor::ty),
        };
        match found == Some(var.ty()) {
            true => Ok(()),
            false => Err(BuildError::ForeignVar {
                source_ref: var.source(),
            }),
        }
    }
}

fn check(op: &Op, inputs: &[Var], output: TensorType) -> Result<(), BuildError> {
    let operation = Operation {
        op: op.clone(),
        inputs: inputs.iter().map(|input| input.ty()).collect(),
        output,
    };
    operation.check().map_err(|error| BuildError::Operation {
        operator: op.name(),
        error,
    })
}

/// Number of the last of `len` things.
fn last(len: usize) -> u32 {
    len.saturating_sub(1) as u32
}

/// The shape to which the tensors of an expression broadcast: each dimension is the largest, and all others are 1.
fn broadcast(expr: &Expr) -> Result<Dims, BuildError> {
    let mut leaves = expr.leaves();
    let first = leaves
        .next()
        .ok_or(BuildError::NoInput { operator: "Map" })?;
    leaves.try_fold(first.dims(), |dims, leaf| broadcast_dims(dims, leaf.dims()))
}

pub(super) fn broadcast_dims(left: Dims, right: Dims) -> Result<Dims, BuildError> {
    let mut dims = left.get();
    for (a, b) in dims.iter_mut().zip(right.get()) {
        if *a != b && *a != 1 && b != 1 {
            return Err(BuildError::Broadcast {
                left: TensorType::f32(left),
                right: TensorType::f32(right),
            });
        }
        *a = (*a).max(b);
    }
    Ok(Dims::new(dims)?)
}
