//! Reverse-mode differentiation over the graph.

use super::{derive::plus, graph::Rule, BuildError, Expr, GraphBuilder, Var};
use crate::Source;
use alloc::{vec, vec::Vec};
use assay_numerics::{DType, Dims};

impl GraphBuilder {
    /// The gradients of the scalar `loss` with respect to each of `wrt`, in the same shapes; zeros where the loss does
    /// not depend on one. Contributions to a value are added in descending order of the nodes they come from.
    ///
    /// # Errors
    /// [`BuildError::NoGradient`] if a path from `wrt` to the loss goes through an operator without a derivative
    /// (a dataset's rows, a tape).
    pub fn gradients(&mut self, loss: Var, wrt: &[Var]) -> Result<Vec<Var>, BuildError> {
        self.owned(loss)?;
        wrt.iter().try_for_each(|&var| self.owned(var))?;
        if loss.dtype() != DType::F32 || loss.dims().elements() != 1 {
            return Err(BuildError::NotScalar { found: loss.ty() });
        }
        if wrt.iter().any(|var| var.dtype() != DType::F32) {
            return Err(BuildError::NoGradient {
                operator: "an integer",
            });
        }
        let mut backward = Backward::new(self, wrt);
        backward.add(loss, Expr::from(1.0));
        backward.run()?;
        wrt.iter().map(|&var| backward.result(var)).collect()
    }
}

/// A backward pass over the nodes that were there when it began.
pub(super) struct Backward<'a> {
    pub(super) graph: &'a mut GraphBuilder,
    wrt: &'a [Var],
    /// Which nodes depend on one of `wrt`.
    depends: Vec<bool>,
    /// What was passed to each node so far; every tensor in it broadcasts to the node's shape.
    nodes: Vec<Vec<Expr>>,
    /// The same for `wrt`, where they are not nodes.
    others: Vec<Vec<Expr>>,
}

impl<'a> Backward<'a> {
    fn new(graph: &'a mut GraphBuilder, wrt: &'a [Var]) -> Self {
        let mut depends = vec![false; graph.nodes.len()];
        for (i, node) in graph.nodes.iter().enumerate() {
            let through = !graph.detached.contains(&(i as u32));
            depends[i] = through
                && node.inputs.iter().any(|&input| {
                    let var = Var::from(input);
                    wrt.contains(&var) || var.node().is_some_and(|node| depends[node as usize])
                });
        }
        let (nodes, others) = (vec![Vec::new(); depends.len()], vec![Vec::new(); wrt.len()]);
        Self {
            graph,
            wrt,
            depends,
            nodes,
            others,
        }
    }

    /// Whether the value's gradient is needed.
    pub(super) fn wanted(&self, var: Var) -> bool {
        self.wrt.contains(&var) || var.node().is_some_and(|node| self.depends[node as usize])
    }

    /// Passes `part` to the gradient of `var`.
    pub(super) fn add(&mut self, var: Var, part: Expr) {
        match var.node() {
            Some(node) => self.nodes[node as usize].push(part),
            None => {
                let places = self
                    .wrt
                    .iter()
                    .zip(&mut self.others)
                    .filter(|(wrt, _)| **wrt == var);
                places.for_each(|(_, parts)| parts.push(part.clone()));
            }
        }
    }

    fn run(&mut self) -> Result<(), BuildError> {
        for number in (0..self.nodes.len()).rev() {
            let parts = core::mem::take(&mut self.nodes[number]);
            let dims = self.graph.nodes[number].output.dims;
            let Some(adjoint) = self.sum(parts, dims)? else {
                continue;
            };
            self.nodes[number].push(adjoint.clone());
            if self.depends[number] {
                self.pass_on(number as u32, adjoint)?;
            }
        }
        Ok(())
    }

    /// Hands the gradient of a node to its inputs.
    fn pass_on(&mut self, number: u32, adjoint: Expr) -> Result<(), BuildError> {
        let rules = self.graph.rules.iter().copied();
        let rules: Vec<Rule> = rules
            .filter(|rule| rule.output == number && self.wanted(rule.input))
            .collect();
        if rules.is_empty() {
            return self.node(number, adjoint);
        }
        for rule in rules {
            self.add(
                rule.input,
                super::derive::times(Expr::from(rule.gradient), adjoint.clone()),
            );
        }
        Ok(())
    }

    /// The sum of what was passed to a value: a number or a tensor that broadcasts to `dims`.
    fn sum(&mut self, parts: Vec<Expr>, dims: Dims) -> Result<Option<Expr>, BuildError> {
        let mut parts = parts.into_iter();
        let Some(mut total) = parts.next() else {
            return Ok(None);
        };
        for part in parts {
            let both = plus(total.clone(), part.clone());
            total = match GraphBuilder::fits(&both, dims) {
                true => both,
                false => plus(self.simple(total, dims)?, self.simple(part, dims)?),
            };
        }
        self.simple(total, dims).map(Some)
    }

    /// The expression as a number or a tensor.
    fn simple(&mut self, expr: Expr, dims: Dims) -> Result<Expr, BuildError> {
        if expr.as_constant().is_some() || expr.as_leaf().is_some() {
            return Ok(expr);
        }
        Ok(Expr::from(self.graph.map_to(&expr, dims)?))
    }

    /// The expression as a tensor of exactly this shape.
    pub(super) fn full(&mut self, expr: &Expr, dims: Dims) -> Result<Var, BuildError> {
        match expr.as_leaf().filter(|var| var.dims() == dims) {
            Some(var) => Ok(var),
            None => self.graph.map_to(expr, dims),
        }
    }

    fn result(&mut self, var: Var) -> Result<Var, BuildError> {
        let parts = match var.source() {
            Source::Node(node) => self.nodes[node as usize].clone(),
            _ => self
                .wrt
                .iter()
                .position(|wrt| *wrt == var)
                .map(|i| self.others[i].clone())
                .unwrap_or_default(),
        };
        let sum = self.sum(parts, var.dims())?.unwrap_or(Expr::from(0.0));
        self.full(&sum, var.dims())
    }
}
