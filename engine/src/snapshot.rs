//! States set aside, so that they can be hashed and stored while training goes on.

use crate::changes::{Change, Stale};
use crate::{roots, EngineError, Hasher, State};
use assay_commitment::StateRoot;
use assay_numerics::{Tensor, TensorType};
use rayon::prelude::*;
use rayon::ThreadPool;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// Words of a copy, or of a piece of it, that are worth giving to another thread.
const WORDS_WORTH_SHARING: usize = 1 << 17;

/// Room for a second copy of a program's state, with threads of its own that hash it.
///
/// [`Engine::set_aside`](crate::Engine::set_aside) copies a state into it, but only what has changed since the last time. Then
/// root and slots can be had while the engine takes further steps with the state itself.
#[derive(Debug)]
pub struct Snapshot {
    state: State,
    /// When the state was copied, if it has been.
    time: Option<u64>,
    changes: Arc<[Change]>,
    hasher: Hasher,
    pool: ThreadPool,
}

impl Snapshot {
    /// Room for a state, which is +0 at first.
    pub(crate) fn new(
        slots: &[TensorType],
        changes: Arc<[Change]>,
        hasher: Hasher,
        pool: ThreadPool,
    ) -> Result<Self, EngineError> {
        let slots = slots
            .iter()
            .map(|ty| zeros(*ty))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            state: State::of(slots),
            time: None,
            changes,
            hasher,
            pool,
        })
    }

    /// The root of the state that was set aside. Tiles that have not changed since the last call are not hashed again.
    pub fn root(&self) -> StateRoot {
        let root = || roots::root(self.hasher, &self.state, &self.changes);
        if roots::is_worth_sharing(&self.state) {
            self.pool.install(root)
        } else {
            root()
        }
    }

    /// The slots that were set aside, in order.
    pub fn slots(&self) -> &[Tensor] {
        self.state.slots()
    }

    /// Makes this a copy of a state of the same types, on a thread pool or on the process's.
    pub(crate) fn copy(&mut self, state: &mut State, pool: Option<&ThreadPool>) {
        static TIMES: AtomicU64 = AtomicU64::new(0);
        let time = TIMES.fetch_add(1, Ordering::Relaxed);
        let stale = state.set_aside(time, self.time.replace(time));
        let (from, to) = (&state.slots, &mut self.state.slots);
        let words = from.iter().zip(&stale);
        let words: usize = words
            .map(|(slot, stale)| stale.words(slot.ty()).len())
            .sum();
        match pool {
            _ if words <= WORDS_WORTH_SHARING => copy_alone(from, to, &stale),
            Some(pool) => pool.install(|| copy_together(from, to, &stale)),
            None => copy_together(from, to, &stale),
        }
        self.state.roots.note(stale);
    }
}

/// Copies what is stale.
fn copy_alone(from: &[Tensor], to: &mut [Tensor], stale: &[Stale]) {
    for ((from, to), stale) in from.iter().zip(to).zip(stale) {
        let words = stale.words(from.ty());
        to.words_mut()[words.clone()].copy_from_slice(&from.words()[words]);
    }
}

/// Copies what is stale, by all threads.
fn copy_together(from: &[Tensor], to: &mut [Tensor], stale: &[Stale]) {
    let slots = from.par_iter().zip(to).zip(stale);
    slots.for_each(|((from, to), stale)| {
        let words = stale.words(from.ty());
        let from = from.words()[words.clone()].par_chunks(WORDS_WORTH_SHARING);
        let to = to.words_mut()[words].par_chunks_mut(WORDS_WORTH_SHARING);
        from.zip(to).for_each(|(from, to)| to.copy_from_slice(from));
    });
}

/// A tensor of +0, unless the system has no memory for it.
fn zeros(ty: TensorType) -> Result<Tensor, EngineError> {
    let refused = || EngineError::OutOfMemory { bytes: ty.bytes() };
    let count = ty.dims.elements() as usize;
    let mut words = Vec::new();
    words.try_reserve_exact(count).map_err(|_| refused())?;
    words.resize(count, 0);
    Tensor::new(ty, words).map_err(|_| refused())
}
