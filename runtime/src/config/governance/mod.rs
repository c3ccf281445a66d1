//! Governance: token holders decide by referenda, each on the track of the origin that it asks for.
//!
//! | file | subject |
//! |---|---|
//! | `origins` | what a referendum may act as, short of root |
//! | `tracks` | how long, how dear and how clear a decision of each origin is |
//! | `voting` | referenda, votes, whitelist, technical committee |
//! | `enactment` | preimages, the scheduler |
//! | `treasury` | the treasury and who may spend from it |
//!
//! All of it counts plain blocks, not chain time: when finality stands still, governance must still be able to mend the chain.

mod enactment;
pub mod origins;
mod tracks;
mod treasury;
mod voting;

pub use tracks::Tracks;
pub use treasury::TreasuryAccount;

use crate::Timing;

/// Blocks of the main chain in a minute, an hour and a day.
const MINUTES: u32 = 10;
const HOURS: u32 = 60 * MINUTES;
const DAYS: u32 = 24 * HOURS;

/// So many blocks of the main chain at this chain's pace.
fn blocks(main: u32) -> u32 {
    Timing::timing().scaled(main)
}

/// Defines types that give so many blocks of the main chain at this chain's pace.
macro_rules! periods {
    ($($(#[$doc:meta])+ $name:ident = $main:expr;)+) => {
        $(
            $(#[$doc])+
            pub struct $name;

            impl frame_support::traits::Get<crate::BlockNumber> for $name {
                fn get() -> crate::BlockNumber {
                    super::blocks($main)
                }
            }
        )+
    };
}
use periods;
