//! Normalisation of rows.

use super::{BuildError, Expr, GraphBuilder, Var};

impl GraphBuilder {
    /// Layer normalisation of the rows of `x` [.., n, c] with `gain` and `bias` [1, c], in two passes: `d = x - RowSum(x) / c`,
    /// `r = 1 / sqrt(RowSum(d d) / c + epsilon)`, `y = fma(d r, gain, bias)`, where `/ c` is a product with `1 / c`.
    pub fn layer_norm(
        &mut self,
        x: Var,
        gain: Var,
        bias: Var,
        epsilon: f32,
    ) -> Result<Var, BuildError> {
        let share = 1.0 / x.dims().cols() as f32;
        let sum = self.row_sum(x)?;
        let centred = self.map(Expr::from(x) - Expr::from(sum) * share)?;
        let squares = self.map(Expr::from(centred) * centred)?;
        let variance = self.row_sum(squares)?;
        let inverse =
            self.map(Expr::from(1.0) / Expr::from(variance).fma(share, epsilon).sqrt())?;
        self.map((Expr::from(centred) * inverse).fma(gain, bias))
    }
}
