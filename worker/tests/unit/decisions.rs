//! Decisions against a chain that is the protocol's own state machine: under crashes, forks, lost and late transactions the
//! job is finished, with the right roots, and no intent is ever signed twice at a time.

use std::collections::{BTreeMap, BTreeSet};

use assay_client::Account;
use assay_protocol::{
    Assignment, Balance, BlockNumber, DeclaredWork, DeclineReason, DeviceClass, JobId, JobRecord,
    JobSpec, JobState, JobStatus, JobView, Outcome, Params, ParamsVersion, ProgramHeader,
    ProgramRoot, Requirements, ResumePoint, Schedule, SegmentIndex, SegmentStatus, SegmentView,
    StateRoot, StepCount, Terms, TraceRoot, Url, UNIT,
};
use assay_worker::{
    decide::{decide, Have, Preparation, Room, Seen, Trained},
    Intent,
};
use proptest::prelude::*;

const US: Account = Account([7; 32]);
const OTHER: Account = Account([9; 32]);

fn spec() -> JobSpec {
    JobSpec {
        header: ProgramHeader {
            version: 1,
            nodes: 4,
            slots: 1,
            ..ProgramHeader::default()
        },
        node_tree_root: Default::default(),
        start_state: StateRoot([1; 32]),
        datasets: Default::default(),
        dataset_rows: 10,
        batch_size: 2,
        schedule: Schedule {
            total_steps: StepCount(25),
            steps_per_segment: 10,
            steps_per_interval: 4,
        },
        work: DeclaredWork {
            flops_per_step: 1,
            bytes_per_step: 1,
            memory_bytes: 1,
        },
        seconds_per_segment: 10,
        price_per_segment: UNIT,
        requirements: Requirements {
            device: DeviceClass::Cpu,
            memory_bytes: 1,
            min_stake: 0,
        },
        blobs: vec![Url::parse("http://localhost:1").unwrap()]
            .try_into()
            .unwrap(),
        max_pause: 10,
    }
}

fn params() -> Params {
    let mut params = Params::default();
    params.segments.challenge_window = 4;
    params.segments.pipeline_limit = 2;
    params.assignment.open_limit = 1_000_000;
    params.assignment.accept_window = 1_000_000;
    params
}

