//! A segment's commitment, as a party reads it from the chain.

use assay_client::{Account, At, ChainClient};
use assay_commitment::{trace_root, Level, Sha3};
use assay_game::Claim;
use assay_protocol::{
    Balance, BlockNumber, JobId, JobView, SegmentIndex, SegmentStatus, SegmentView, StateRoot,
    TraceRoot,
};

use super::case::CaseError;

/// The commitment to a segment, as the best block has it.
#[derive(Clone, Debug)]
pub struct Commitment {
    /// The job.
    pub job: JobView<Account>,
    /// The segment.
    pub segment: SegmentView<Account>,
    /// The state that it starts from.
    pub start: StateRoot,
    /// Its trace.
    pub trace: TraceRoot,
}

impl Commitment {
    /// Reads a commitment that is not final.
    ///
    /// # Errors
    /// [`CaseError::NotCommitted`], or what the connection says.
    pub async fn read(
        chain: &ChainClient,
        job: JobId,
        segment: SegmentIndex,
        at: At,
    ) -> Result<Self, CaseError> {
        let missing = CaseError::NotCommitted { job, segment };
        let Some(view) = chain.job(job, at).await? else {
            return Err(missing);
        };
        let from = segment.previous().unwrap_or(segment);
        let page = chain.segments(job, from, 2, at).await?;
        Self::of(view, segment, &page.items).ok_or(missing)
    }

    /// Of a job, one of its segments that is committed and not final, and the segment before it among `segments`.
    pub fn of(
        job: JobView<Account>,
        segment: SegmentIndex,
        segments: &[SegmentView<Account>],
    ) -> Option<Self> {
        let find = |number| segments.iter().find(|view| view.segment == number);
        let start = match segment.previous() {
            Some(before) => find(before)?.status.final_state()?,
            None => job.record.spec.start_state,
        };
        let segment = find(segment)?.clone();
        let SegmentStatus::Committed { trace, .. } = segment.status else {
            return None;
        };
        Some(Self {
            job,
            segment,
            start,
            trace,
        })
    }

    /// The claim that a game about it is about.
    pub fn claim(&self) -> Claim {
        let spec = &self.job.record.spec;
        Claim::new(spec, self.segment.segment, self.start.0, self.trace.0)
    }

    /// The block in which it was made.
    pub fn at(&self) -> BlockNumber {
        match self.segment.status {
            SegmentStatus::Committed { at, .. } => at,
            SegmentStatus::Training { .. } | SegmentStatus::Final { .. } => 0,
        }
    }

    /// The first block in which nobody may challenge it any more.
    pub fn window_end(&self) -> BlockNumber {
        match self.segment.status {
            SegmentStatus::Committed { window_end, .. } => window_end,
            SegmentStatus::Training { .. } | SegmentStatus::Final { .. } => 0,
        }
    }

    /// The segment's price.
    pub fn price(&self) -> Balance {
        match self.segment.status {
            SegmentStatus::Committed { reserve, .. } => reserve.price,
            SegmentStatus::Training { .. } | SegmentStatus::Final { .. } => 0,
        }
    }

    /// Whether it is the commitment to these state roots at its intervals' ends.
    pub fn is_trace_of(&self, roots: &[StateRoot]) -> bool {
        let roots = roots_of(roots);
        trace_root::<Sha3>(Level::Interval, &roots).0 == self.trace.0
    }
}

/// State roots as the commitments' own type.
pub fn roots_of(roots: &[StateRoot]) -> Vec<assay_commitment::StateRoot> {
    let roots = roots.iter();
    roots
        .map(|root| assay_commitment::StateRoot(root.0))
        .collect()
}
