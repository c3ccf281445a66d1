//! Providers that cheat and challengers that lie, for tests. The shipped worker knows nothing of them.
//!
//! A cheating provider is the ordinary worker with another [`Compute`](assay_worker::compute::Compute): [`Crooked`] takes
//! some steps wrongly, commits what comes of it, and defends that in games as an honest worker defends the truth, with trees
//! that fit together everywhere but at the one step that is false.
//!
//! A challenger that lies is the ordinary verifier with the same fault: it finds right commitments wrong.
//!
//! - [`Fault`]: what is done wrongly, and from which step on.
//! - [`Conduct`]: how a cheat behaves in games: whether it answers, and how fast.
//! - [`Tale`]: an interval as the cheat tells it, as an [`Execution`](assay_prover::Execution).

mod conduct;
mod crooked;
mod fault;
mod tale;
mod told;

pub use conduct::{Conduct, Level};
pub use crooked::Crooked;
pub use fault::{Fault, Kind};
pub use tale::Tale;
pub use told::{Facts, Told};
