//! How much memory a piece of work takes.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The system's allocator, counting the bytes that the process holds. It counts only as the `#[global_allocator]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    /// Does some work, and says how many bytes more than before all threads together held at most meanwhile. One such
    /// piece of work at a time.
    pub fn peak<R>(work: impl FnOnce() -> R) -> (R, usize) {
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let done = work();
        let peak = PEAK.load(Ordering::Relaxed).saturating_sub(before);
        (done, peak)
    }
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(start, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn the_most_that_was_held_is_told() {
        let (kept, peak) = Counting::peak(|| {
            drop(black_box(vec![1u8; 5 << 20]));
            black_box(vec![1u8; 3 << 20])
        });
        // Other tests may run meanwhile, with little memory.
        assert!((5 << 20..6 << 20).contains(&peak), "{peak} bytes");
        assert_eq!(kept.len(), 3 << 20);
    }
}
