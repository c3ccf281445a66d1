//! `assay-worker verify`: executes what others commit, and disputes what is wrong.
//!
//! A [`Verifier`] looks at the committed segments of other providers at every block. Those that its [`Choice`] takes it
//! executes again, one at a time, those whose windows end first before the others. The execution is the very training of a
//! provider ([`crate::train`]), with checkpoints and journal, so that it goes on after a crash. If the trace root differs from
//! the committed one, it challenges the first interval that differs, as far as the provider says what it committed, else
//! the segment; a [`Player`](crate::dispute::Player) plays the game to its end.

mod bond;
mod check;
mod choice;
pub mod decide;
mod published;
mod run;
mod verifier;

pub use bond::{Bond, BondError};
pub use choice::Choice;
pub use run::{verify, verify_with};
pub use verifier::{Setting, Verifier};
