//! Losses.

use super::{graph::Rule, BuildError, Expr, GraphBuilder, Var};
use assay_numerics::Op;

impl GraphBuilder {
    /// Mean softmax cross-entropy of `logits` [1, 1, n, c] against `labels` u32 [1, 1, n, 1]: a scalar [1, 1, 1, 1].
    ///
    /// With `m = RowMax(x)`, `E = exp(x - m)`, `s = RowSum(E)`: each row's loss is `(m + ln s) - x[label]`, and the
    /// gradient of the mean over n rows is `(E / s - onehot) * (1 / n)`. A label out of range counts as a logit of +0
    /// and a one-hot row of zeros.
    pub fn cross_entropy(&mut self, logits: Var, labels: Var) -> Result<Var, BuildError> {
        let share = Expr::from(1.0 / logits.dims().rows() as f32);
        let largest = self.row_max(logits)?;
        let powers = self.map((Expr::from(logits) - largest).exp())?;
        let total = self.row_sum(powers)?;
        let picked = self.pick(labels, logits)?;
        let rows = self.map(Expr::from(largest) + Expr::from(total).ln() - picked)?;
        let sum = self.col_sum(rows)?;
        let loss = self.map(Expr::from(sum) * &share)?;

        let hot = self.one_hot(labels, logits.dims().cols())?;
        let gradient = self.map((Expr::from(powers) / total - hot) * share)?;
        if let Some(output) = loss.node() {
            self.rules.push(Rule {
                output,
                input: logits,
                gradient,
            });
        }
        Ok(loss)
    }

    /// Mean over all elements of the squared difference: a scalar [1, 1, 1, 1].
    pub fn mean_squared_error(&mut self, prediction: Var, target: Var) -> Result<Var, BuildError> {
        let difference = Expr::from(prediction) - target;
        let squares = self.map(&difference * &difference)?;
        let sum = self.sum(squares)?;
        self.map(Expr::from(sum) * (1.0 / squares.dims().elements() as f32))
    }

    /// Sum of all elements, rows first, then the column of row sums, then the matrices: [1, 1, 1, 1].
    pub fn sum(&mut self, x: Var) -> Result<Var, BuildError> {
        let rows = self.row_sum(x)?;
        let matrices = self.col_sum(rows)?;
        match x.dims().batch() {
            1 => Ok(matrices),
            _ => self.reduce(Op::LeadSum, matrices, &[0, 1]),
        }
    }
}
