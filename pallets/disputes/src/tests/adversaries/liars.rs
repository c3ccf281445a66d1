//! Challengers that say of what is right that it is wrong: the provider proves it right, and their bond is lost.

use std::sync::Arc;

use assay_game::{Entry, Move, Phase, Stage};
use assay_numerics::Tensor;
use assay_protocol::IntervalIndex;

use crate::{
    mock::game,
    tests::real::{
        acquit, custom, every_operator, found, many_tiles, values, Found, Player, Tale, NODES,
        STEPS,
    },
    Error,
};

const SECOND: Entry = Entry::Interval(IntervalIndex(1));
/// A product of four tiles and three blocks.
const PRODUCT: u8 = 2;
/// A product of one tile and 19 blocks, in two chunks.
const LONG: u8 = 17;
/// `Commit`.
const COMMIT: u8 = NODES as u8;

/// Says of one level that it is that.
type IsLevel = fn(&Stage) -> bool;

/// What a liar names on each level.
#[derive(Clone, Copy, Default)]
struct Lie {
    interval: u8,
    step: u8,
    operator: u8,
    tile: u8,
    block: u8,
    slot: u8,
}

impl Lie {
    const fn pick(self, stage: &Stage) -> u8 {
        match stage {
            Stage::Intervals => self.interval,
            Stage::Steps(_) => self.step,
            Stage::Operators(_) => self.operator,
            Stage::Tiles { .. } => self.tile,
            Stage::Fold(_) => self.block,
            Stage::Slots(_) => self.slot,
        }
    }
}

/// Where the lie is refuted.
fn refuted(entry: Entry, lie: Lie) -> Found {
    let liar = Player::naming(move |stage| lie.pick(stage));
    found(acquit(every_operator(), entry, liar).verdict)
}

#[test]
fn a_lie_about_any_interval_step_tile_or_block_loses() {
    for (interval, step, tile, block) in [(0, 0, 0, 0), (0, 1, 1, 1), (1, 0, 2, 2), (1, 1, 3, 0)] {
        let lie = Lie {
            interval,
            step,
            operator: PRODUCT,
            tile,
            block,
            ..Lie::default()
        };
        assert_eq!(refuted(Entry::Segment, lie), Found::Node(PRODUCT.into()));
    }
    for block in [0, 15, 16, 18] {
        let lie = Lie {
            operator: LONG,
            block,
            ..Lie::default()
        };
        assert_eq!(refuted(SECOND, lie), Found::Node(LONG.into()));
    }
}

#[test]
fn a_lie_about_any_operator_loses() {
    for operator in 0..NODES as u8 {
        let lie = Lie {
            operator,
            ..Lie::default()
        };
        assert_eq!(refuted(SECOND, lie), Found::Node(operator.into()));
    }
}

#[test]
fn a_lie_about_a_slot_loses() {
    for slot in [0, 1] {
        let lie = Lie {
            operator: COMMIT,
            slot,
            ..Lie::default()
        };
        assert_eq!(refuted(SECOND, lie), Found::Slot(slot.into()));
    }
}

#[test]
fn a_lie_about_one_of_many_tiles_loses() {
    // Two names lead to a tile: a pair, and one of its halves.
    let liar = Player::naming(|stage| match stage {
        Stage::Operators(_) => 1,
        _ => 0,
    });
    let verdict = acquit(many_tiles(), SECOND, liar).verdict;
    assert_eq!(found(verdict), Found::Node(1));
}

#[test]
fn a_liar_that_falls_silent_on_any_level_loses() {
    let levels: [(u8, IsLevel); 6] = [
        (0, |stage| matches!(stage, Stage::Intervals)),
        (0, |stage| matches!(stage, Stage::Steps(_))),
        (0, |stage| matches!(stage, Stage::Operators(_))),
        (PRODUCT, |stage| matches!(stage, Stage::Tiles { .. })),
        (PRODUCT, |stage| matches!(stage, Stage::Fold(_))),
        (COMMIT, |stage| matches!(stage, Stage::Slots(_))),
    ];
    for (operator, stops) in levels {
        let lie = Lie {
            operator,
            ..Lie::default()
        };
        let liar = Player::new(move |id| match game(id).phase {
            Phase::Name(walk, _) if !stops(&walk.stage) => Some(Move::Name(lie.pick(&walk.stage))),
            _ => None,
        });
        let played = acquit(every_operator(), Entry::Segment, liar);
        assert_eq!(found(played.verdict), Found::Silence);
        assert_eq!(played.refused, None);
    }
}

#[test]
fn naming_what_was_not_shown_costs_a_liar_its_time() {
    for at in [2, 63, 64, u8::MAX] {
        let played = acquit(every_operator(), SECOND, Player::naming(move |_| at));
        assert_eq!(found(played.verdict), Found::Silence);
        assert_eq!(played.refused, Some(custom(Error::NoSuchNode)));
    }
}

#[test]
fn whoever_believes_something_false_loses() {
    let job = every_operator();
    let flip = |output: &mut Tensor| output.words_mut()[0] ^= 1;
    let tales = [
        Tale::with_output(job, STEPS - 1, PRODUCT.into(), flip),
        Tale::altered(job, STEPS - 1, |step| step.after = step.before.clone()),
        Tale::of_another(job, |world| {
            world.constants[0] = values(world.constants[0].ty(), 1);
        }),
    ];
    for tale in tales.map(Arc::new) {
        for entry in [SECOND, Entry::Segment] {
            acquit(job, entry, Player::believing(&tale));
        }
    }
}
