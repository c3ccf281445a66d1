//! The job file.
//!
//! Every table refuses fields it does not know. [`JobFile::parse`] judges all that can be judged without the data.

mod amount;
mod check;
mod error;
mod file;
mod plan;

pub use amount::{Amount, AmountError};
pub use error::JobError;
pub use file::{
    Activation, ClipFile, DataFile, Device, Format, JobFile, Loss, ModelFile, OptimizerFile,
    Requirements, ScheduleFile, Terms, TrainingFile,
};
pub use plan::Plan;
