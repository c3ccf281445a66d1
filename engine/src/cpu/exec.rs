//! Who does the work: kernels of one instruction set on some threads.

use super::environment::Environment;
use super::path::Path;
use rayon::prelude::*;

/// Kernels and threads of an engine.
#[derive(Clone, Copy)]
pub(crate) struct Exec {
    pub(crate) path: &'static Path,
    pub(crate) threads: usize,
    /// Nanoseconds of one thread's work from which on it is shared.
    share_from: u64,
}

/// Nanoseconds of one thread's work below which a second thread costs more than it brings.
pub(crate) const WORTH_SHARING_NS: u64 = 40_000;

impl Exec {
    pub(crate) fn new(path: &'static Path, threads: usize) -> Self {
        Self {
            path,
            threads,
            share_from: WORTH_SHARING_NS,
        }
    }

    /// Shares whatever can be shared, so that small tests see it.
    #[cfg(test)]
    pub(crate) fn eager(path: &'static Path, threads: usize) -> Self {
        Self {
            path,
            threads,
            share_from: 4,
        }
    }

    /// Into how many pieces to cut work of about `ns` nanoseconds: 1 unless sharing pays.
    pub(crate) fn pieces(&self, ns: u64) -> usize {
        if self.threads == 1 || ns < self.share_from {
            return 1;
        }
        let most = (ns / (self.share_from / 4))
            .try_into()
            .unwrap_or(usize::MAX);
        most.min(4 * self.threads)
    }

    /// Calls `task` with 0 to `count - 1`, each once, on any thread and in any order.
    pub(crate) fn each(&self, count: usize, task: impl Fn(usize) + Sync) {
        if count == 1 || self.threads == 1 {
            (0..count).for_each(task);
            return;
        }
        (0..count)
            .into_par_iter()
            .with_max_len(1)
            .for_each(|number| {
                let _environment = Environment::enter();
                task(number);
            });
    }

    /// Cuts `items` into pieces of whole groups of `group` and calls `task` with the first group's number and the piece.
    /// `ns` is the estimate for everything.
    pub(crate) fn split<T: Send>(
        &self,
        items: &mut [T],
        group: usize,
        ns: u64,
        task: impl Fn(usize, &mut [T]) + Sync,
    ) {
        let groups = items.len() / group;
        let pieces = self.pieces(ns).min(groups.max(1));
        if pieces == 1 {
            task(0, items);
            return;
        }
        let per_piece = groups.div_ceil(pieces);
        items
            .par_chunks_mut(per_piece * group)
            .enumerate()
            .with_max_len(1)
            .for_each(|(piece, items)| {
                let _environment = Environment::enter();
                task(piece * per_piece, items);
            });
    }
}

/// A pointer that tasks share; each writes only where no other reads or writes.
#[derive(Clone, Copy)]
pub(crate) struct Shared<T>(*mut T);

// SAFETY: a raw pointer by itself does nothing; who dereferences it vouches for disjoint accesses.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) fn new(pointer: *mut T) -> Self {
        Self(pointer)
    }

    /// The pointer, moved on by `offset` elements.
    pub(crate) fn at(self, offset: usize) -> *mut T {
        self.0.wrapping_add(offset)
    }
}
