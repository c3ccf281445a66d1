//! What sides say when they have no move to make.

use assay_commitment::{trace_root, Level, Sha3, StateRoot};
use assay_engine::Options;
use assay_game::{
    Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Party, Phase, Transcript,
};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Expr, GraphBuilder};
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};
use assay_prover::{Challenger, Defender, HashTree, ProverError, Replay, Work};

/// Intervals of the segment, and steps of each.
const INTERVALS: u32 = 4;
const STEPS: u32 = 3;

fn scalar(value: f32) -> Tensor {
    Tensor::from_f32(Dims::matrix(1, 1).unwrap(), &[value]).unwrap()
}

fn root(value: f32) -> StateRoot {
    let slot = assay_commitment::tensor_root_of::<Sha3>(&scalar(value));
    assay_commitment::state_root::<Sha3>(&[slot])
}

/// A counter that adds one in every step.
fn work() -> Work {
    let mut graph = GraphBuilder::new([0; 32]);
    let counter = graph.slot(TensorType::f32(Dims::matrix(1, 1).unwrap()));
    let next = graph.map(Expr::from(counter) + 1.0).unwrap();
    graph.set_next(counter, next).unwrap();
    let built = graph.finish().unwrap();
    Work::new(
        built.program.validate().unwrap(),
        built.constants,
        Vec::new(),
    )
}

/// Where a counter stands after each interval that begins at `from`.
fn ends(from: f32) -> Vec<StateRoot> {
    let end = |interval: u32| root(from + (STEPS * (interval + 1)) as f32);
    (0..INTERVALS).map(end).collect()
}

fn claim(ends: &[StateRoot]) -> Claim {
    let work = work();
    Claim {
        header: *work.header(),
        node_tree_root: work.node_tree().root(),
        datasets: Vec::new(),
        start: root(0.0).0,
        trace: trace_root::<Sha3>(Level::Interval, ends).0,
        schedule: Schedule {
            total_steps: StepCount((INTERVALS * STEPS).into()),
            steps_per_segment: INTERVALS * STEPS,
            steps_per_interval: STEPS,
        },
        segment: SegmentIndex(0),
    }
}

/// The interval executed from a counter that stands at `start`.
fn replay(interval: IntervalIndex, start: f32) -> Replay {
    let steps = claim(&ends(0.0)).steps(interval);
    Replay::new(work(), steps, vec![scalar(start)], Options::default()).unwrap()
}

struct Table {
    claim: Claim,
    defence: Defence,
    game: Game,
}

impl Table {
    fn new(ends: &[StateRoot], entry: Entry) -> Self {
        let claim = claim(ends);
        let budget = Budget {
            allowance: 1,
            challenger: 1,
        };
        let mut defence = Defence::new(1);
        let transcript = Transcript::start(GameId([0; 32]));
        let game = Game::begin(&claim, entry, transcript, budget, &mut defence, 0).unwrap();
        Self {
            claim,
            defence,
            game,
        }
    }

    fn take(&mut self, mv: &Move) {
        let game = self.game.clone();
        match game.next::<Sha3>(&self.claim, &mut self.defence, mv, 0) {
            Ok(Outcome::Game(game)) => self.game = *game,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_execution_is_asked_for_when_it_is_needed() {
    let ends = ends(0.0);
    let mut table = Table::new(&ends, Entry::Segment);
    let mut defender = Defender::new(work(), &ends);
    let mut challenger: Challenger<Replay> = Challenger::new(&ends);
    assert_eq!(
        challenger.answer(&table.game),
        Err(ProverError::NotOurTurn(Party::Defender))
    );
    // The intervals and the ends of one of them are known without an execution.
    for name in [None, Some(2), None] {
        assert_eq!(defender.missing(&table.game), None);
        let mv = match name {
            Some(at) => {
                assert_eq!(challenger.missing(&table.game), None);
                assert_eq!(
                    defender.answer(&table.claim, &table.game),
                    Err(ProverError::NotOurTurn(Party::Challenger))
                );
                assert_eq!(
                    challenger.answer(&table.game),
                    Err(ProverError::NothingDiffers)
                );
                Move::Name(at)
            }
            None => defender.answer(&table.claim, &table.game).unwrap(),
        };
        table.take(&mv);
    }
    let (wanted, other) = (IntervalIndex(2), IntervalIndex(1));
    assert!(matches!(table.game.phase, Phase::OpenSteps(_)));
    for _ in 0..2 {
        assert_eq!(defender.missing(&table.game), Some(wanted));
        assert_eq!(
            defender.answer(&table.claim, &table.game),
            Err(ProverError::NotExecuted(wanted))
        );
        defender.execute(other, replay(other, 3.0));
    }
    defender.execute(wanted, replay(wanted, 6.0));
    assert_eq!(defender.missing(&table.game), None);
    table.take(&defender.answer(&table.claim, &table.game).unwrap());
    assert_eq!(challenger.missing(&table.game), Some(wanted));
    assert_eq!(
        challenger.answer(&table.game),
        Err(ProverError::NotExecuted(wanted))
    );
    challenger.execute(wanted, replay(wanted, 6.0));
    assert_eq!(
        challenger.answer(&table.game),
        Err(ProverError::NothingDiffers)
    );
}

#[test]
fn roots_that_were_not_committed_are_not_defended() {
    let (committed, others) = (ends(0.0), ends(1.0));
    let table = Table::new(&committed, Entry::Segment);
    for roots in [&others[..], &committed[..3]] {
        let mut defender: Defender<Replay> = Defender::new(work(), roots);
        assert_eq!(
            defender.answer(&table.claim, &table.game),
            Err(ProverError::NotCommitted {
                expected: 4,
                found: roots.len() as u64
            })
        );
    }
}

/// A segment that goes wrong in its first interval, challenged at its last one.
#[test]
fn a_challenger_learns_that_an_earlier_interval_is_wrong() {
    let told = ends(1.0);
    let last = IntervalIndex(INTERVALS - 1);
    let mut table = Table::new(&told, Entry::Interval(last));
    let mut defender = Defender::new(work(), &told);
    let mut challenger = Challenger::new(&[]);
    defender.execute(last, replay(last, 10.0));
    challenger.execute(last, replay(last, 9.0));
    for _ in 0..2 {
        table.take(&defender.answer(&table.claim, &table.game).unwrap());
    }
    assert_eq!(challenger.answer(&table.game), Err(ProverError::OtherStart));
}

#[test]
fn without_roots_a_segment_cannot_be_argued() {
    let told = ends(1.0);
    let mut table = Table::new(&told, Entry::Segment);
    let mut defender: Defender<Replay> = Defender::new(work(), &told);
    let mut challenger: Challenger<Replay> = Challenger::new(&[]);
    table.take(&defender.answer(&table.claim, &table.game).unwrap());
    assert_eq!(
        challenger.answer(&table.game),
        Err(ProverError::TreeSize {
            level: Level::Interval,
            expected: 4,
            found: 0
        })
    );
}
