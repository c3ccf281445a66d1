//! Every fault is found, argued about and convicted, and whoever finds one that is none loses, without a chain.

use std::{collections::BTreeSet, sync::Arc};

use assay_adversaries::{Conduct, Crooked, Fault, Kind, Level};
use assay_commitment::{Sha3, StateRoot};
use assay_engine::Simd;
use assay_game::{
    limits, Budget, Claim, Defence, Entry, Game, GameId, Move, MoveError, Outcome, Party, Reason,
    Transcript, Verdict,
};
use assay_numerics::Tensor;
use assay_processes::small_job::SmallJob;
use assay_protocol::{IntervalIndex, SegmentIndex};
use assay_prover::{entry, Challenger, Defender, ProverError};
use assay_worker::{
    commitment_of,
    compute::{BoxedExecution, Compute, Honest},
    material::{check, loss_tape, Machine, Material},
};
use clap::ValueEnum;
use codec::Encode;

const SEGMENT: SegmentIndex = SegmentIndex(1);
/// The interval in which step 17 is.
const INTERVAL: IntervalIndex = IntervalIndex(1);
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
    let mut stepper = compute.stepper(&material(job), start, MACHINE).unwrap();
    let (mut starts, mut roots) = (Vec::new(), Vec::new());
    for interval in (0..job.schedule.intervals_of(segment)).map(IntervalIndex) {
        starts.push(stepper.slots().unwrap().into_owned());
        let steps = job.schedule.steps_of_interval(segment, interval);
        for step in steps.first.0..steps.end().0 {
            stepper.step(step).unwrap();
        }
        roots.push(stepper.root().unwrap());
    }
    let computed = Computed {
        compute,
        starts,
        roots,
    };
    (computed, stepper.into_slots().unwrap())
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
    defender: &'a Computed,
    challenger: &'a Computed,
    /// Blocks that each of the cheat's moves takes beyond one.
    delay: u32,
    cheat: Party,
}

