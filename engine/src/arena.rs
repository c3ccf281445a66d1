//! One block of memory for all intermediate values.

use crate::EngineError;
use std::alloc::{alloc_zeroed, dealloc, Layout};
use std::ptr::NonNull;

/// Bytes of a line of cache, to which the arena and everything in it are aligned.
const LINE: usize = 64;
/// Words of a line.
pub(crate) const LINE_WORDS: usize = LINE / 4;

/// Words of memory, +0 at first, freed when this is dropped.
#[derive(Debug)]
pub(crate) struct Arena {
    start: NonNull<u32>,
    layout: Layout,
}

// SAFETY: the arena owns its memory and gives out raw pointers alone.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    /// Takes `words` words from the system.
    pub(crate) fn new(words: usize) -> Result<Self, EngineError> {
        let refused = EngineError::OutOfMemory {
            bytes: (words as u64).saturating_mul(4),
        };
        let bytes = words.max(LINE_WORDS).checked_mul(4);
        let layout = bytes
            .and_then(|bytes| Layout::from_size_align(bytes, LINE).ok())
            .ok_or(refused.clone())?;
        // SAFETY: the layout has at least one line.
        let start = unsafe { alloc_zeroed(layout) };
        let start = NonNull::new(start.cast()).ok_or(refused)?;
        Ok(Self { start, layout })
    }

    /// The word at `offset`, which must lie inside to be used.
    pub(crate) fn at(&self, offset: usize) -> *mut u32 {
        self.start.as_ptr().wrapping_add(offset)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout, and nobody else frees it.
        unsafe { dealloc(self.start.as_ptr().cast(), self.layout) };
    }
}
