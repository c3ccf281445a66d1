//! Votes, and what they lock.

use std::{fmt, str::FromStr};

use assay_protocol::Balance;
use codec::{Encode, Output};

/// How often a vote counts, for how long it locks tokens up once its side has won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conviction(u8);

/// Text that is no conviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a conviction is 0 to 6: 0 counts a tenth and locks nothing, N counts N times and locks tokens up 2^(N-1) periods")]
pub struct ParseConvictionError;

impl Conviction {
    /// Counts a tenth and locks nothing after the referendum.
    pub const NONE: Self = Self(0);

    /// Periods for which tokens stay locked after a referendum that went as they voted.
    pub const fn lock_periods(self) -> u32 {
        match self.0 {
            0 => 0,
            level => 1 << (level - 1),
        }
    }

    /// What so many tokens count.
    pub fn votes(self, amount: Balance) -> Balance {
        match self.0 {
            0 => amount / 10,
            level => amount.saturating_mul(level.into()),
        }
    }
}

impl FromStr for Conviction {
    type Err = ParseConvictionError;

    fn from_str(text: &str) -> Result<Self, ParseConvictionError> {
        let level = text.parse().map_err(|_| ParseConvictionError)?;
        match level {
            0..=6 => Ok(Self(level)),
            _ => Err(ParseConvictionError),
        }
    }
}

impl fmt::Display for Conviction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A vote of one account on one referendum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// For it.
    Aye(Balance, Conviction),
    /// Against it.
    Nay(Balance, Conviction),
    /// Counts to the support alone.
    Abstain(Balance),
}

impl Vote {
    /// The tokens that it takes.
    pub const fn amount(&self) -> Balance {
        match self {
            Self::Aye(amount, _) | Self::Nay(amount, _) | Self::Abstain(amount) => *amount,
        }
    }
}

impl Encode for Vote {
    fn encode_to<T: Output + ?Sized>(&self, out: &mut T) {
        const STANDARD: u8 = 0;
        const SPLIT_ABSTAIN: u8 = 2;
        const AYE: u8 = 0x80;
        match *self {
            Self::Aye(amount, conviction) => (STANDARD, AYE | conviction.0, amount).encode_to(out),
            Self::Nay(amount, conviction) => (STANDARD, conviction.0, amount).encode_to(out),
            Self::Abstain(amount) => (SPLIT_ABSTAIN, 0u128, 0u128, amount).encode_to(out),
        }
    }
}

/// What of an account is locked for votes on a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The number of the track.
    pub track: u16,
    /// How much.
    pub amount: Balance,
    /// The referenda for which the account's votes are kept.
    pub votes: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convictions_are_zero_to_six() {
        let conviction = |text: &str| text.parse::<Conviction>();
        assert_eq!(conviction("0"), Ok(Conviction::NONE));
        for text in ["7", "-1", "", "6x"] {
            assert_eq!(conviction(text), Err(ParseConvictionError), "{text}");
        }
        let six = conviction("6").unwrap();
        assert_eq!((six.votes(10), six.lock_periods()), (60, 32));
        assert_eq!(
            (Conviction::NONE.votes(10), Conviction::NONE.lock_periods()),
            (1, 0)
        );
    }

    #[test]
    fn votes_are_written_as_the_chain_reads_them() {
        let six = "6".parse().unwrap();
        let amount = 7u128.encode();
        assert_eq!(
            Vote::Aye(7, six).encode(),
            [&[0, 0x86][..], &amount].concat()
        );
        assert_eq!(Vote::Nay(7, six).encode(), [&[0, 6][..], &amount].concat());
        let split = [&[2][..], &[0; 32], &amount].concat();
        assert_eq!(Vote::Abstain(7).encode(), split);
    }
}
