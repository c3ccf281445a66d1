//! Scaled dot-product attention.

use super::{BuildError, Expr, GraphBuilder, Var};
use alloc::vec::Vec;
use assay_numerics::{scalar, Dims, Tensor};

impl GraphBuilder {
    /// Scaled dot-product attention of `query` [b0, b1, t, d] over `key` [b0, b1, s, d] and `value` [b0, b1, s, e]: [b0, b1, t, e].
    ///
    /// With `S = query key^T / sqrt(d) + mask`, `m = RowMax(S)` and `E = exp(S - m)` it is `(E value) / RowSum(E)`: the quotient
    /// comes last, so that an engine may go over the scores in blocks and never keep all of them. `mask` broadcasts to
    /// the scores; a position with -inf in it is not seen, and one at least of each row must be.
    ///
    /// No gradient flows through `m`: the result does not depend on it.
    pub fn attention(
        &mut self,
        query: Var,
        key: Var,
        value: Var,
        mask: Var,
    ) -> Result<Var, BuildError> {
        let scale = scalar::div(1.0, scalar::sqrt(query.dims().cols() as f32));
        let products = self.matmul(query, key, false, true)?;
        let scores = self.map(Expr::from(products).fma(scale, mask))?;
        let largest = self.detached_row_max(scores)?;
        let powers = self.map((Expr::from(scores) - largest).exp())?;
        let total = self.row_sum(powers)?;
        let sums = self.matmul(powers, value, false, false)?;
        self.map(Expr::from(sums) / total)
    }

    /// The mask [1, 1, length, length] by which a position sees itself and what stands before it: +0 there, -inf elsewhere.
    pub fn causal_mask(&mut self, length: u32) -> Result<Var, BuildError> {
        let rows = (0..length).flat_map(|row| (0..length).map(move |column| column <= row));
        let values: Vec<f32> = rows
            .map(|seen| if seen { 0.0 } else { f32::NEG_INFINITY })
            .collect();
        let mask = Tensor::from_f32(Dims::matrix(length, length)?, &values)?;
        Ok(self.constant(mask))
    }
}
