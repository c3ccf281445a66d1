//! A game as a table: one line for each move.

use std::fmt;

use assay_game::{Game, Party, Phase, Reason, Stage, Verdict, Walk};

use super::place::Ground;

/// The table's head.
pub const HEAD: &str = " move     block  who         in dispute     what";

/// A move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// The block that holds it.
    pub block: u32,
    /// Who made it, or should have.
    pub who: Party,
    /// What is still in dispute after it; nothing after the last.
    pub left: Option<Span>,
    /// What it says.
    pub what: String,
}

/// How much is in dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
}

/// The leaves of one of a game's trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Of a segment.
    Interval,
    /// Of an interval.
    Step,
    /// Of a step.
    Operator,
    /// Of an operator's output.
    Tile,
    /// Of a tile's fold.
    Block,
    /// Of a state.
    Slot,
}

/// A party as people call it.
pub const fn party(party: Party) -> &'static str {
    match party {
        Party::Defender => "provider",
        Party::Challenger => "challenger",
    }
}

impl Line {
    /// The move that led from one state of a game to the next, in a block.
    pub fn moved(ground: &Ground, before: &Game, after: &Game, block: u32) -> Self {
        let missed = after.round.saturating_sub(before.round).saturating_sub(1);
        let what = match missed {
            0 => told(ground, &before.phase, &after.phase),
            // Two blocks were made between two looks.
            _ => format!(
                "{} moves: {}",
                missed + 1,
                ground.place(&after.phase).parts().join(", ")
            ),
        };
        Self {
            number: after.round,
            block,
            who: before.mover(),
            left: Some(Span::of(ground, &after.phase)),
            what,
        }
    }

    /// What ended a game.
    pub fn ended(before: &Game, verdict: &Verdict, block: u32) -> Self {
        Self {
            number: before.round.saturating_add(1),
            block,
            who: before.mover(),
            left: None,
            what: ending(verdict),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.left.map_or("-".to_owned(), |left| left.to_string());
        write!(
            f,
            "{:>5}  {:>8}  {:<10}  {left:<13}  {}",
            self.number,
            self.block,
            party(self.who),
            self.what
        )
    }
}

impl Unit {
    const fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Intervals => Self::Interval,
            Stage::Steps(_) => Self::Step,
            Stage::Operators(_) => Self::Operator,
            Stage::Tiles { .. } => Self::Tile,
            Stage::Fold(_) => Self::Block,
            Stage::Slots(_) => Self::Slot,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Step => "step",
            Self::Operator => "operator",
            Self::Tile => "tile",
            Self::Block => "block",
            Self::Slot => "slot",
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.name())
    }
}

impl Span {
    const fn new(count: u64, unit: Unit) -> Self {
        Self { count, unit }
    }

    const fn one(unit: Unit) -> Self {
        Self::new(1, unit)
    }

    /// What is in dispute in a phase.
    pub fn of(ground: &Ground, phase: &Phase) -> Self {
        match phase {
            Phase::OpenIntervals => Self::new(ground.intervals().into(), Unit::Interval),
            Phase::Enter(pick) => Self::new(ground.interval(pick.interval).steps, Unit::Step),
            Phase::OpenSteps(frame) => Self::new(ground.interval(frame.interval).steps, Unit::Step),
            Phase::OpenOperators(_) => Self::new(ground.nodes.into(), Unit::Operator),
            Phase::OpenTiles(_) | Phase::OpenSlots(_) => Self::one(Unit::Operator),
            Phase::OpenFold(tile) => match tile.blocks() {
                Ok(blocks) => Self::new(blocks.into(), Unit::Block),
                Err(_) => Self::one(Unit::Tile),
            },
            Phase::Reveal(walk) | Phase::Name(walk, _) => Self::under(walk),
            Phase::Prove(_) => Self::one(Unit::Block),
            Phase::ShowSlot(_) => Self::one(Unit::Slot),
        }
    }

    /// The leaves under the node in dispute of a tree.
    fn under(walk: &Walk) -> Self {
        let (first, end) = leaves(walk);
        Self::new(end.saturating_sub(first), Unit::of(&walk.stage))
    }
}