/// The state after a segment that starts from `start`: any function of both will do.
fn trained(start: StateRoot, segment: SegmentIndex) -> StateRoot {
    let mut root = start.0;
    root[0] = root[0].wrapping_mul(31).wrapping_add(segment.0 as u8 + 1);
    root[1] = root[1].wrapping_add(1);
    StateRoot(root)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Transaction {
    id: u32,
    intent: Intent,
    root: StateRoot,
    expires: BlockNumber,
}

#[derive(Clone)]
struct Chain {
    now: BlockNumber,
    state: JobState<Account>,
    segments: BTreeMap<SegmentIndex, SegmentStatus<Account>>,
    included: BTreeSet<u32>,
    commits: Vec<SegmentIndex>,
}

impl Chain {
    fn new() -> Self {
        let state = JobState::open(4 * UNIT, 1, 1_000_000);
        Self {
            now: 1,
            state,
            segments: BTreeMap::new(),
            included: BTreeSet::new(),
            commits: Vec::new(),
        }
    }

    fn resume(&self) -> ResumePoint {
        let segment = self.state.progress.next_segment();
        let before = segment
            .previous()
            .and_then(|previous| self.segments.get(&previous)?.final_state());
        ResumePoint {
            segment,
            state: before.unwrap_or(spec().start_state),
        }
    }

    fn view(&self) -> JobView<Account> {
        let record = JobRecord {
            buyer: OTHER,
            submitted_at: 0,
            params_version: ParamsVersion(0),
            program_root: ProgramRoot([3; 32]),
            spec: spec(),
        };
        let (state, params, resume) = (self.state.clone(), params(), self.resume());
        JobView {
            id: JobId(1),
            record,
            state,
            params,
            segments: spec().schedule.segments(),
            reserved: 0,
            resume,
        }
    }

    fn committed(&self) -> Vec<SegmentView<Account>> {
        let pending = self
            .segments
            .iter()
            .filter(|(_, status)| matches!(status, SegmentStatus::Committed { .. }));
        pending
            .map(|(segment, status)| SegmentView {
                job: JobId(1),
                segment: *segment,
                steps: spec().schedule.steps_of(*segment),
                intervals: spec().schedule.intervals_of(*segment),
                status: status.clone(),
            })
            .collect()
    }

    fn settle(&mut self) {
        let (spec, params) = (spec(), params());
        let terms = Terms {
            spec: &spec,
            params: &params,
            now: self.now,
        };
        while let Some(step) = self.state.step(&terms) {
            if let Outcome::Started {
                segment,
                provider,
                reserve,
            } = step.outcome
            {
                let training = SegmentStatus::Training {
                    provider,
                    since: self.now,
                    deadline: 1_000_000,
                    reserve,
                };
                self.segments.insert(segment, training);
            }
        }
    }

    /// Carries out a transaction; a failed one changes nothing but is included all the same.
    fn apply(&mut self, transaction: &Transaction) {
        self.included.insert(transaction.id);
        let mut next = self.clone();
        if next.carry_out(transaction).is_some() {
            next.settle();
            *self = next;
        }
    }

    fn carry_out(&mut self, transaction: &Transaction) -> Option<()> {
        let status = self.state.status.clone();
        match transaction.intent {
            Intent::Claim => {
                let to = Assignment {
                    provider: US,
                    price_per_segment: UNIT,
                    collateral: 1 as Balance,
                };
                self.state.status = status.claim(to, self.now, 1_000_000).ok()?;
            }
            Intent::Accept => self.state.status = status.accept(&US, self.now).ok()?,
            Intent::Decline(_) => self.state.decline(&US, self.now).ok()?,
            Intent::Commit(segment) => {
                assert_eq!(
                    transaction.root,
                    trained(self.resume_of(segment)?, segment),
                    "a wrong root was committed"
                );
                let training = self.segments.get(&segment)?.clone();
                let committed = training
                    .commit(self.now, 4, TraceRoot([5; 32]), transaction.root)
                    .ok()?;
                self.state.commit(&US, segment).ok()?;
                self.segments.insert(segment, committed);
                self.commits.push(segment);
            }
            Intent::Finalise(segment) => self.pay(segment)?,
            Intent::Challenge(_) => panic!("a provider challenges nobody"),
        }
        Some(())
    }

    /// The state that the segment in training starts from.
    fn resume_of(&self, segment: SegmentIndex) -> Option<StateRoot> {
        let resume = self.resume();
        (resume.segment == segment && self.state.status.training() == Some(segment))
            .then_some(resume.state)
    }

    fn pay(&mut self, segment: SegmentIndex) -> Option<()> {
        let paid = self
            .segments
            .get(&segment)?
            .clone()
            .finalise(self.now)
            .ok()?;
        let reserve = assay_protocol::Reserve::of(&spec(), segment, UNIT, &params());
        self.state.finalise(segment, reserve).ok()?;
        self.segments.insert(segment, paid);
        Some(())
    }
}

/// A worker reduced to what decisions depend on.
#[derive(Default)]
struct Sim {
    // Kept over crashes.
    starts: BTreeMap<SegmentIndex, StateRoot>,
    whole: BTreeSet<SegmentIndex>,
    kept: BTreeMap<Intent, Transaction>,
    // Lost in crashes.
    preparation: Preparation,
    next_id: u32,
}

impl Sim {
    fn have(&self, best: &Chain) -> Have {
        let segment = best.state.status.training();
        let whole = segment.is_some_and(|segment| {
            self.whole.contains(&segment) && self.starts.get(&segment) == Some(&best.resume().state)
        });
        Have {
            preparation: self.preparation,
            room: Room::Free,
            in_flight: self.kept.keys().copied().collect(),
            resting: BTreeSet::new(),
            trained: if whole { Trained::Whole } else { Trained::No },
        }
    }

    /// Drops kept transactions that are final or have expired for good.
    fn settle(&mut self, finalised: &Chain) {
        self.kept.retain(|_, transaction| {
            !finalised.included.contains(&transaction.id) && finalised.now < transaction.expires
        });
    }

    fn pass(&mut self, best: &Chain, finalised: &Chain, pool: &mut Vec<Transaction>) {
        self.settle(finalised);
        let (best_view, final_view, committed) = (best.view(), finalised.view(), best.committed());
        let seen = Seen {
            us: &US,
            now: best.now,
            best: &best_view,
            finalised: &final_view,
            committed: &committed,
        };
        let decision = decide(&seen, &self.have(best));
        if decision.prepare {
            self.preparation = Preparation::Ready;
        }
        if let Some(intent) = decision.send {
            assert!(!self.kept.contains_key(&intent), "{intent:?} signed twice");
            self.sign(intent, best, finalised);
        }
        if let Some(goal) = decision.train {
            assert_eq!(best.state.status.training(), Some(goal.first));
            if self.starts.get(&goal.first) != Some(&goal.start) {
                self.starts.retain(|segment, _| *segment < goal.first);
                self.whole.retain(|segment| *segment < goal.first);
                self.starts.insert(goal.first, goal.start);
            }
            // One segment a pass.
            let next = (goal.first.0..=goal.last.0)
                .map(SegmentIndex)
                .find(|segment| !self.whole.contains(segment));
            if let Some(segment) = next {
                let start = self.starts[&segment];
                self.whole.insert(segment);
                self.starts.insert(segment.next(), trained(start, segment));
            }
        }
        if decision.forget {
            self.preparation = Preparation::Missing;
        }
        pool.extend(
            self.kept
                .values()
                .filter(|kept| !pool.iter().any(|pooled| pooled.id == kept.id))
                .copied()
                .collect::<Vec<_>>(),
        );
    }

    fn sign(&mut self, intent: Intent, best: &Chain, finalised: &Chain) {
        let root = match intent {
            Intent::Commit(segment) => trained(best.resume().state, segment),
            _ => StateRoot::default(),
        };
        self.next_id += 1;
        let expires = finalised.now + 64;
        self.kept.insert(
            intent,
            Transaction {
                id: self.next_id,
                intent,
                root,
                expires,
            },
        );
    }
}

/// What happens between two looks of the worker.
#[derive(Clone, Debug)]
enum Event {
    /// A block, with those of the pool's transactions whose bit is set, which makes blocks `lag` behind it final.
    Block { include: u8, lag: usize },
    /// The newest blocks that are not final are undone.
    Fork { depth: usize },
    /// The worker dies and starts again.
    Crash,
    /// The node loses its pool.
    PoolLost,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (any::<u8>(), 0usize..5).prop_map(|(include, lag)| Event::Block { include, lag }),
        1 => (1usize..5).prop_map(|depth| Event::Fork { depth }),
        1 => Just(Event::Crash),
        1 => Just(Event::PoolLost),
    ];
    prop::collection::vec(event, 0..120)
}

