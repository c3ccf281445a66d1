//! A wrong state loses, in the place where it is wrong.

use crate::support::{
    programs::{every_operator, many_tiles, one_scalar, Segment, World},
    run::{Fault, Run},
    table::{assert_convicts, dispute, first_difference},
    Rng,
};
use assay_game::{Entry, Party, Reason};
use assay_protocol::IntervalIndex;
use proptest::prelude::*;

fn convict(right: &Run, fault: Fault) {
    let theirs = right.with_fault(fault);
    for entry in [first_difference(&theirs, right), Entry::Segment] {
        let (verdict, _) = dispute(&theirs, right, entry);
        assert_convicts(&verdict, fault, right);
    }
}

/// The blocks of a tile that differ in kind: first, second, last of a chunk, in between, last.
fn telling_blocks(blocks: u32) -> Vec<u32> {
    let mut chosen = vec![
        0,
        1,
        15,
        16,
        blocks / 2,
        blocks.saturating_sub(2),
        blocks - 1,
    ];
    chosen.retain(|block| *block < blocks);
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[test]
fn one_wrong_word_in_any_operator_is_found() {
    let mut world = every_operator();
    world.segment = Segment {
        index: 3,
        steps: 2,
        per_interval: 2,
    };
    let right = Run::honest(&world);
    for node in 0..world.commit() {
        let tiles = right.node(node).output.dims.tiles();
        for tile in [0, tiles - 1] {
            let at = right.context(1, node, tile).at;
            for block in telling_blocks(right.node(node).operation().blocks(at)) {
                for register in 0..2 {
                    convict(
                        &right,
                        Fault {
                            step: 1,
                            node,
                            tile,
                            block,
                            register,
                        },
                    );
                }
            }
        }
    }
}

#[test]
fn a_fault_is_found_in_every_step_and_tile() {
    let mut world = many_tiles();
    for per_interval in [1, 3, 5] {
        world.segment.per_interval = per_interval;
        let right = Run::honest(&world);
        for (step, tile) in [(0, 0), (0, 95), (1, 63), (2, 64), (3, 31), (4, 95)] {
            convict(
                &right,
                Fault {
                    step,
                    node: 1,
                    tile,
                    block: 0,
                    register: 0,
                },
            );
        }
    }
}

#[test]
fn a_slot_that_is_not_its_nodes_output_is_found() {
    for world in [every_operator(), one_scalar(), many_tiles()] {
        let right = Run::honest(&world);
        for (step, slot) in (0..5).flat_map(|step| (0..world.start.len()).map(move |s| (step, s))) {
            let theirs = right.with_slot(step, slot);
            let (verdict, _) = dispute(&theirs, &right, Entry::Segment);
            let each = world.segment.per_interval;
            assert_eq!(verdict.winner, Party::Challenger);
            assert_eq!(
                verdict.reason,
                Reason::Slot {
                    interval: IntervalIndex(step as u32 / each),
                    step: step as u32 % each,
                    slot: slot as u32,
                    claimed: theirs.steps[step].after.roots[slot],
                    computed: right.steps[step].after.roots[slot],
                }
            );
        }
    }
}

#[test]
fn a_state_that_is_wrong_and_right_again_is_found() {
    let mut world = every_operator();
    world.segment.per_interval = 5;
    let right = Run::honest(&world);
    // A word changed twice is right again.
    let theirs = right.with_slot(1, 0).with_slot(2, 0).with_slot(3, 0);
    let differs = |step: usize| theirs.state_after(step) != right.state_after(step);
    assert_eq!(
        [0, 1, 2, 3, 4].map(differs),
        [false, true, false, true, true]
    );
    let (verdict, _) = dispute(&theirs, &right, Entry::Segment);
    assert_eq!(verdict.winner, Party::Challenger);
    let reason = verdict.reason;
    assert!(matches!(reason, Reason::Slot { step: 1, .. }), "{reason:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_wrong_word_of_a_random_program_is_found(seed: u64, steps in 1u32..4, per_interval in 1u32..4) {
        let segment = Segment { index: (seed >> 40) as u32, steps, per_interval: per_interval.min(steps) };
        let world = World::random(seed, segment);
        let right = Run::honest(&world);
        let mut rng = Rng(seed);
        for _ in 0..4 {
            let node = rng.below(world.commit().into()) as u32;
            let tile = rng.below(right.node(node).output.dims.tiles());
            let step = rng.below(steps.into()) as usize;
            let at = right.context(step, node, tile).at;
            let block = rng.below(right.node(node).operation().blocks(at).into()) as u32;
            convict(&right, Fault { step, node, tile, block, register: rng.below(2) as usize });
        }
    }
}