/// The first leaf under the node in dispute of a tree, and the one after the last.
fn leaves(walk: &Walk) -> (u64, u64) {
    let cursor = &walk.cursor;
    let edge = |index: u64| {
        let wide = u128::from(index) << cursor.height.min(64);
        u64::try_from(wide).map_or(cursor.count, |leaf| leaf.min(cursor.count))
    };
    (edge(cursor.index), edge(cursor.index.saturating_add(1)))
}

/// Leaves of the tree that a move has opened. One of a single leaf is gone through at once.
fn opened(after: &Phase) -> u64 {
    match after {
        Phase::Reveal(walk) | Phase::Name(walk, _) => walk.cursor.count,
        _ => 1,
    }
}

/// What a move said, from what the game waited for before and after it.
fn told(ground: &Ground, before: &Phase, after: &Phase) -> String {
    let (from, to) = (ground.place(before), ground.place(after));
    let here = |name: Option<String>| name.unwrap_or_default();
    let opens = |unit| Span::new(opened(after), unit);
    match before {
        Phase::OpenIntervals => format!("opens the segment: {}", opens(Unit::Interval)),
        Phase::Enter(_) => format!("enters {}", here(to.interval.map(|i| i.to_string()))),
        Phase::OpenSteps(_) => format!("opens the interval: {}", opens(Unit::Step)),
        Phase::OpenOperators(_) => {
            let step = here(from.step.map(|step| step.to_string()));
            format!("opens step {step}: {}", opens(Unit::Operator))
        }
        Phase::OpenTiles(_) => {
            let operator = here(to.operator.map(|operator| operator.to_string()));
            format!("opens {operator}: {}", opens(Unit::Tile))
        }
        Phase::OpenFold(_) => format!("opens the fold of the tile: {}", opens(Unit::Block)),
        Phase::OpenSlots(_) => format!("opens the state after the step: {}", opens(Unit::Slot)),
        Phase::Reveal(walk) => format!("shows {}", parts(walk)),
        Phase::Name(walk, _) => format!("names {}", named(ground, walk, after)),
        Phase::Prove(_) | Phase::ShowSlot(_) => String::new(),
    }
}

/// What a reveal shows: leaves, or parts of several.
fn parts(walk: &Walk) -> String {
    let count = walk.cursor.revealed_count().into();
    match walk.cursor.revealed_height() {
        0 => Span::new(count, Unit::of(&walk.stage)).to_string(),
        _ => format!("{count} parts of them"),
    }
}

/// What the challenger names: a leaf, or a range of them.
fn named(ground: &Ground, walk: &Walk, after: &Phase) -> String {
    let place = ground.place(after);
    let part = match after {
        Phase::Reveal(part) => return range(ground, part),
        _ => match walk.stage {
            Stage::Intervals => place.interval.map(|interval| interval.to_string()),
            Stage::Steps(_) => place.step.map(|step| format!("step {step}")),
            Stage::Operators(_) => place.operator.map(|operator| operator.to_string()),
            Stage::Tiles { .. } => place.tile.map(|tile| tile.to_string()),
            Stage::Fold(_) => place.block.map(|block| format!("block {block}")),
            Stage::Slots(_) => place.slot.map(|slot| format!("slot {slot}")),
        },
    };
    part.unwrap_or_default()
}

/// The leaves under a node, such as `steps 64 to 127`. Steps are counted from the job's beginning.
fn range(ground: &Ground, walk: &Walk) -> String {
    let (first, end) = leaves(walk);
    let offset = match &walk.stage {
        Stage::Steps(frame) => ground.interval(frame.interval).first_step,
        _ => 0,
    };
    let unit = Unit::of(&walk.stage).name();
    let (first, last) = (
        first.saturating_add(offset),
        end.saturating_add(offset).saturating_sub(1),
    );
    format!("{unit}s {first} to {last}")
}

