//! Figures of the largest games.

use super::{
    play::{play, Target},
    programs::{product, widest_map, DISPUTED},
    SyntheticTree, Zeros,
};
use crate::{Defender, HashTree, ProverError};
use assay_commitment::{trace_root_from_tree, Level, Sha3, StateRoot};
use assay_game::{Claim, Entry, Move, Verdict};
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
    .map(|(name, program, target)| figures(name, program, target))
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
    .map(|(name, program, target)| figures(name, program, target))
    .collect()
}

fn figures(
    name: &'static str,
    program: Option<ValidProgram>,
    target: Target,
) -> Result<GameFigures, ProverError> {
    let zeros = Zeros::new(program.ok_or(ProverError::TooLarge)?, STEPS);
    let claim = claim(&zeros);
    let roots = vec![zeros.state(); INTERVALS as usize];
    let mut defender = Defender::new(zeros.work().clone(), &roots);
    defender.execute(IntervalIndex(0), zeros);
    let (mut reveals, mut sizes) = (0_u32, Vec::new());
    let seen = |mv: &Move, shows| {
        sizes.push(mv.encoded_size() as u64);
        reveals = reveals.saturating_add(u32::from(shows));
    };
    let position = play(name, claim, Entry::Segment, &mut defender, target, seen)?;
    let last_move = position.last.encoded_size() as u64;
    sizes.push(last_move);
    let begun = Instant::now();
    let verdict = position.verdict()?;
    Ok(GameFigures {
        name,
        reveals,
        moves: u32::try_from(sizes.len()).unwrap_or(u32::MAX),
        bytes: sizes.iter().sum(),
        largest_move: sizes.iter().copied().max().unwrap_or_default(),
        last_move,
        last_move_time: begun.elapsed(),
        verdict,
    })
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
