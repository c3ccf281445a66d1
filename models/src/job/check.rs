//! What the tables of a job file may hold, as far as it can be said without the data.

use super::{
    Amount, DataFile, JobError, JobFile, Loss, ModelFile, OptimizerFile, ScheduleFile, Terms,
    TrainingFile,
};
use assay_program::builder;

impl JobFile {
    pub(super) fn check(&self) -> Result<(), JobError> {
        self.model.check()?;
        self.optimizer.check(&self.schedule)?;
        self.data.check()?;
        self.training.check()?;
        self.job.check()
    }
}

impl ModelFile {
    pub(super) fn check(&self) -> Result<(), JobError> {
        let layers = self.layers();
        let field = |problem: String, remedy| Err(JobError::field("model.layers", problem, remedy));
        if !(2..=Self::MAX_LAYERS).contains(&layers.len()) {
            return field(
                format!("{} widths", layers.len()),
                "give 2 to 256, from the features to the outputs",
            );
        }
        if let Some(width) = layers
            .iter()
            .find(|width| !(1..=Self::MAX_WIDTH).contains(*width))
        {
            return field(format!("a width of {width}"), "every width is 1 to 1048576");
        }
        let pairs = layers.iter().zip(layers.iter().skip(1));
        let parameters: u64 = pairs
            .map(|(&i, &o)| u64::from(o) * (u64::from(i) + 1))
            .sum();
        if parameters > Self::MAX_PARAMETERS {
            return field(
                format!("{parameters} parameters"),
                "make layers narrower: at most 268435456 are allowed",
            );
        }
        match (self.loss(), layers.last()) {
            (Loss::CrossEntropy, Some(1)) => field(
                "cross_entropy over one class".into(),
                "end with the number of classes, at least 2",
            ),
            _ => Ok(()),
        }
    }
}

impl OptimizerFile {
    pub(super) fn check(&self, schedule: &ScheduleFile) -> Result<(), JobError> {
        if !(self.learning_rate().is_finite() && self.learning_rate() > 0.0) {
            let problem = format!("{} is no rate", self.learning_rate());
            return Err(JobError::field(
                "optimizer.learning_rate",
                problem,
                "give a finite number above 0",
            ));
        }
        builder::Schedule::from(schedule)
            .rates(self.learning_rate(), 0)
            .map_err(|error| {
                JobError::field("schedule", error.to_string(), "change that number")
            })?;
        Ok(())
    }
}

impl DataFile {
    pub(super) fn check(&self) -> Result<(), JobError> {
        if !(1..=Self::MAX_BATCH).contains(&self.batch) {
            return Err(JobError::field(
                "data.batch",
                format!("{} samples", self.batch),
                "give 1 to 1048576",
            ));
        }
        if !(self.scale.is_finite() && self.scale != 0.0) {
            return Err(JobError::field(
                "data.scale",
                format!("{}", self.scale),
                "give a finite number, not 0",
            ));
        }
        match (&self.test, self.holdout) {
            (Some(_), Some(_)) => Err(JobError::field(
                "data.holdout",
                "there is a test file already",
                "give either test or holdout",
            )),
            (None, Some(fraction)) if !(fraction > 0.0 && fraction < 1.0) => Err(JobError::field(
                "data.holdout",
                format!("a fraction of {fraction}"),
                "give a number between 0 and 1",
            )),
            (None, None) => Err(JobError::field(
                "data.test",
                "nothing to test on",
                "name a test file or give holdout",
            )),
            _ => Ok(()),
        }
    }
}

impl TrainingFile {
    pub(super) fn check(&self) -> Result<(), JobError> {
        match (self.steps, self.epochs) {
            (Some(0), _) | (_, Some(0)) => {
                return Err(JobError::field(
                    "training.steps",
                    "no training at all",
                    "give at least 1 step or epoch",
                ))
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => {
                let problem = "either steps or epochs decides how long to train";
                return Err(JobError::field(
                    "training.steps",
                    problem,
                    "give exactly one of them",
                ));
            }
        }
        if self.steps_per_segment == 0 {
            return Err(JobError::field(
                "training.steps_per_segment",
                "0 steps",
                "give at least 1",
            ));
        }
        self.check_interval()
    }

    fn check_interval(&self) -> Result<(), JobError> {
        let refused = |problem: String, remedy: &'static str| {
            let field = "training.steps_per_interval";
            Err(JobError::field(field, problem, remedy))
        };
        match self.steps_per_interval {
            Some(steps) if !(1..=Self::MAX_INTERVAL).contains(&steps) => {
                refused(format!("{steps} steps"), "give 1 to 4096")
            }
            Some(steps) if steps > self.steps_per_segment => refused(
                format!("{steps} steps are longer than a segment"),
                "make it at most steps_per_segment",
            ),
            _ => Ok(()),
        }
    }
}

impl Terms {
    pub(super) fn check(&self) -> Result<(), JobError> {
        if self.price_per_segment == Amount::ZERO {
            return Err(JobError::field(
                "job.price_per_segment",
                "nobody works for nothing",
                "give an amount above 0",
            ));
        }
        if self.escrow_segments == Some(0) {
            return Err(JobError::field(
                "job.escrow_segments",
                "0 segments",
                "lock at least the first segment's price",
            ));
        }
        if self.seconds_per_segment == Some(0) {
            return Err(JobError::field(
                "job.seconds_per_segment",
                "0 seconds",
                "give at least 1, or leave it out",
            ));
        }
        Ok(())
    }
}
