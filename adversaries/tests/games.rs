//! Every fault is found, argued about and convicted, without a chain.

#[allow(dead_code, reason = "the worker's tests need more of it")]
#[path = "../../worker/tests/common/small_job.rs"]
mod small_job;

use std::sync::Arc;

use assay_adversaries::{Crooked, Fault, Kind};
use assay_commitment::{Sha3, StateRoot};
use assay_engine::{Simd, State};
use assay_game::{
    limits, Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Party, Reason, Transcript,
    Verdict,
};
use assay_numerics::Tensor;
use assay_protocol::{IntervalIndex, SegmentIndex};
use assay_prover::{entry, Challenger, Defender, ProverError};
use assay_worker::{
    commitment_of,
    compute::{BoxedExecution, Compute, Honest},
    material::{check, loss_tape, Machine, Material},
};
use codec::Encode;
use small_job::SmallJob;

const SEGMENT: SegmentIndex = SegmentIndex(1);
const MACHINE: Machine = Machine {
    simd: Simd::Auto,
    memory_bytes: 1 << 30,
};

/// What somebody computed in a segment.
struct Computed {
    compute: Arc<dyn Compute>,
    /// The slots before each interval.
    starts: Vec<Vec<Tensor>>,
    roots: Vec<assay_protocol::StateRoot>,
}

fn material(job: &SmallJob) -> Material {
    let spec = job.spec("http://localhost:1");
    Material {
        program: job.program.clone(),
        constants: Vec::new().into(),
        datasets: job.datasets.clone().into(),
        work: check(&job.program, &spec, 1 << 30).unwrap(),
        tape: loss_tape(job.program.get()),
    }
}

/// Takes a segment's steps from a state.
fn computed(
    job: &SmallJob,
    segment: SegmentIndex,
    compute: Arc<dyn Compute>,
    start: Vec<Tensor>,
) -> (Computed, Vec<Tensor>) {
    let mut stepper = compute.stepper(&material(job), MACHINE).unwrap();
    let mut state = State::new(&job.program, start).unwrap();
    let (mut starts, mut roots) = (Vec::new(), Vec::new());
    for interval in (0..job.schedule.intervals_of(segment)).map(IntervalIndex) {
        starts.push(state.slots().to_vec());
        let steps = job.schedule.steps_of_interval(segment, interval);
        for step in steps.first.0..steps.end().0 {
            stepper.step(&mut state, &job.datasets, step).unwrap();
        }
        roots.push(stepper.root(&state));
    }
    let computed = Computed {
        compute,
        starts,
        roots,
    };
    (computed, state.into_slots())
}

impl Computed {
    fn roots(&self) -> Vec<StateRoot> {
        self.roots.iter().map(|root| StateRoot(root.0)).collect()
    }

    fn execution(
        &self,
        job: &SmallJob,
        interval: IntervalIndex,
    ) -> Result<BoxedExecution, ProverError> {
        let start = self.starts[interval.0 as usize].clone();
        let steps = job.schedule.steps_of_interval(SEGMENT, interval);
        let work = material(job).disputed_work();
        self.compute.execution(work, steps, start, MACHINE)
    }
}

/// Two sides at a table. Both forget everything before each of their moves, as after a crash.
struct Table<'a> {
    job: &'a SmallJob,
    claim: Claim,
    cheat: &'a Computed,
    honest: &'a Computed,
}

impl Table<'_> {
    fn answer(&self, game: &Game) -> Result<Move, ProverError> {
        let work = material(self.job).disputed_work();
        match game.mover() {
            Party::Defender => {
                let mut side = Defender::new(work, &self.cheat.roots());
                if let Some(interval) = side.missing(game) {
                    side.execute(interval, self.cheat.execution(self.job, interval)?);
                }
                side.answer(&self.claim, game)
            }
            Party::Challenger => {
                let mut side = Challenger::new(&self.honest.roots());
                if let Some(interval) = side.missing(game) {
                    side.execute(interval, self.honest.execution(self.job, interval)?);
                }
                side.answer(game)
            }
        }
    }

    /// Plays to the end; a side without an answer lets its time run out.
    fn play(&self, entry: Entry) -> Verdict {
        let budget = Budget {
            allowance: 5,
            challenger: 100,
        };
        let (mut defence, mut now) = (Defence::new(100), 1);
        let start = Transcript::start(GameId([7; 32]));
        let game = Game::begin(&self.claim, entry, start, budget, &mut defence, now);
        let mut game = game.unwrap();
        loop {
            let Ok(mv) = self.answer(&game) else {
                let late = game.deadline(&defence) + 1;
                return game.time_out(&mut defence, late).unwrap();
            };
            assert!(mv.encoded_size() <= limits::MOVE_BYTES as usize);
            now += 1;
            match game
                .next::<Sha3>(&self.claim, &mut defence, &mv, now)
                .unwrap()
            {
                Outcome::Game(next) => game = *next,
                Outcome::Verdict(verdict) => return verdict,
            }
        }
    }
}

/// The verdict about a fault at this step of the second segment of a job.
fn verdict(kind: Kind, shown: bool) -> Verdict {
    let job = SmallJob::new(2, 3, 4, 0.1);
    let fault = Fault { kind, at: 17 };
    let first = computed(&job, SegmentIndex(0), Arc::new(Honest), job.start.clone());
    let start = first.1;
    let (honest, _) = computed(&job, SEGMENT, Arc::new(Honest), start.clone());
    let (cheat, _) = computed(&job, SEGMENT, Arc::new(Crooked(fault)), start);
    let trace = commitment_of(&cheat.roots).trace;
    let committed = assay_commitment::TraceRoot(trace.0);
    let published = cheat.roots();
    let published = shown.then_some(&published[..]);
    let entry = entry(&honest.roots(), committed, published).expect("the fraud is seen");
    if shown {
        assert_eq!(entry, Entry::Interval(IntervalIndex(1)), "step 17 is in it");
    }
    let before = first.0.roots.last().unwrap();
    let table = Table {
        claim: Claim::new(&job.spec("http://localhost:1"), SEGMENT, before.0, trace.0),
        job: &job,
        cheat: &cheat,
        honest: &honest,
    };
    table.play(entry)
}

#[test]
fn false_values_are_convicted_by_the_chains_own_arithmetic() {
    for kind in [Kind::FlipWeight, Kind::OtherRate, Kind::OtherLoss] {
        for shown in [true, false] {
            let verdict = verdict(kind, shown);
            assert_eq!(verdict.winner, Party::Challenger, "{kind:?}");
            let Reason::Proof {
                interval,
                step,
                claimed,
                computed,
                ..
            } = verdict.reason
            else {
                panic!("{kind:?}: {verdict:?}");
            };
            assert_eq!((interval, step), (IntervalIndex(1), 1), "step 17");
            assert_ne!(claimed, computed);
        }
    }
}

#[test]
fn a_skipped_step_is_convicted_by_a_slot() {
    let verdict = verdict(Kind::SkipStep, true);
    assert_eq!(verdict.winner, Party::Challenger);
    assert!(
        matches!(verdict.reason, Reason::Slot { step: 1, .. }),
        "{verdict:?}"
    );
}

#[test]
fn silence_is_convicted_by_time() {
    let verdict = verdict(Kind::Silent, true);
    let reason = Reason::TimeOut;
    let winner = Party::Challenger;
    assert_eq!(verdict, Verdict { winner, reason });
}
