//! Playing disputes, for whichever side.
//!
//! A [`Player`] looks at every best block for games that wait for its party, computes the move on a thread, signs it and
//! sends it as a general transaction, again and again until the game has moved on; it claims the other side's time when
//! that has run out, and moves money once it is due. What to do is decided in [`decide`], purely.
//!
//! **Nothing is kept.** A move is a function of the chain's state of the game and of what was computed: the state roots in
//! the journal and the execution of one interval. After `kill -9` in the middle of a game the same move comes out again, at
//! the cost of executing that interval once more from the nearest checkpoint; and if the first one had arrived, the second
//! is the same move and changes nothing. Signatures cover game, round and history, so that none of it can be misused.
//!
//! **Memory.** One answer is in the making at a time. Executions of intervals are kept for further rounds only as far as the
//! memory given to a job holds them.

mod argument;
mod case;
mod commitment;
pub mod decide;
mod docket;
mod materials;
mod player;
mod record;
mod shelf;
mod thought;

pub use case::{Case, CaseError};
pub use commitment::{roots_of, Commitment};
pub use materials::Materials;
pub use player::{name, Player, Seat};