struct World {
    /// The canonical chain, one entry a block.
    blocks: Vec<Chain>,
    /// The number of final blocks.
    finalised: usize,
    pool: Vec<Transaction>,
    worker: Sim,
}

impl World {
    fn new() -> Self {
        Self {
            blocks: vec![Chain::new()],
            finalised: 1,
            pool: Vec::new(),
            worker: Sim::default(),
        }
    }

    fn best(&self) -> Chain {
        self.blocks[self.blocks.len() - 1].clone()
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Block { include, lag } => {
                let mut next = self.best();
                next.now += 1;
                for (bit, transaction) in self.pool.iter().enumerate() {
                    let chosen = bit >= 8 || include & (1 << bit) != 0;
                    if chosen
                        && !next.included.contains(&transaction.id)
                        && next.now < transaction.expires
                    {
                        next.apply(transaction);
                    }
                }
                self.blocks.push(next);
                self.finalised = self
                    .finalised
                    .max(self.blocks.len().saturating_sub(*lag))
                    .max(1);
            }
            Event::Fork { depth } => {
                let keep = self.blocks.len().saturating_sub(*depth).max(self.finalised);
                self.blocks.truncate(keep);
            }
            Event::Crash => self.worker.preparation = Preparation::Missing,
            Event::PoolLost => self.pool.clear(),
        }
        let (best, finalised) = (self.best(), self.blocks[self.finalised - 1].clone());
        self.pool.retain(|transaction| {
            !finalised.included.contains(&transaction.id) && finalised.now < transaction.expires
        });
        self.worker.pass(&best, &finalised, &mut self.pool);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_job_is_finished_whatever_happens(events in events()) {
        let mut world = World::new();
        events.iter().for_each(|event| world.happen(event));
        for _ in 0..400 {
            world.happen(&Event::Block { include: 0xff, lag: 1 });
        }
        let end = world.best();
        let completed = matches!(end.state.status, JobStatus::Ended { reason: assay_protocol::EndReason::Completed, .. });
        prop_assert!(completed, "{:?}", end.state.status);
        prop_assert_eq!(end.commits, (0..3).map(SegmentIndex).collect::<Vec<_>>(), "each segment once, in order");
        prop_assert!(world.worker.kept.is_empty());
    }

    #[test]
    fn another_providers_job_is_left_alone(preparation in preparations(), in_flight in any::<bool>()) {
        let mut chain = Chain::new();
        let to = Assignment { provider: OTHER, price_per_segment: UNIT, collateral: 1 };
        chain.state.status = chain.state.status.clone().claim(to, 1, 100).unwrap();
        let view = chain.view();
        let have = Have {
            preparation,
            in_flight: in_flight.then_some(Intent::Claim).into_iter().collect(),
            trained: Trained::Whole,
            ..Have::default()
        };
        let decision = decide(&Seen { us: &US, now: 5, best: &view, finalised: &view, committed: &[] }, &have);
        prop_assert!(decision.forget && decision.send.is_none() && decision.train.is_none() && !decision.prepare);
    }
}

