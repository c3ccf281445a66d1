//! What each operator passes on to its inputs: vector-Jacobian products.

use super::{
    derive::{derive, times},
    gradient::Backward,
    lower::raise,
    BuildError, Expr, GraphBuilder, Var,
};
use crate::Source;
use alloc::vec::Vec;
use assay_numerics::{map::MapCode, Dims, Op};

impl Backward<'_> {
    /// Hands `g`, the gradient of node `number`'s output, to those of its inputs that need it. `g` is a number or a
    /// tensor that broadcasts to the output's shape.
    pub(super) fn node(&mut self, number: u32, g: Expr) -> Result<(), BuildError> {
        let node = self.graph.nodes[number as usize].clone();
        let inputs: Vec<Var> = node.inputs.iter().map(|&input| Var::from(input)).collect();
        let output = Var::new(Source::Node(number), node.output);
        match (&node.op, inputs.as_slice()) {
            (Op::Map(code), _) => self.map(code, &inputs, output, &g),
            (
                &Op::MatMul {
                    transpose_a,
                    transpose_b,
                },
                &[a, b],
            ) => {
                let g = self.full(&g, output.dims())?;
                self.left(a, b, g, transpose_a, transpose_b)?;
                self.right(a, b, g, transpose_a, transpose_b)
            }
            (Op::RowSum | Op::ColSum | Op::LeadSum, &[x]) => {
                self.add(x, g);
                Ok(())
            }
            (Op::RowMax, &[x]) => self.maximum(Op::RowSum, x, output, &g),
            (Op::ColMax, &[x]) => self.maximum(Op::ColSum, x, output, &g),
            (Op::Reshape, &[x]) => {
                let g = self.full(&g, output.dims())?;
                let part = self.graph.reshape(g, x.dims())?;
                self.add(x, part.into());
                Ok(())
            }
            (Op::Permute { perm }, &[x]) => {
                let g = self.full(&g, output.dims())?;
                let part = self.graph.permute(g, inverse(*perm))?;
                self.add(x, part.into());
                Ok(())
            }
            (&Op::Slice { start }, &[x]) => {
                let g = self.full(&g, output.dims())?;
                let part = self.pad(g, start, x.dims())?;
                self.add(x, part.into());
                Ok(())
            }
            (&Op::Concat { axis }, _) => self.split(&inputs, axis, output, &g),
            (Op::Gather, &[index, table]) => {
                let g = self.full(&g, output.dims())?;
                let part = self.graph.scatter_add(index, g, table.dims().rows())?;
                self.add(table, part.into());
                Ok(())
            }
            (Op::ScatterAdd, &[index, values]) => {
                let g = self.full(&g, output.dims())?;
                let part = self.graph.gather(index, g)?;
                self.add(values, part.into());
                Ok(())
            }
            (Op::Pick, &[index, x]) => {
                let hot = self.graph.one_hot(index, x.dims().cols())?;
                self.add(x, times(hot.into(), g));
                Ok(())
            }
            (op, _) => Err(BuildError::NoGradient {
                operator: op.name(),
            }),
        }
    }

    fn map(
        &mut self,
        code: &MapCode,
        inputs: &[Var],
        output: Var,
        g: &Expr,
    ) -> Result<(), BuildError> {
        let terms = raise(code, inputs);
        for &input in inputs {
            if !self.wanted(input) {
                continue;
            }
            let Some(mut part) = derive(&terms, output, input, g) else {
                continue;
            };
            if !GraphBuilder::fits(&part, output.dims()) {
                // Too long to be one Map with the incoming gradient: the derivative alone first.
                let Some(alone) = derive(&terms, output, input, &Expr::from(1.0)) else {
                    continue;
                };
                part = times(g.clone(), self.graph.map_to(&alone, output.dims())?.into());
            }
            let part = self.reduced(part, output.dims(), input.dims())?;
            self.add(input, part);
        }
        Ok(())
    }

    /// Sums a gradient of shape `from` over the dimensions along which `to` was broadcast.
    fn reduced(&mut self, part: Expr, from: Dims, to: Dims) -> Result<Expr, BuildError> {
        if from == to {
            return Ok(part);
        }
        let mut part = self.full(&part, from)?;
        if to.cols() < from.cols() {
            part = self.graph.row_sum(part)?;
        }
        if to.rows() < from.rows() {
            part = self.graph.col_sum(part)?;
        }
        Ok(self.lead_reduced(part, to)?.into())
    }

    /// Sums over the leading dimensions in which `to` has 1.
    fn lead_reduced(&mut self, part: Var, to: Dims) -> Result<Var, BuildError> {
        let (from, to) = (part.dims().get(), to.get());
        let axes: Vec<usize> = (0..2).filter(|&axis| to[axis] < from[axis]).collect();
        match axes.is_empty() {
            true => Ok(part),
            false => self.graph.reduce(Op::LeadSum, part, &axes),
        }
    }

    /// The left side's part of a product `a' b'`: `g b'^T`, stored as `a` is.
    fn left(
        &mut self,
        a: Var,
        b: Var,
        g: Var,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Result<(), BuildError> {
        if !self.wanted(a) {
            return Ok(());
        }
        let part = match transpose_a {
            false => self.graph.matmul(g, b, false, !transpose_b)?,
            true => self.graph.matmul(b, g, transpose_b, true)?,
        };
        let part = self.lead_reduced(part, a.dims())?;
        self.add(a, part.into());
        Ok(())
    }

    /// The right side's part of a product `a' b'`: `a'^T g`, stored as `b` is.
    fn right(
        &mut self,
        a: Var,
        b: Var,
        g: Var,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Result<(), BuildError> {
        if !self.wanted(b) {
            return Ok(());
        }
        let part = match transpose_b {
            false => self.graph.matmul(a, g, !transpose_a, false)?,
            true => self.graph.matmul(g, a, true, transpose_a)?,
        };
        let part = self.lead_reduced(part, b.dims())?;
        self.add(b, part.into());
        Ok(())
    }

    /// Equal maxima share the gradient equally.
    fn maximum(&mut self, sum: Op, x: Var, largest: Var, g: &Expr) -> Result<(), BuildError> {
        let hits = self.graph.map(Expr::from(x).equal(largest))?;
        let axis = if sum == Op::RowSum { 3 } else { 2 };
        let count = self.graph.reduce(sum, hits, &[axis])?;
        self.add(x, Expr::from(hits) * (g / count));
        Ok(())
    }

    /// `g` in a tensor of zeros of shape `dims`, at `start`.
    fn pad(&mut self, g: Var, start: [u32; 4], dims: Dims) -> Result<Var, BuildError> {
        let mut padded = g;
        for (axis, (&before, &size)) in start.iter().zip(&dims.get()).enumerate() {
            let after = size - before - padded.dims().get()[axis];
            let parts = [
                self.zeros(padded, axis, before)?,
                Some(padded),
                self.zeros(padded, axis, after)?,
            ];
            let parts: Vec<Var> = parts.into_iter().flatten().collect();
            if parts.len() > 1 {
                padded = self.graph.concat(&parts, axis as u8)?;
            }
        }
        Ok(padded)
    }

    /// Zeros in the shape of `like`, but `size` along `axis`; none if that is 0.
    fn zeros(&mut self, like: Var, axis: usize, size: u32) -> Result<Option<Var>, BuildError> {
        if size == 0 {
            return Ok(None);
        }
        let mut dims = like.dims().get();
        dims[axis] = size;
        self.graph
            .map_to(&Expr::from(0.0), Dims::new(dims)?)
            .map(Some)
    }

    /// Cuts the gradient of a concatenation into its parts'.
    fn split(&mut self, parts: &[Var], axis: u8, output: Var, g: &Expr) -> Result<(), BuildError> {
        let g = self.full(g, output.dims())?;
        let mut start = [0; 4];
        for &part in parts {
            if self.wanted(part) {
                let piece = self.graph.slice(g, start, part.dims())?;
                self.add(part, piece.into());
            }
            start[usize::from(axis)] += part.dims().get()[usize::from(axis)];
        }
        Ok(())
    }
}

fn inverse(perm: [u8; 4]) -> [u8; 4] {
    let mut inverse = [0; 4];
    for (to, &from) in perm.iter().enumerate() {
        inverse[usize::from(from)] = to as u8;
    }
    inverse
}
