//! A defender's memory is bounded by the values of one step, however long the interval is.

use assay_game::Party;
use assay_prover::synthetic::LongInterval;
use assay_testing::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most memory that a defence of the interval takes.
fn peak(interval: &LongInterval) -> usize {
    let (verdict, bytes) = Counting::peak(|| interval.defend().unwrap());
    assert_eq!(verdict.winner, Party::Defender);
    bytes
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
