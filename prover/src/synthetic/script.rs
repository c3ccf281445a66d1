//! A game that is known before it begins, to be played on a chain many times at once.

use super::{
    play::{play, Target},
    programs::{program, DISPUTED},
    Zeros,
};
use crate::{Defender, HashTree, ProverError};
use assay_commitment::Sha3;
use assay_game::{Claim, Entry, Move};
use assay_numerics::{Dims, Op, TensorType};
use assay_protocol::{IntervalIndex, Schedule, SegmentCommitment, SegmentIndex, StepCount};

/// Intervals of the segment.
const INTERVALS: u32 = 64;
/// Steps of an interval.
const STEPS: u32 = 64;
/// Nodes and slots of the program: those of a small transformer's training step.
const NODES: u32 = 1_024;
const SLOTS: u32 = 64;
/// Side of the matrices.
const SIDE: u32 = 1_024;

/// A segment, and the game in which an honest provider defends a tile of one of its products to the end.
#[derive(Clone, Debug)]
pub struct Script {
    /// What the game is about: the first of the job's segments, which are alike.
    pub claim: Claim,
    /// The segment's commitment.
    pub commitment: SegmentCommitment,
    /// All moves after the opening of an [`Entry::Segment`] dispute, in turns as the game asks for them.
    pub moves: Vec<Move>,
}

impl Script {
    /// The game on a job of so many segments.
    ///
    /// # Errors
    /// [`ProverError`], which there is none in a sound build.
    pub fn new(segments: u32) -> Result<Self, ProverError> {
        let zeros = zeros().ok_or(ProverError::TooLarge)?;
        let states = vec![zeros.state(); INTERVALS as usize];
        let leaves: Vec<_> = states.iter().map(|root| (*root).into()).collect();
        let commitment = SegmentCommitment::new::<Sha3>(&leaves).ok_or(ProverError::TooLarge)?;
        let steps = INTERVALS * STEPS;
        let claim = Claim {
            header: *zeros.work().header(),
            node_tree_root: zeros.work().node_tree().root(),
            datasets: Vec::new(),
            start: zeros.state().0,
            trace: commitment.trace.0,
            schedule: Schedule {
                total_steps: StepCount(u64::from(segments) * u64::from(steps)),
                steps_per_segment: steps,
                steps_per_interval: STEPS,
            },
            segment: SegmentIndex(0),
        };
        let mut defender = Defender::new(zeros.work().clone(), &states);
        defender.execute(IntervalIndex(0), zeros);
        let target = Target {
            node: DISPUTED,
            tile: u64::from(SIDE),
            block: 1,
            slot: 0,
        };
        let mut moves = Vec::new();
        let seen = |mv: &Move, _| moves.push(mv.clone());
        let end = play(
            "script",
            claim.clone(),
            Entry::Segment,
            &mut defender,
            target,
            seen,
        )?;
        moves.push(end.last);
        Ok(Self {
            claim,
            commitment,
            moves,
        })
    }
}

fn zeros() -> Option<Zeros> {
    let matrix = TensorType::f32(Dims::matrix(SIDE, SIDE).ok()?);
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let program = program(op, &[matrix, matrix], matrix, NODES, SLOTS)?;
    Some(Zeros::new(program, STEPS.into()))
}
