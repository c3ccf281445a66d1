//! Model families and importers that build programs.
//!
//! A [`JobFile`] describes a training job in TOML: model, optimizer, data, division into segments, price.
//! [`JobFile::bundle`] makes of it all that a job consists of: program, constants, start state, dataset tensors and their
//! roots. The same file and data give the same bits on every machine. A trained state goes out as safetensors
//! ([`Checkpoint`]) and is measured with candle ([`evaluate`]).
//!
//! ```
//! let text = r#"
//!     [model]
//!     kind = "mlp"
//!     layers = [64, 32, 10]
//!     activation = "relu"
//!     loss = "cross_entropy"
//!
//!     [optimizer]
//!     kind = "adamw"
//!     learning_rate = 0.003
//!
//!     [data]
//!     train = "train.csv"
//!     test = "test.csv"
//!     batch = 32
//!
//!     [training]
//!     epochs = 20
//!     steps_per_segment = 90
//!     steps_per_interval = 5
//!     seed = 1
//!
//!     [job]
//!     price_per_segment = "0.25"
//! "#;
//! let job = assay_models::JobFile::parse(text)?;
//! assert_eq!(job.model.layers().first(), Some(&64));
//! # Ok::<(), assay_models::JobError>(())
//! ```
//!
//! Terms: a *parameter* is a tensor that training changes and a user wants; a *slot* is a tensor of the program's state, a
//! parameter or what the optimizer keeps beside it; the *tape* is the slot that holds the loss of every step.
//!
//! **Invariant:** models knows nothing of chains; a program is made by `assay_program::builder` alone, candle never
//! computes a committed value.
#![forbid(unsafe_code)]

mod bundle;
mod checkpoint;
mod data;
mod evaluate;
mod interop;
pub mod job;
mod layout;
mod mlp;
mod weights;

pub use bundle::{JobBundle, Roots};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use data::{DataError, Dataset, Splits};
pub use evaluate::{evaluate, EvaluateError, Evaluation};
pub use job::{JobError, JobFile};
pub use layout::{Layout, Role, SlotInfo};
pub use mlp::{Mlp, Parameter};