impl Table<'_> {
    fn answer(&self, game: &Game) -> Result<Move, ProverError> {
        let work = material(self.job).disputed_work();
        match game.mover() {
            Party::Defender => {
                let mut side = Defender::new(work, &self.defender.roots());
                if let Some(interval) = side.missing(game) {
                    side.execute(interval, self.defender.execution(self.job, interval)?);
                }
                side.answer(&self.claim, game)
            }
            Party::Challenger => {
                let mut side = Challenger::new(&self.challenger.roots());
                if let Some(interval) = side.missing(game) {
                    side.execute(interval, self.challenger.execution(self.job, interval)?);
                }
                side.answer(game)
            }
        }
    }

    /// Blocks until the side to move has its answer.
    fn blocks(&self, game: &Game) -> u32 {
        match game.mover() == self.cheat {
            true => 1 + self.delay,
            false => 1,
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
            now += self.blocks(&game);
            let Ok(mv) = self.answer(&game) else {
                assert_eq!(game.mover(), self.cheat, "the honest always have an answer");
                let late = game.deadline(&defence) + 1;
                return game.time_out(&mut defence, late).unwrap();
            };
            assert!(mv.encoded_size() <= limits::MOVE_BYTES as usize);
            match game
                .clone()
                .next::<Sha3>(&self.claim, &mut defence, &mv, now)
            {
                Ok(Outcome::Game(next)) => game = *next,
                Ok(Outcome::Verdict(verdict)) => return verdict,
                Err(MoveError::Late) => return game.time_out(&mut defence, now).unwrap(),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// The second segment of a job, as an honest worker has it and as a cheat has it.
struct Story {
    job: SmallJob,
    /// The state root before the segment.
    before: StateRoot,
    honest: Computed,
    cheat: Computed,
    delay: u32,
}

impl Story {
    fn new(cheat: Crooked) -> Self {
        let job = SmallJob::new(2, 3, 4, 0.1);
        let first = computed(
            &job,
            SegmentIndex(0),
            Arc::new(Honest::default()),
            job.start.clone(),
        );
        let start = first.1;
        let (honest, _) = computed(&job, SEGMENT, Arc::new(Honest::default()), start.clone());
        let (cheat, _) = computed(&job, SEGMENT, Arc::new(cheat), start);
        let before = *first.0.roots().last().unwrap();
        let delay = 0;
        Self {
            job,
            before,
            honest,
            cheat,
            delay,
        }
    }

    /// Whether the fault shows in what is committed.
    fn shows(&self) -> bool {
        self.honest.roots != self.cheat.roots
    }

    /// The verdict on what `defender` committed, which `challenger` finds wrong; `shown` says whether it is published.
    fn verdict(&self, cheat: Party, shown: bool) -> Verdict {
        let (defender, challenger) = match cheat {
            Party::Defender => (&self.cheat, &self.honest),
            Party::Challenger => (&self.honest, &self.cheat),
        };
        let trace = commitment_of(&defender.roots).trace;
        let committed = assay_commitment::TraceRoot(trace.0);
        let published = defender.roots();
        let published = shown.then_some(&published[..]);
        let entry = entry(&challenger.roots(), committed, published).expect("the fraud is seen");
        if shown {
            assert_eq!(entry, Entry::Interval(INTERVAL), "step 17 is in it");
        }
        let spec = self.job.spec("http://localhost:1");
        let table = Table {
            claim: Claim::new(&spec, SEGMENT, self.before.0, trace.0),
            job: &self.job,
            defender,
            challenger,
            delay: self.delay,
            cheat,
        };
        table.play(entry)
    }

    /// Checks that the cheat loses on either side, whether or not what was committed is shown; returns the reasons.
    fn loses(&self, what: &str) -> Vec<Reason> {
        let sides = [Party::Defender, Party::Challenger];
        let games = sides
            .into_iter()
            .flat_map(|cheat| [(cheat, true), (cheat, false)]);
        let reasons = games.map(|(cheat, shown)| {
            let verdict = self.verdict(cheat, shown);
            assert_ne!(verdict.winner, cheat, "{what}, shown: {shown}: {verdict:?}");
            verdict.reason
        });
        reasons.collect()
    }
}

fn fault(kind: Kind) -> Fault {
    Fault::new(kind, 17)
}

/// Every kind of false step, on both sides: the chain's own arithmetic ends the game, at the very step.
#[test]
fn every_fault_is_decided_by_the_chains_own_arithmetic() {
    for kind in Kind::value_variants() {
        let story = Story::new(Crooked::new(fault(*kind)));
        assert!(story.shows(), "{kind:?}");
        for reason in story.loses(&format!("{kind:?}")) {
            let (interval, step) = match (kind, reason) {
                (Kind::SkipStep | Kind::SwapSlots, Reason::Slot { interval, step, .. }) => {
                    (interval, step)
                }
                (_, Reason::Proof { interval, step, .. }) => (interval, step),
                (_, reason) => panic!("{kind:?}: {reason:?}"),
            };
            assert_eq!((interval, step), (INTERVAL, 1), "{kind:?}: step 17");
        }
    }
}

/// The node that a proof was about.
fn node_of(reason: Reason) -> Option<u32> {
    match reason {
        Reason::Proof { node, .. } => Some(node),
        _ => None,
    }
}

#[test]
fn one_element_of_any_operator_is_found() {
    let nodes = SmallJob::new(2, 3, 4, 0.1).program.get().nodes.clone();
    let (mut found, mut all) = (BTreeSet::new(), BTreeSet::new());
    for (number, node) in (0..).zip(&nodes[..nodes.len() - 1]) {
        all.insert(node.op.name());
        let node_fault = Fault {
            node: Some(number),
            ..fault(Kind::Element)
        };
        let story = Story::new(Crooked::new(node_fault));
        if !story.shows() {
            continue;
        }
        found.insert(node.op.name());
        for reason in story.loses(node.op.name()) {
            assert_eq!(node_of(reason), Some(number), "{}", node.op.name());
        }
    }
    assert_eq!(found, all, "every operator of the job was falsified");
    assert!(all.len() >= 6, "{all:?}");
}

/// A fault deep in a fold, so that there is something to be said on every level.
const DEEP: Kind = Kind::Unfused;

#[test]
fn silence_on_any_level_is_convicted_by_time() {
    for level in Level::value_variants() {
        let conduct = Conduct {
            silent: Some(*level),
            ..Conduct::default()
        };
        let fault = fault(DEEP);
        let story = Story::new(Crooked { fault, conduct });
        let mut reasons = story.loses(&format!("{level:?}"));
        if *level == Level::Proof {
            // A challenger has nothing to say there: it loses by the defender's proof.
            let by_proof = reasons.split_off(2);
            assert!(by_proof.into_iter().all(|reason| node_of(reason).is_some()));
        }
        assert!(
            reasons.iter().all(|reason| *reason == Reason::TimeOut),
            "{level:?}"
        );
    }
}

#[test]
fn an_answer_that_comes_late_counts_as_none() {
    let mut story = Story::new(Crooked::new(fault(DEEP)));
    for (delay, in_time) in [(0, true), (106, false)] {
        story.delay = delay;
        for reason in story.loses("a late answer") {
            assert_eq!(
                reason != Reason::TimeOut,
                in_time,
                "{delay} blocks: {reason:?}"
            );
        }
    }
}
