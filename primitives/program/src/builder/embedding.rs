//! Rows of a table that can be trained.

use super::{BuildError, GraphBuilder, Var};

impl GraphBuilder {
    /// Rows of `table` [1, 1, v, d] named by `index` u32 [1, 1, n, 1], as a product of one-hot rows with the table: [1, 1, n, d].
    /// An index out of range gives a row of +0.
    ///
    /// Unlike [`gather`](Self::gather) it has a gradient, which is such a product as well; both take `n v d`
    /// multiply-adds, so it is meant for small vocabularies. A table with an infinity or NaN spoils its whole column.
    pub fn embedding(&mut self, index: Var, table: Var) -> Result<Var, BuildError> {
        let hot = self.one_hot(index, table.dims().rows())?;
        self.matmul(hot, table, false, false)
    }
}
