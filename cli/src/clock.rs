//! Deadlines as a person reads them.
//!
//! The chain counts deadlines in chain time, the blocks during which finality kept up, so the number of a deadline's
//! block would mislead: only how much is left means something.

use assay_client::{At, ChainClient};
use assay_protocol::{BlockNumber, BlockTime};

use crate::CliError;

/// Chain time as of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// In blocks.
    pub now: BlockNumber,
    /// Of a block.
    pub block: BlockTime,
}

impl Clock {
    /// Reads chain time.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn read(chain: &ChainClient, at: At) -> Result<Self, CliError> {
        Ok(Self {
            now: chain.chain_time(at).await?,
            block: block_time(chain).await?,
        })
    }

    /// Blocks until a deadline; 0 if it has passed.
    pub fn blocks_until(self, deadline: BlockNumber) -> BlockNumber {
        deadline.saturating_sub(self.now)
    }

    /// Seconds until a deadline, if blocks come in time; 0 if it has passed.
    pub fn seconds_until(self, deadline: BlockNumber) -> u64 {
        self.block.seconds_of(self.blocks_until(deadline).into())
    }

    /// How long it is until a deadline, in words.
    pub fn until(self, deadline: BlockNumber) -> String {
        match self.blocks_until(deadline) {
            1 => format!("1 block (about {} s)", self.seconds_until(deadline)),
            blocks => format!("{blocks} blocks (about {} s)", self.seconds_until(deadline)),
        }
    }
}

/// So many blocks, and how long they take if they come in time: `24 blocks (about 2 min)`.
pub fn blocks(count: BlockNumber, time: BlockTime) -> String {
    let seconds = time.seconds_of(count.into());
    match count {
        1 => format!("1 block ({})", about(seconds)),
        count => format!("{count} blocks ({})", about(seconds)),
    }
}

/// A time in the largest unit of which it has three or more: `about 90 s`, `about 12 min`.
pub fn about(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(unit, _)| seconds >= 3 * unit);
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("about {} {name}", (seconds + unit / 2) / unit)
}

/// The time between two blocks.
///
/// # Errors
/// What the connection says.
pub async fn block_time(chain: &ChainClient) -> Result<BlockTime, CliError> {
    let millis = chain.constant("Babe", "ExpectedBlockTime").await?;
    Ok(BlockTime { millis })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_told_by_what_is_left() {
        let clock = Clock {
            now: 90,
            block: BlockTime { millis: 6_000 },
        };
        assert_eq!(clock.until(100), "10 blocks (about 60 s)");
        assert_eq!(clock.until(91), "1 block (about 6 s)");
        assert_eq!(clock.until(89), "0 blocks (about 0 s)");
    }

    #[test]
    fn times_are_told_in_fitting_units() {
        let six = BlockTime { millis: 6_000 };
        assert_eq!(blocks(1, six), "1 block (about 6 s)");
        assert_eq!(blocks(100, six), "100 blocks (about 10 min)");
        assert_eq!(about(179), "about 179 s");
        assert_eq!(about(14 * 86_400), "about 14 d");
        assert_eq!(about(90 * 60), "about 90 min");
    }
}
