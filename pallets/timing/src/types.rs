//! The four numbers of a chain's pace, their bounds, and what they mean for a window stated in main-chain blocks.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The pace of a chain. Fixed at genesis.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timing {
    /// Length of a slot in milliseconds: the expected time between two blocks.
    pub slot_ms: u64,
    /// Slots of an epoch; a session is one epoch.
    pub epoch_slots: u32,
    /// Sessions of an era, after which rewards are due.
    pub sessions_per_era: u32,
    /// A window of `n` main-chain blocks lasts `n / time_divisor` blocks here, rounded up.
    pub time_divisor: u32,
}

impl Timing {
    /// The main chain: blocks of 6 s, epochs of 10 minutes, eras of 6 hours.
    pub const MAIN: Self = Self {
        slot_ms: 6_000,
        epoch_slots: 100,
        sessions_per_era: 36,
        time_divisor: 1,
    };
    /// A chain on a developer's desk: blocks of 1 s, epochs of 10 s, and windows shorter by 50.
    pub const DEVELOPMENT: Self = Self {
        slot_ms: 1_000,
        epoch_slots: 10,
        sessions_per_era: 3,
        time_divisor: 50,
    };

    /// Shortest and longest slot in milliseconds.
    pub const SLOT_MS_BOUNDS: (u64, u64) = (200, 60_000);
    /// Fewest and most slots of an epoch.
    pub const EPOCH_SLOTS_BOUNDS: (u64, u64) = (4, 14_400);
    /// Fewest and most sessions of an era.
    pub const SESSIONS_PER_ERA_BOUNDS: (u64, u64) = (1, 1_000);
    /// Least and greatest divisor.
    pub const TIME_DIVISOR_BOUNDS: (u64, u64) = (1, 10_000);

    /// Checks each number against its bounds and names the first that is outside.
    pub fn validate(&self) -> Result<(), TimingError> {
        within("slot_ms", self.slot_ms, Self::SLOT_MS_BOUNDS)?;
        within(
            "epoch_slots",
            self.epoch_slots.into(),
            Self::EPOCH_SLOTS_BOUNDS,
        )?;
        within(
            "sessions_per_era",
            self.sessions_per_era.into(),
            Self::SESSIONS_PER_ERA_BOUNDS,
        )?;
        within(
            "time_divisor",
            self.time_divisor.into(),
            Self::TIME_DIVISOR_BOUNDS,
        )
    }

    /// Blocks on this chain for a window stated in blocks of the main chain: divided, rounded up, at least one.
    pub fn scaled(&self, main_blocks: u32) -> u32 {
        main_blocks.div_ceil(self.time_divisor.max(1)).max(1)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::MAIN
    }
}

/// A number of [`Timing`] that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimingError {
    /// Name of the number.
    pub field: &'static str,
    /// What was given.
    pub value: u64,
    /// Least legal value.
    pub min: u64,
    /// Greatest legal value.
    pub max: u64,
}

impl fmt::Display for TimingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, must be from {} to {}",
            self.field, self.value, self.min, self.max
        )
    }
}

fn within(field: &'static str, value: u64, (min, max): (u64, u64)) -> Result<(), TimingError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(TimingError {
        field,
        value,
        min,
        max,
    })
}
