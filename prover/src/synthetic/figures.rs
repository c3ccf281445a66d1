//! Figures of the largest games.

use super::{
    programs::{product, widest_map, DISPUTED},
    Zeros,
};
use crate::{Defender, HashTree, ProverError, SyntheticTree};
use assay_commitment::{trace_root_from_tree, Level, Sha3, StateRoot};
use assay_game::{
    Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Party, Phase, Stage, Transcript,
    Verdict, Walk,
};
use assay_program::ValidProgram;
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};
use codec::Encode;
use std::time::{Duration, Instant};

/// Most intervals of a segment.
const INTERVALS: u64 = 1 << 20;
/// Most steps of an interval.
const STEPS: u64 = 1 << 12;

/// What a game took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameFigures {
    /// Which game.
    pub name: &'static str,
    /// How often the defender showed nodes of a tree.
    pub reveals: u32,
    /// Moves of both sides.
    pub moves: u32,
    /// Bytes of all moves, as encoded.
    pub bytes: u64,
    /// Bytes of the largest move.
    pub largest_move: u64,
    /// Bytes of the last move.
    pub last_move: u64,
    /// Time that checking the last move took, in this process.
    pub last_move_time: Duration,
    /// How it ended.
    pub verdict: Verdict,
}

impl GameFigures {
    /// As a JSON object.
    pub fn json(&self) -> String {
        format!(
            concat!(
                r#"{{"name":"{}","reveals":{},"moves":{},"bytes":{},"largest_move":{},"#,
                r#""last_move":{},"last_move_seconds":{:.6}}}"#
            ),
            self.name,
            self.reveals,
            self.moves,
            self.bytes,
            self.largest_move,
            self.last_move,
            self.last_move_time.as_secs_f64(),
        )
    }
}

/// Where a challenger leads a game.
#[derive(Clone, Copy, Debug)]
struct Target {
    node: u32,
    tile: u64,
    block: u64,
    slot: u64,
}

/// The games with most reveals, on a tile and on the next state, and the game with the largest move.
///
/// # Errors
/// [`ProverError`], which there is none in a sound build.
pub fn largest_games() -> Result<Vec<GameFigures>, ProverError> {
    // 2^13 blocks and 2^22 tiles: no product has a taller pair of trees, as its sides have at most 2^24 tiles each.
    let deepest = product(1 << 16, 1 << 18, 1 << 16);
    let tile = Target {
        node: DISPUTED,
        tile: (1 << 22) - 1,
        block: 8190,
        slot: 0,
    };
    let slots = product(32, 32, 32);
    let commit = Target {
        node: u32::MAX,
        tile: 0,
        block: 0,
        slot: 4095,
    };
    let first = Target {
        node: DISPUTED,
        tile: 0,
        block: 0,
        slot: 0,
    };
    [
        ("tile", deepest, tile),
        ("state", slots, commit),
        ("widest", widest_map(), first),
    ]
    .into_iter()
    .map(|(name, program, target)| play(name, program, target))
    .collect()
}

/// Games on a product with 10^4 parameters and on one with 10^9, to the same block.
///
/// # Errors
/// [`ProverError`], which there is none in a sound build.
pub fn proofs_by_size() -> Result<Vec<GameFigures>, ProverError> {
    let target = Target {
        node: DISPUTED,
        tile: 0,
        block: 1,
        slot: 0,
    };
    [
        ("10^4 parameters", product(32, 96, 96), target),
        ("10^9 parameters", product(32, 32_768, 32_768), target),
    ]
    .into_iter()
    .map(|(name, program, target)| play(name, program, target))
    .collect()
}

