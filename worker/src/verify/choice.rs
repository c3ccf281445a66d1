//! Which committed segments are executed again.

use std::collections::BTreeSet;

use assay_commitment::{Keccak, Sha3};
use assay_protocol::{JobId, SegmentIndex};

/// Which committed segments are executed again.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// All of them.
    All,
    /// A share of them that nobody else can foretell, and that is the same after a restart.
    Rate {
        /// The share, from 0 to 1.
        share: f64,
        /// What nobody else knows.
        salt: [u8; 32],
    },
    /// Those of these jobs.
    Jobs(BTreeSet<JobId>),
}

impl Choice {
    /// Whether a segment is executed again.
    pub fn takes(&self, job: JobId, segment: SegmentIndex) -> bool {
        match self {
            Self::All => true,
            Self::Rate { share, salt } => lot(salt, job, segment) < *share,
            Self::Jobs(jobs) => jobs.contains(&job),
        }
    }
}

/// A number from 0 to below 1.
fn lot(salt: &[u8; 32], job: JobId, segment: SegmentIndex) -> f64 {
    let hash = Sha3::hash(&[salt, &job.0.to_le_bytes(), &segment.0.to_le_bytes()]);
    let first = hash.iter().take(4);
    let number = first.fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(number) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(choice: &Choice) -> Vec<(u64, u32)> {
        let all = (0..100).flat_map(|job| (0..100).map(move |segment| (job, segment)));
        all.filter(|(job, segment)| choice.takes(JobId(*job), SegmentIndex(*segment)))
            .collect()
    }

    fn rate(share: f64, salt: u8) -> Choice {
        let salt = [salt; 32];
        Choice::Rate { share, salt }
    }

    #[test]
    fn a_rate_takes_its_share() {
        assert_eq!(taken(&rate(0.0, 1)), []);
        assert_eq!(taken(&rate(1.0, 1)).len(), 10_000);
        let count = taken(&rate(0.25, 1)).len();
        assert!((2_300..2_700).contains(&count), "{count}");
    }

    #[test]
    fn a_sample_depends_on_the_salt_alone() {
        assert_eq!(taken(&rate(0.1, 1)), taken(&rate(0.1, 1)));
        assert_ne!(taken(&rate(0.1, 1)), taken(&rate(0.1, 2)));
        let (few, many) = (taken(&rate(0.1, 1)), taken(&rate(0.2, 1)));
        assert!(few.iter().all(|segment| many.contains(segment)));
    }

    #[test]
    fn named_jobs_are_taken_whole() {
        let choice = Choice::Jobs([JobId(3), JobId(7)].into());
        assert_eq!(taken(&choice).len(), 200);
        assert!(!choice.takes(JobId(4), SegmentIndex(0)));
    }
}