fn ending(verdict: &Verdict) -> String {
    let other = match verdict.winner {
        Party::Challenger => "another",
        Party::Defender => "the same",
    };
    match verdict.reason {
        Reason::TimeOut => "has let its time run out".to_owned(),
        Reason::Proof { block, .. } => {
            format!("proves block {block}: the chain computes {other} value")
        }
        Reason::Slot { slot, .. } => {
            format!("shows the operator of slot {slot}: it has {other} value")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example::{self, game, GROUND};

    /// The lines of a game that waits for one phase after the other, one move in a block from block 30 on.
    fn lines(phases: Vec<Phase>) -> Vec<String> {
        let games: Vec<Game> = (0..)
            .zip(phases)
            .map(|(round, phase)| game(round, phase))
            .collect();
        let pairs = games.windows(2).zip(30..);
        pairs
            .map(|(pair, block)| Line::moved(&GROUND, &pair[0], &pair[1], block).to_string())
            .collect()
    }

    #[test]
    fn an_argument_narrows_from_the_segment_to_a_block() {
        let told = lines(vec![
            Phase::OpenIntervals,
            example::name_interval(),
            example::enter(),
            example::open_steps(),
            example::name_step(),
            example::open_operators(),
            example::name_operator(),
            example::open_tiles(),
            example::name_tile(),
            example::open_fold(),
            example::name_block(),
            example::prove(),
        ]);
        let expected = [
            "    1        30  provider    10 intervals   opens the segment: 10 intervals",
            "    2        31  challenger  10 steps       names interval 3 (steps 130 to 139)",
            "    3        32  provider    10 steps       enters interval 3 (steps 130 to 139)",
            "    4        33  provider    10 steps       opens the interval: 10 steps",
            "    5        34  challenger  59 operators   names step 137",
            "    6        35  provider    59 operators   opens step 137: 59 operators",
            "    7        36  challenger  1 operator     names operator 41",
            "    8        37  provider    8 tiles        opens operator 41, MatMul of f32 [1, 1, 64, 100]: 8 tiles",
            "    9        38  challenger  3 blocks       names tile 7 (rows 32 to 63, columns 96 to 99)",
            "   10        39  provider    3 blocks       opens the fold of the tile: 3 blocks",
            "   11        40  challenger  1 block        names block 2",
        ];
        assert_eq!(told, expected);
        let column = |text: &str, word: &str| text.find(word);
        assert_eq!(column(HEAD, "who"), column(expected[0], "provider"));
        assert_eq!(column(HEAD, "what"), column(expected[0], "opens"));
    }

    #[test]
    fn a_wide_level_narrows_in_parts() {
        let told = lines(vec![
            example::name_step(),
            example::reveal_steps(),
            example::name_step(),
        ]);
        assert_eq!(
            told,
            [
                "    1        30  challenger  64 steps       names steps 258 to 321",
                "    2        31  provider    10 steps       shows 64 steps",
            ]
        );
    }

    #[test]
    fn a_state_narrows_to_a_slot() {
        let told = lines(vec![
            example::open_slots(),
            example::name_slot(),
            example::show_slot(),
        ]);
        assert_eq!(
            told,
            [
                "    1        30  provider    12 slots       opens the state after the step: 12 slots",
                "    2        31  challenger  1 slot         names slot 5",
            ]
        );
    }

    #[test]
    fn a_tile_of_one_block_is_proved_at_once() {
        let told = lines(vec![example::name_tile(), example::prove()]);
        let expected = "    1        30  challenger  1 block        names tile 7 (rows 32 to 63, columns 96 to 99)";
        assert_eq!(told, [expected]);
    }

    #[test]
    fn moves_that_were_not_seen_are_counted() {
        let (before, after) = (
            game(4, example::name_step()),
            game(6, example::name_operator()),
        );
        let line = Line::moved(&GROUND, &before, &after, 40);
        assert_eq!((line.number, line.block), (6, 40));
        assert_eq!(
            line.what,
            "2 moves: interval 3 (steps 130 to 139), step 137"
        );
    }

    #[test]
    fn the_last_line_says_why() {
        let ended = |phase, winner, reason| {
            let line = Line::ended(&game(11, phase), &Verdict { winner, reason }, 41);
            assert_eq!((line.number, line.left), (12, None));
            (line.who, line.what)
        };
        let convicted = ended(example::prove(), Party::Challenger, example::proof());
        let what = "proves block 2: the chain computes another value";
        assert_eq!(convicted, (Party::Defender, what.to_owned()));
        let acquitted = ended(example::show_slot(), Party::Defender, example::slot());
        let what = "shows the operator of slot 5: it has the same value";
        assert_eq!(acquitted, (Party::Defender, what.to_owned()));
        let late = ended(example::name_step(), Party::Defender, Reason::TimeOut);
        assert_eq!(
            late,
            (Party::Challenger, "has let its time run out".to_owned())
        );
    }
}
