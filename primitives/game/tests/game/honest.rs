//! A party that tells the truth does not lose.

use crate::support::{
    player,
    programs::{every_operator, many_tiles, one_scalar, Segment, World},
    run::Run,
    table::Table,
    Rng,
};
use assay_game::{Entry, Party, Verdict};
use assay_protocol::IntervalIndex;
use proptest::prelude::*;

/// A game against a challenger that names nodes by lot.
fn against_names_by_lot(run: &Run, entry: Entry, seed: u64) -> (Verdict, Table) {
    let mut rng = Rng(seed);
    let mut table = Table::new(run.claim(), entry);
    let verdict = table.play(
        |claim, phase| player::defend(run, claim, phase),
        |_, shown| rng.below(shown.len() as u64) as u8,
    );
    (verdict, table)
}

/// Every way to challenge a segment.
fn entries(world: &World) -> impl Iterator<Item = Entry> {
    let intervals = (0..world.intervals()).map(|interval| Entry::Interval(IntervalIndex(interval)));
    intervals.chain([Entry::Segment])
}

/// Every challenge of a segment, some games each.
fn defend_everywhere(world: &World, games: u64) {
    let run = Run::honest(world);
    for entry in entries(world) {
        for seed in 0..games {
            let (verdict, table) = against_names_by_lot(&run, entry, seed);
            let place = (entry, seed, verdict.reason);
            assert_eq!(verdict.winner, Party::Defender, "{place:?}");
            assert!(table.moves.len() <= 34);
        }
    }
}

#[test]
fn a_true_claim_stands_whatever_is_named() {
    defend_everywhere(&every_operator(), 40);
    defend_everywhere(&many_tiles(), 8);
}

#[test]
fn the_smallest_trees_are_walked() {
    let mut world = one_scalar();
    for (index, steps, per_interval) in [
        (0, 1, 1),
        (0, 2, 1),
        (3, 2, 2),
        (3, 3, 2),
        (0, 65, 65),
        (0, 66, 1),
        (u32::MAX, 4, 4),
    ] {
        world.segment = Segment {
            index,
            steps,
            per_interval,
        };
        defend_everywhere(&world, 4);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_true_claim_of_a_random_program_stands(seed: u64, steps in 1u32..4, per_interval in 1u32..4) {
        let segment = Segment { index: (seed >> 40) as u32, steps, per_interval: per_interval.min(steps) };
        let world = World::random(seed, segment);
        let run = Run::honest(&world);
        for entry in entries(&world) {
            let (verdict, _) = against_names_by_lot(&run, entry, seed);
            prop_assert_eq!(verdict.winner, Party::Defender, "{:?}", verdict.reason);
        }
    }
}
