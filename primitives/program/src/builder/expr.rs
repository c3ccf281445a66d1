//! Elementwise expressions.

use super::Var;
use alloc::{vec, vec::Vec};
use assay_numerics::map::MapOp;
use core::ops;

/// A step of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// A tensor of the graph.
    Leaf(Var),
    /// A number, by its bit pattern.
    Constant(u32),
    /// An operation on earlier terms.
    Apply(MapOp, [usize; 3]),
}

/// An elementwise expression over values of the graph, evaluated with IEEE 754 binary32 arithmetic exactly as written:
/// nothing is contracted, reassociated or folded. Equal subexpressions are computed once.
///
/// ```
/// # use assay_program::builder::{Expr, GraphBuilder};
/// # use assay_numerics::{Dims, TensorType};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut graph = GraphBuilder::new([0; 32]);
/// let x = graph.slot(TensorType::f32(Dims::matrix(4, 8)?));
/// let scaled = graph.map(Expr::from(x) * 0.5 + 1.0)?;
/// assert_eq!(scaled.dims(), x.dims());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// Never empty; arguments stand before their users; the last one is the value and needs all others.
    terms: Vec<Term>,
}

impl From<Var> for Expr {
    fn from(var: Var) -> Self {
        Self {
            terms: vec![Term::Leaf(var)],
        }
    }
}

impl From<f32> for Expr {
    fn from(value: f32) -> Self {
        let bits = if value.is_nan() {
            CANONICAL_NAN
        } else {
            value.to_bits()
        };
        Self {
            terms: vec![Term::Constant(bits)],
        }
    }
}

const CANONICAL_NAN: u32 = 0x7fc0_0000;

impl Expr {
    /// `fma(self, b, c)` with one rounding.
    pub fn fma(&self, b: impl Into<Self>, c: impl Into<Self>) -> Self {
        Self::apply(MapOp::Fma, &[self, &b.into(), &c.into()])
    }

    /// Square root.
    pub fn sqrt(&self) -> Self {
        Self::apply(MapOp::Sqrt, &[self])
    }

    /// Natural exponential.
    pub fn exp(&self) -> Self {
        Self::apply(MapOp::Exp, &[self])
    }

    /// Natural logarithm.
    pub fn ln(&self) -> Self {
        Self::apply(MapOp::Ln, &[self])
    }

    /// Hyperbolic tangent.
    pub fn tanh(&self) -> Self {
        Self::apply(MapOp::Tanh, &[self])
    }

    /// Logistic function.
    pub fn sigmoid(&self) -> Self {
        Self::apply(MapOp::Sigmoid, &[self])
    }

    /// IEEE 754-2019 maximum. Where both are equal the gradient goes to `self`.
    pub fn max(&self, other: impl Into<Self>) -> Self {
        Self::apply(MapOp::Max, &[self, &other.into()])
    }

    /// IEEE 754-2019 minimum. Where both are equal the gradient goes to `self`.
    pub fn min(&self, other: impl Into<Self>) -> Self {
        Self::apply(MapOp::Min, &[self, &other.into()])
    }

    /// 1 where `self < other`, else +0.
    pub fn lt(&self, other: impl Into<Self>) -> Self {
        Self::apply(MapOp::Lt, &[self, &other.into()])
    }

    /// 1 where `self <= other`, else +0.
    pub fn le(&self, other: impl Into<Self>) -> Self {
        Self::apply(MapOp::Le, &[self, &other.into()])
    }

    /// 1 where both are equal, else +0.
    pub fn equal(&self, other: impl Into<Self>) -> Self {
        Self::apply(MapOp::Eq, &[self, &other.into()])
    }

    /// `yes` where `self` is not zero (NaN is not), else `no`.
    pub fn select(&self, yes: impl Into<Self>, no: impl Into<Self>) -> Self {
        Self::apply(MapOp::Select, &[self, &yes.into(), &no.into()])
    }

    /// Absolute value; its gradient at 0 is 0.
    pub fn abs(&self) -> Self {
        Self::apply(MapOp::Abs, &[self])
    }