fn preparations() -> impl Strategy<Value = Preparation> {
    prop_oneof![
        Just(Preparation::Missing),
        Just(Preparation::Running),
        Just(Preparation::Ready),
        Just(Preparation::Unavailable(DeclineReason::DataUnavailable)),
        Just(Preparation::Hopeless(DeclineReason::ProgramInvalid)),
    ]
}

/// A decision about a job that is at the same state at both blocks.
fn decided(chain: &Chain, now: BlockNumber, have: &Have) -> assay_worker::decide::Decision {
    let view = chain.view();
    decide(
        &Seen {
            us: &US,
            now,
            best: &view,
            finalised: &view,
            committed: &chain.committed(),
        },
        have,
    )
}

fn prepared(preparation: Preparation) -> Have {
    Have {
        preparation,
        ..Have::default()
    }
}

#[test]
fn a_faulty_job_is_claimed_and_declined_so_that_its_buyer_learns_why() {
    let mut chain = Chain::new();
    let have = prepared(Preparation::Hopeless(DeclineReason::ProgramInvalid));
    assert_eq!(decided(&chain, 2, &have).send, Some(Intent::Claim));
    chain.apply(&Transaction {
        id: 1,
        intent: Intent::Claim,
        root: StateRoot::default(),
        expires: 99,
    });
    assert_eq!(
        decided(&chain, 3, &have).send,
        Some(Intent::decline(DeclineReason::ProgramInvalid))
    );
    chain.apply(&Transaction {
        id: 2,
        intent: Intent::decline(DeclineReason::ProgramInvalid),
        root: StateRoot::default(),
        expires: 99,
    });
    assert_eq!(decided(&chain, 4, &have).send, None, "never claimed again");
}

#[test]
fn a_job_beyond_this_machine_is_not_claimed() {
    let have = prepared(Preparation::Hopeless(DeclineReason::NoCapacity));
    assert_eq!(decided(&Chain::new(), 2, &have).send, None);
    let full = Have {
        room: Room::Full,
        ..prepared(Preparation::Ready)
    };
    assert_eq!(decided(&Chain::new(), 2, &full).send, None);
}

#[test]
fn missing_data_is_waited_for_until_the_last_call() {
    let mut chain = Chain::new();
    let have = prepared(Preparation::Unavailable(DeclineReason::DataUnavailable));
    assert!(decided(&chain, 2, &have).prepare);
    assert_eq!(decided(&chain, 2, &have).send, None);
    let to = Assignment {
        provider: US,
        price_per_segment: UNIT,
        collateral: 1,
    };
    chain.state.status = chain.state.status.clone().claim(to, 1, 20).unwrap();
    assert_eq!(decided(&chain, 10, &have).send, None);
    assert_eq!(
        decided(&chain, 17, &have).send,
        Some(Intent::decline(DeclineReason::DataUnavailable))
    );
    assert_eq!(
        decided(&chain, 21, &have).send,
        None,
        "too late for any answer"
    );
}

#[test]
fn a_due_segment_is_finalised_only_if_the_chain_forgot_it() {
    let mut chain = Chain::new();
    for (id, intent) in [(1, Intent::Claim), (2, Intent::Accept)] {
        chain.apply(&Transaction {
            id,
            intent,
            root: StateRoot::default(),
            expires: 99,
        });
    }
    let root = trained(spec().start_state, SegmentIndex(0));
    chain.apply(&Transaction {
        id: 3,
        intent: Intent::Commit(SegmentIndex(0)),
        root,
        expires: 99,
    });
    let have = prepared(Preparation::Ready);
    let window_end = chain.now + 4;
    assert_eq!(decided(&chain, window_end, &have).send, None);
    assert_eq!(
        decided(&chain, window_end + 3, &have).send,
        Some(Intent::Finalise(SegmentIndex(0)))
    );
    let in_flight = Have {
        in_flight: [Intent::Finalise(SegmentIndex(0))].into(),
        ..have
    };
    assert_eq!(decided(&chain, window_end + 3, &in_flight).send, None);
}

#[test]
fn the_next_segment_is_trained_ahead_only_if_its_reserve_is_sure() {
    let mut chain = Chain::new();
    for (id, intent) in [(1, Intent::Claim), (2, Intent::Accept)] {
        chain.apply(&Transaction {
            id,
            intent,
            root: StateRoot::default(),
            expires: 99,
        });
    }
    let have = prepared(Preparation::Ready);
    let goal = decided(&chain, 3, &have).train.unwrap();
    assert_eq!(
        (goal.first, goal.last, goal.start),
        (SegmentIndex(0), SegmentIndex(1), spec().start_state)
    );
    chain.state.ledger.escrow = UNIT / 2;
    assert_eq!(
        decided(&chain, 3, &have).train.unwrap().last,
        SegmentIndex(0)
    );
}
