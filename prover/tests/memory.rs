//! A defender's memory is bounded by the values of one step, however long the interval is.

use assay_game::Party;
use assay_prover::synthetic::LongInterval;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

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

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most memory that a defence of the interval takes.
fn peak(interval: &LongInterval) -> usize {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    assert_eq!(interval.defend().unwrap().winner, Party::Defender);
    PEAK.load(Ordering::Relaxed) - before
}

#[test]
fn memory_is_bounded_by_one_step() {
    let (short, long) = (
        LongInterval::new(8).unwrap(),
        LongInterval::new(136).unwrap(),
    );
    // The process's thread pool is made once.
    peak(&short);
    let few = peak(&short);
    assert!(
        few as u64 <= short.values() + 2 * short.state(),
        "{few} bytes, a step has {} and reads {}",
        short.values(),
        short.state()
    );
    // A root and its part of the tree for each step.
    let (many, more) = (peak(&long), 128 * 256);
    assert!(many <= few + more, "{many} bytes after {few}");
}
