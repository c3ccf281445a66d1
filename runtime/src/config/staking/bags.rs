//! The upper ends of the bags in which voters are sorted by their stake.

use crate::identity::UNIT;
use frame_support::traits::Get;

/// Number of bags but for the one below the least stake; the next threshold after the last would not fit into 64 bits.
const BAGS: usize = 210;
/// End of the first bag: a token.
const FIRST: u64 = UNIT as u64;
/// Each bag ends a twelfth above the one before, so voters within a bag differ by 8.3 % at most.
const GROWTH: u64 = 12;

const THRESHOLDS: [u64; BAGS] = geometric();

// The last one covers all but what saturates.
const _: () = assert!(THRESHOLDS[BAGS - 1] / GROWTH > u64::MAX - THRESHOLDS[BAGS - 1]);

const fn geometric() -> [u64; BAGS] {
    let mut thresholds = [FIRST; BAGS];
    let mut at = 1;
    while at < BAGS {
        thresholds[at] = thresholds[at - 1] + thresholds[at - 1] / GROWTH;
        at += 1;
    }
    thresholds
}

/// The thresholds, from the least up. An account is in the bag of the least threshold that is not below its stake.
pub struct Thresholds;

impl Get<&'static [u64]> for Thresholds {
    fn get() -> &'static [u64] {
        &THRESHOLDS
    }
}
