//! A chain of one job: the protocol's state machine, and the transactions that move it.

use std::collections::{BTreeMap, BTreeSet};

use assay_client::Account;
use assay_protocol::{
    Assignment, Balance, BlockNumber, JobId, JobRecord, JobState, JobView, Outcome, ParamsVersion,
    ProgramRoot, Reserve, ResumePoint, SegmentIndex, SegmentStatus, SegmentView, StateRoot, Terms,
    TraceRoot, UNIT,
};
use assay_worker::Intent;

use super::{params, spec, trained, OTHER, US};

/// A transaction of the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transaction {
    pub(super) id: u32,
    pub(super) intent: Intent,
    pub(super) root: StateRoot,
    pub(super) expires: BlockNumber,
}

/// The chain at one block.
#[derive(Clone)]
pub(super) struct Chain {
    pub(super) now: BlockNumber,
    pub(super) state: JobState<Account>,
    segments: BTreeMap<SegmentIndex, SegmentStatus<Account>>,
    pub(super) included: BTreeSet<u32>,
    pub(super) commits: Vec<SegmentIndex>,
}

impl Chain {
    pub(super) fn new() -> Self {
        let state = JobState::open(4 * UNIT, 1, 1_000_000);
        Self {
            now: 1,
            state,
            segments: BTreeMap::new(),
            included: BTreeSet::new(),
            commits: Vec::new(),
        }
    }

    pub(super) fn resume(&self) -> ResumePoint {
        let segment = self.state.progress.next_segment();
        let before = segment
            .previous()
            .and_then(|previous| self.segments.get(&previous)?.final_state());
        ResumePoint {
            segment,
            state: before.unwrap_or(spec().start_state),
        }
    }

    pub(super) fn view(&self) -> JobView<Account> {
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

    pub(super) fn committed(&self) -> Vec<SegmentView<Account>> {
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
    pub(super) fn apply(&mut self, transaction: &Transaction) {
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
        let reserve = Reserve::of(&spec(), segment, UNIT, &params());
        self.state.finalise(segment, reserve).ok()?;
        self.segments.insert(segment, paid);
        Some(())
    }
}
