//! Derivatives of expressions.

use super::{expr::Term, Expr, Var};
use alloc::{vec, vec::Vec};
use assay_numerics::map::MapOp;

/// The derivative of the last term with respect to `target`, times `upstream`; `None` if it is zero by structure.
///
/// `output` is the tensor that holds the last term's value: reading it is cheaper than computing it again. Adjoints are
/// added in descending order of the terms that give them.
pub(super) fn derive(terms: &[Term], output: Var, target: Var, upstream: &Expr) -> Option<Expr> {
    let leaf = terms.iter().position(|term| *term == Term::Leaf(target))?;
    let reached = reached_from(terms, leaf);
    let mut adjoints: Vec<Option<Expr>> = vec![None; terms.len()];
    *adjoints.last_mut()? = Some(upstream.clone());
    let code = Code { terms, output };
    for (i, term) in terms.iter().enumerate().rev().filter(|&(i, _)| reached[i]) {
        let Some(adjoint) = adjoints[i].clone() else {
            continue;
        };
        for (position, &arg) in term
            .arguments()
            .iter()
            .enumerate()
            .filter(|(_, &arg)| reached[arg])
        {
            if let Some(partial) = code.partial(i, position, &adjoint) {
                adjoints[arg] = Some(match adjoints[arg].take() {
                    Some(sum) => plus(sum, partial),
                    None => partial,
                });
            }
        }
    }
    adjoints.swap_remove(leaf)
}

/// Which terms depend on the leaf, itself included.
fn reached_from(terms: &[Term], leaf: usize) -> Vec<bool> {
    let mut reached = vec![false; terms.len()];
    for (i, term) in terms.iter().enumerate() {
        reached[i] = i == leaf || term.arguments().iter().any(|&arg| reached[arg]);
    }
    reached
}

struct Code<'a> {
    terms: &'a [Term],
    output: Var,
}

impl Code<'_> {
    /// The value of a term.
    fn value(&self, term: usize) -> Expr {
        if term + 1 == self.terms.len() {
            return Expr::from(self.output);
        }
        Expr::of_term(self.terms, term)
    }

    /// What term `i` passes on to its argument at `position`, given its own adjoint `g`.
    fn partial(&self, i: usize, position: usize, g: &Expr) -> Option<Expr> {
        let Term::Apply(op, args) = self.terms[i] else {
            return None;
        };
        let argument = |n: usize| self.value(args[n]);
        let y = || self.value(i);
        Some(match (op, position) {
            (MapOp::Add, _) | (MapOp::Sub, 0) | (MapOp::Fma, 2) | (MapOp::Flush, _) => g.clone(),
            (MapOp::Sub, _) | (MapOp::Neg, _) => minus(g.clone()),
            (MapOp::Mul | MapOp::Fma, 0) => times(g.clone(), argument(1)),
            (MapOp::Mul | MapOp::Fma, _) => times(g.clone(), argument(0)),
            (MapOp::Div, 0) => g / argument(1),
            (MapOp::Div, _) => minus((g / argument(1)) * y()),
            (MapOp::Sqrt, _) => times(g.clone(), Expr::from(0.5)) / y(),
            (MapOp::Exp, _) => times(g.clone(), y()),
            (MapOp::Ln, _) => g / argument(0),
            (MapOp::Tanh, _) => times(g.clone(), (-y()).fma(y(), 1.0)),
            (MapOp::Sigmoid, _) => times(g.clone(), y() * (Expr::from(1.0) - y())),
            (MapOp::Max, 0) => argument(1).le(argument(0)).select(g, 0.0),
            (MapOp::Max, _) => argument(1).le(argument(0)).select(0.0, g),
            (MapOp::Min, 0) => argument(0).le(argument(1)).select(g, 0.0),
            (MapOp::Min, _) => argument(0).le(argument(1)).select(0.0, g),
            (MapOp::Select, 1) => argument(0).select(g, 0.0),
            (MapOp::Select, 2) => argument(0).select(0.0, g),
            (MapOp::Abs, _) => sign(&argument(0), g),
            (MapOp::Lt | MapOp::Le | MapOp::Eq | MapOp::Select, _) => return None,
        })
    }
}

/// `g` with the sign of `x`; 0 where `x` is 0.
fn sign(x: &Expr, g: &Expr) -> Expr {
    let signed = x.lt(0.0).select(minus(g.clone()), g);
    x.equal(0.0).select(0.0, signed)
}

/// A product, computed now if both are numbers, and left out if one factor is 1.
pub(super) fn times(a: Expr, b: Expr) -> Expr {
    match (number(&a), number(&b)) {
        (Some(x), Some(y)) => Expr::from(x * y),
        (Some(1.0), _) => b,
        (_, Some(1.0)) => a,
        _ => a * b,
    }
}

/// A sum, computed now if both are numbers.
pub(super) fn plus(a: Expr, b: Expr) -> Expr {
    match (number(&a), number(&b)) {
        (Some(x), Some(y)) => Expr::from(x + y),
        _ => a + b,
    }
}

fn minus(a: Expr) -> Expr {
    match number(&a) {
        Some(x) => Expr::from(-x),
        None => -a,
    }
}

fn number(expr: &Expr) -> Option<f32> {
    expr.as_constant().map(f32::from_bits)
}