    /// +0 for zeros and subnormals, else the value. The gradient passes through.
    pub fn flush(&self) -> Self {
        Self::apply(MapOp::Flush, &[self])
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The tensors in order of first appearance.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Var> + '_ {
        self.terms.iter().filter_map(|term| match term {
            Term::Leaf(var) => Some(*var),
            _ => None,
        })
    }

    /// The bit pattern, if the expression is a mere number.
    pub(super) fn as_constant(&self) -> Option<u32> {
        match *self.terms.as_slice() {
            [Term::Constant(bits)] => Some(bits),
            _ => None,
        }
    }

    /// The tensor, if the expression is nothing else.
    pub(super) fn as_leaf(&self) -> Option<Var> {
        match *self.terms.as_slice() {
            [Term::Leaf(var)] => Some(var),
            _ => None,
        }
    }

    /// The operation's arguments side by side, common terms once, and the operation behind them.
    fn apply(op: MapOp, arguments: &[&Self]) -> Self {
        let mut terms = Vec::new();
        let mut args = [0; 3];
        for (arg, expr) in args.iter_mut().zip(arguments) {
            *arg = merge(&mut terms, &expr.terms, |_| true);
        }
        terms.push(Term::Apply(op, args));
        Self { terms }
    }

    /// The expression whose value is term `root` of `terms`, without what it does not need.
    pub(super) fn of_term(terms: &[Term], root: usize) -> Self {
        let mut needed = vec![false; terms.len()];
        needed[root] = true;
        for (i, term) in terms.iter().enumerate().rev() {
            if needed[i] {
                term.arguments().iter().for_each(|&arg| needed[arg] = true);
            }
        }
        let mut kept = Vec::new();
        merge(&mut kept, terms, |i| needed[i]);
        Self { terms: kept }
    }
}

impl Term {
    /// The terms that this one reads.
    pub(super) fn arguments(&self) -> &[usize] {
        match self {
            Self::Apply(op, args) => &args[..op.arity()],
            _ => &[],
        }
    }

    fn relocated(self, places: &[usize]) -> Self {
        match self {
            Self::Apply(op, mut args) => {
                args.iter_mut()
                    .take(op.arity())
                    .for_each(|arg| *arg = places[*arg]);
                Self::Apply(op, args)
            }
            other => other,
        }
    }
}

/// Adds the wanted terms of `from` to `into`, each once, and gives the place of the last.
fn merge(into: &mut Vec<Term>, from: &[Term], wanted: impl Fn(usize) -> bool) -> usize {
    let mut places = vec![0; from.len()];
    let mut last = 0;
    for (i, term) in from.iter().enumerate().filter(|&(i, _)| wanted(i)) {
        let term = term.relocated(&places);
        last = into
            .iter()
            .position(|known| *known == term)
            .unwrap_or_else(|| {
                into.push(term);
                into.len() - 1
            });
        places[i] = last;
    }
    last
}

macro_rules! operator {
    ($trait:ident, $method:ident, $op:expr) => {
        impl<T: Into<Expr>> ops::$trait<T> for Expr {
            type Output = Expr;

            fn $method(self, other: T) -> Expr {
                Expr::apply($op, &[&self, &other.into()])
            }
        }

        impl<T: Into<Expr>> ops::$trait<T> for &Expr {
            type Output = Expr;

            fn $method(self, other: T) -> Expr {
                Expr::apply($op, &[self, &other.into()])
            }
        }
    };
}

operator!(Add, add, MapOp::Add);
operator!(Sub, sub, MapOp::Sub);
operator!(Mul, mul, MapOp::Mul);
operator!(Div, div, MapOp::Div);

impl ops::Neg for Expr {
    type Output = Self;

    fn neg(self) -> Self {
        Self::apply(MapOp::Neg, &[&self])
    }
}

impl From<&Expr> for Expr {
    fn from(expr: &Expr) -> Self {
        expr.clone()
    }
}
