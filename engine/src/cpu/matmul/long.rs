//! Products of long sums and few outputs: the chunks of every sum are computed in parallel, each by itself, and their parts are
//! added in order.

use super::block::Output;
use super::{Block, MatMul, CHUNK};
use crate::cpu::exec::{Exec, Shared};
use crate::cpu::WORTH_SHARING_NS;

/// Fewest chunks that are worth it.
const FEWEST_CHUNKS: usize = 4;
/// Rows and columns of an output that keeps a thread busy.
const ROWS: usize = 16;
const COLS: usize = 32;

impl MatMul {
    /// Whether so many threads share the chunks, since there are too few outputs to share.
    fn shares_chunks(&self, threads: usize) -> bool {
        let tiles = self.rows.div_ceil(ROWS) * self.cols.div_ceil(COLS);
        let tiles = tiles * self.batch[0] * self.batch[1];
        let worth = self.nanoseconds() > 2 * WORTH_SHARING_NS;
        worth && tiles < 2 * threads && threads > 1 && self.chunks() >= FEWEST_CHUNKS
    }

    fn chunks(&self) -> usize {
        self.terms.div_ceil(CHUNK)
    }

    /// Words of working memory that the product wants with so many threads.
    pub(crate) fn workspace_words(&self, threads: usize) -> usize {
        if self.shares_chunks(threads) {
            self.batch[0] * self.batch[1] * self.rows * self.cols * self.chunks()
        } else {
            0
        }
    }

    /// Computes the product by way of `parts`, which has the words that [`Self::workspace_words`] asks for.
    pub(super) fn run_long(
        &self,
        exec: &Exec,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        parts: &mut [f32],
    ) {
        let (matrix, chunks) = (self.rows * self.cols, self.chunks());
        let shared = Shared::new(parts.as_mut_ptr());
        exec.each(parts.len() / matrix, |number| {
            let (a, b) = self.operands(a, b, number / chunks);
            let block = Block {
                row: 0,
                rows: self.rows,
                col: 0,
                cols: self.cols,
            };
            let part = Output::of(shared.at(number * matrix));
            self.whole_chunk(exec.path, a, b, part, block, number % chunks);
        });
        for (c, parts) in c
            .chunks_exact_mut(matrix)
            .zip(parts.chunks_exact(matrix * chunks))
        {
            c.fill(0.0);
            for part in parts.chunks_exact(matrix) {
                for (sum, part) in c.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        }
    }
}