fn play(
    name: &'static str,
    program: Option<ValidProgram>,
    target: Target,
) -> Result<GameFigures, ProverError> {
    let zeros = Zeros::new(program.ok_or(ProverError::TooLarge)?, STEPS);
    let claim = claim(&zeros);
    let interval = IntervalIndex(0);
    let roots = vec![zeros.state(); INTERVALS as usize];
    let mut defender = Defender::new(zeros.work().clone(), &roots);
    defender.execute(interval, zeros);
    let mut table = Table::new(&claim)?;
    loop {
        let mv = match &table.game.phase {
            Phase::Name(walk, _) => Move::Name(towards(walk, target)),
            _ => defender.answer(&claim, &table.game)?,
        };
        if let Some((verdict, time)) = table.take(&claim, &mv)? {
            return Ok(table.figures(name, verdict, time));
        }
    }
}

/// The claim of a segment with as many intervals and steps as there may be.
fn claim(zeros: &Zeros) -> Claim {
    let StateRoot(state) = zeros.state();
    let intervals = SyntheticTree::uniform(INTERVALS, state);
    let steps = u32::MAX;
    Claim {
        header: *zeros.work().header(),
        node_tree_root: zeros.work().node_tree().root(),
        datasets: Vec::new(),
        start: state,
        trace: trace_root_from_tree::<Sha3>(Level::Interval, INTERVALS, intervals.root()).0,
        schedule: Schedule {
            total_steps: StepCount(steps.into()),
            steps_per_segment: steps,
            steps_per_interval: STEPS as u32,
        },
        segment: SegmentIndex(0),
    }
}

/// Which of the nodes shown leads to the target.
fn towards(walk: &Walk, target: Target) -> u8 {
    let last = walk.cursor.count.saturating_sub(1);
    let leaf = match &walk.stage {
        Stage::Intervals => 0,
        Stage::Steps(_) => last,
        Stage::Operators(_) => last.min(target.node.into()),
        Stage::Tiles { .. } => target.tile,
        Stage::Fold(_) => target.block,
        Stage::Slots(_) => target.slot,
    };
    let node = leaf.min(last) >> walk.cursor.revealed_height();
    u8::try_from(node.saturating_sub(walk.cursor.revealed_first())).unwrap_or_default()
}

/// A game in progress.
struct Table {
    game: Box<Game>,
    defence: Defence,
    reveals: u32,
    sizes: Vec<u64>,
}

impl Table {
    fn new(claim: &Claim) -> Result<Self, ProverError> {
        let budget = Budget {
            allowance: 1,
            challenger: 1,
        };
        let mut defence = Defence::new(1);
        let transcript = Transcript::start(GameId([0; 32]));
        let game = Game::begin(claim, Entry::Segment, transcript, budget, &mut defence, 0)?;
        Ok(Self {
            game: Box::new(game),
            defence,
            reveals: 0,
            sizes: Vec::new(),
        })
    }

    /// Takes a move; at the end says how the game ended and how long checking the move took.
    fn take(
        &mut self,
        claim: &Claim,
        mv: &Move,
    ) -> Result<Option<(Verdict, Duration)>, ProverError> {
        self.sizes.push(mv.encoded_size() as u64);
        let shows = !matches!(mv, Move::Enter(_) | Move::Prove(_) | Move::ShowSlot(_));
        let defends = self.game.mover() == Party::Defender;
        self.reveals = self.reveals.saturating_add(u32::from(shows && defends));
        let game = self.game.clone();
        let begun = Instant::now();
        let outcome = game.next::<Sha3>(claim, &mut self.defence, mv, 0)?;
        Ok(match outcome {
            Outcome::Game(game) => {
                self.game = game;
                None
            }
            Outcome::Verdict(verdict) => Some((verdict, begun.elapsed())),
        })
    }

    fn figures(
        self,
        name: &'static str,
        verdict: Verdict,
        last_move_time: Duration,
    ) -> GameFigures {
        GameFigures {
            name,
            reveals: self.reveals,
            moves: u32::try_from(self.sizes.len()).unwrap_or(u32::MAX),
            bytes: self.sizes.iter().sum(),
            largest_move: self.sizes.iter().copied().max().unwrap_or_default(),
            last_move: self.sizes.last().copied().unwrap_or_default(),
            last_move_time,
            verdict,
        }
    }
}
