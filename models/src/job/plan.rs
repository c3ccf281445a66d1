//! Steps, segments, intervals.

use super::{JobError, JobFile};
use assay_program::WorkEstimate;

/// How a job's steps are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Training samples.
    pub dataset_rows: u32,
    /// Samples of a batch.
    pub batch: u32,
    /// Steps of the whole job.
    pub total_steps: u32,
    /// Steps of a full segment; the last may be shorter.
    pub steps_per_segment: u32,
    /// Steps of a full interval; the last of a segment may be shorter.
    pub steps_per_interval: u32,
}

impl Plan {
    /// Most steps; the loss of each is kept on the tape.
    pub const MAX_STEPS: u32 = 1 << 24;

    /// The plan of a job on this many training samples.
    pub(crate) fn new(job: &JobFile, dataset_rows: u32) -> Result<Self, JobError> {
        let (training, batch) = (&job.training, job.data.batch);
        if batch > dataset_rows {
            let problem = format!("{batch} samples, but the training file has {dataset_rows}");
            return Err(JobError::field(
                "data.batch",
                problem,
                "make the batch smaller",
            ));
        }
        let steps = match (training.steps, training.epochs) {
            (Some(steps), _) => u64::from(steps),
            (None, epochs) => (u64::from(epochs.unwrap_or(1)) * u64::from(dataset_rows))
                .div_ceil(u64::from(batch)),
        };
        let total_steps = u32::try_from(steps)
            .ok()
            .filter(|&steps| steps <= Self::MAX_STEPS)
            .ok_or_else(|| {
                let problem = format!("{steps} steps");
                JobError::field(
                    "training.steps",
                    problem,
                    "give fewer steps or epochs: at most 16777216 steps",
                )
            })?;
        if training.steps_per_segment > total_steps {
            let problem = format!(
                "{} steps, but the job has {total_steps}",
                training.steps_per_segment
            );
            return Err(JobError::field(
                "training.steps_per_segment",
                problem,
                "make segments shorter",
            ));
        }
        Ok(Self {
            dataset_rows,
            batch,
            total_steps,
            steps_per_segment: training.steps_per_segment,
            steps_per_interval: training
                .steps_per_interval
                .unwrap_or(training.steps_per_segment),
        })
    }

    /// With intervals as the job has them, or of the length that suits the work of its steps.
    pub(crate) fn with_intervals(self, job: &JobFile, work: &WorkEstimate) -> Self {
        let given = job.training.steps_per_interval;
        let steps = given.unwrap_or_else(|| work.default_interval());
        Self {
            steps_per_interval: steps.min(self.steps_per_segment),
            ..self
        }
    }

    /// Number of segments.
    pub const fn segments(&self) -> u32 {
        self.total_steps.div_ceil(self.steps_per_segment)
    }
}
