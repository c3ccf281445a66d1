//! Decoder-only transformers.

use super::{Activation, BuildError, Expr, GraphBuilder, Var};
use alloc::{vec, vec::Vec};
use assay_numerics::{Dims, TensorType};

/// A decoder-only transformer: learned positions, blocks of causal attention and a perceptron of four times the width
/// (GELU), each behind a layer norm and beside a residual, a last layer norm and a head without bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transformer {
    /// Blocks.
    pub layers: u32,
    /// Features of a token; a multiple of `heads`.
    pub width: u32,
    /// Heads of attention.
    pub heads: u32,
    /// Tokens of a sequence.
    pub context: u32,
    /// Different tokens.
    pub vocabulary: u32,
}

/// Added to a variance.
const EPSILON: f32 = 1e-5;

/// Parameters of a block, in order: gain and bias of a norm, weight and bias of query, key, value and output, gain and
/// bias of a norm, weight and bias of both layers of the perceptron.
const BLOCK: usize = 16;
/// Parameters before the blocks (tokens, positions) and behind them (gain, bias, head).
const OUTSIDE: usize = 2 + 3;

impl Transformer {
    /// Types of the parameters in the order in which [`Self::logits`] takes them: the table of tokens [v, w], that of
    /// positions [t, w], for each block the gain and bias of a norm, weight and bias of query, key, value and output, the gain and
    /// bias of a norm, weight and bias of the perceptron's two layers, and at last the gain and bias of a norm and the
    /// head [v, w]. Weights are outputs x inputs, gains and biases [1, outputs].
    ///
    /// # Errors
    /// A dimension of 0, or a width that the heads do not divide.
    pub fn parameters(self) -> Result<Vec<TensorType>, BuildError> {
        self.check()?;
        let matrix = |rows, cols| Dims::matrix(rows, cols).map(TensorType::f32);
        let (w, wide) = (self.width, self.width.saturating_mul(4));
        let mut types = vec![matrix(self.vocabulary, w)?, matrix(self.context, w)?];
        let norm = [matrix(1, w)?, matrix(1, w)?];
        let square = [matrix(w, w)?, matrix(1, w)?];
        let perceptron = [
            matrix(wide, w)?,
            matrix(1, wide)?,
            matrix(w, wide)?,
            matrix(1, w)?,
        ];
        for _ in 0..self.layers {
            types.extend(norm);
            types.extend([square; 4].concat());
            types.extend(norm);
            types.extend(perceptron);
        }
        types.extend(norm);
        types.push(matrix(self.vocabulary, w)?);
        Ok(types)
    }

    /// The logits [1, 1, n, v] of the token that follows each of `tokens` u32 [1, 1, n, 1], sequence after sequence of
    /// `context` tokens.
    ///
    /// # Errors
    /// Parameters that are not [`Self::parameters`], or tokens that are no whole sequences.
    pub fn logits(
        self,
        graph: &mut GraphBuilder,
        parameters: &[Var],
        tokens: Var,
    ) -> Result<Var, BuildError> {
        self.check_parameters(parameters)?;
        let mask = graph.causal_mask(self.context)?;
        let (before, rest) = parameters.split_at(2);
        let (blocks, behind) = rest.split_at(rest.len() - 3);
        let mut x = self.embed(graph, tokens, before[0], before[1])?;
        for block in blocks.chunks_exact(BLOCK) {
            x = self.block(graph, block, x, mask)?;
        }
        let x = graph.layer_norm(x, behind[0], behind[1], EPSILON)?;
        graph.matmul(x, behind[2], false, true)
    }

    fn check(self) -> Result<(), BuildError> {
        match self.heads > 0 && self.width.is_multiple_of(self.heads) {
            true => Ok(()),
            false => Err(BuildError::Setting {
                name: "heads",
                must: "a divisor of the width",
            }),
        }
    }

    fn check_parameters(self, parameters: &[Var]) -> Result<(), BuildError> {
        let blocks = BLOCK.saturating_mul(self.layers as usize);
        if parameters.len() != blocks.saturating_add(OUTSIDE) {
            return Err(BuildError::Setting {
                name: "parameters",
                must: "as many as the transformer has",
            });
        }
        let types = self.parameters()?;
        let mut pairs = parameters.iter().zip(&types);
        match pairs.find(|(parameter, ty)| parameter.ty() != **ty) {
            None => Ok(()),
            Some((parameter, ty)) => Err(BuildError::Mismatch {
                what: "a parameter of the transformer",
                expected: *ty,
                found: parameter.ty(),
            }),
        }
    }

    /// Sequences in a column of so many tokens.
    fn sequences(self, tokens: u32) -> Result<u32, BuildError> {
        match tokens.is_multiple_of(self.context) {
            true => Ok(tokens / self.context),
            false => Err(BuildError::Setting {
                name: "tokens",
                must: "whole sequences",
            }),
        }
    }

    /// Table row and position of each token: [1, 1, n, w].
    fn embed(
        self,
        graph: &mut GraphBuilder,
        tokens: Var,
        table: Var,
        positions: Var,
    ) -> Result<Var, BuildError> {
        let rows = graph.gather(tokens, table)?;
        let sequences = self.sequences(rows.dims().rows())?;
        let apart = graph.reshape(rows, Dims::new([1, sequences, self.context, self.width])?)?;
        let placed = graph.map(Expr::from(apart) + positions)?;
        graph.reshape(placed, rows.dims())
    }

    /// One block: [1, 1, n, w] to the same.
    fn block(
        self,
        graph: &mut GraphBuilder,
        p: &[Var],
        x: Var,
        mask: Var,
    ) -> Result<Var, BuildError> {
        let normed = graph.layer_norm(x, p[0], p[1], EPSILON)?;
        let mut heads = [x; 3];
        for (head, layer) in heads.iter_mut().zip(p[2..8].chunks_exact(2)) {
            let rows = graph.linear(normed, layer[0], layer[1])?;
            *head = self.apart(graph, rows)?;
        }
        let [query, key, value] = heads;
        let seen = graph.attention(query, key, value, mask)?;
        let joined = graph.permute(seen, [0, 2, 1, 3])?;
        let joined = graph.reshape(joined, x.dims())?;
        let x = residual(graph, x, joined, p[8], p[9])?;
        let normed = graph.layer_norm(x, p[10], p[11], EPSILON)?;
        let hidden = graph.dense(normed, p[12], p[13], Activation::Gelu)?;
        residual(graph, x, hidden, p[14], p[15])
    }

    /// Rows [1, 1, n, w] cut into heads: [sequences, heads, context, w / heads].
    fn apart(self, graph: &mut GraphBuilder, x: Var) -> Result<Var, BuildError> {
        let sequences = self.sequences(x.dims().rows())?;
        let dims = [sequences, self.context, self.heads, self.width / self.heads];
        let cut = graph.reshape(x, Dims::new(dims)?)?;
        graph.permute(cut, [0, 2, 1, 3])
    }
}

/// `x + (y W^T + b)` in one Map.
fn residual(
    graph: &mut GraphBuilder,
    x: Var,
    y: Var,
    weight: Var,
    bias: Var,
) -> Result<Var, BuildError> {
    let product = graph.matmul(y, weight, false, true)?;
    graph.map(Expr::from(x) + (Expr::from(product) + bias))
}
