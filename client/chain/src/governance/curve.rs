//! Shares, and the curves by which what a referendum needs falls while its decision runs.

use std::fmt;

use codec::Decode;
use serde::Serialize;

/// The whole, in billionths.
const WHOLE: u32 = 1_000_000_000;

/// A share in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Decode, Serialize)]
#[serde(transparent)]
pub struct Share(pub u32);

impl Share {
    /// The whole.
    pub const WHOLE: Self = Self(WHOLE);

    /// The share that `part` is of `total`, rounded down; none of nothing, and never more than the whole.
    pub fn of(part: u128, total: u128) -> Self {
        if total == 0 {
            return Self(0);
        }
        if part >= total {
            return Self::WHOLE;
        }
        // Both are cut alike where the product would not fit.
        let excess = (128 - total.leading_zeros()).saturating_sub(96);
        let billionths = (part >> excess) * u128::from(WHOLE) / (total >> excess);
        Self(u32::try_from(billionths).unwrap_or(WHOLE))
    }

    /// What is this share of a total, rounded up.
    pub fn ceil_of(self, total: u128) -> u128 {
        let (share, whole) = (u128::from(self.0), u128::from(WHOLE));
        let rest = (total % whole).saturating_mul(share).div_ceil(whole);
        (total / whole).saturating_mul(share).saturating_add(rest)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0 / (WHOLE / 10_000);
        write!(f, "{}.{:02} %", hundredths / 100, hundredths % 100)
    }
}

/// What share is needed, by the share of the decision's time that has passed. It never rises.
///
/// The variants stand in the order of the chain's own, as constants are read.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
pub enum Curve {
    /// A straight line.
    Linear {
        /// Time after which it stays at the floor.
        length: Share,
        /// The end.
        floor: Share,
        /// The start.
        ceil: Share,
    },
    /// Steps of one size.
    Stepped {
        /// The start.
        begin: Share,
        /// The least.
        end: Share,
        /// By which each step falls.
        step: Share,
        /// Time between steps.
        period: Share,
    },
    /// `factor / (time + x_offset) + y_offset`, all in billionths.
    Reciprocal {
        /// The numerator.
        factor: i64,
        /// Added to the time.
        x_offset: i64,
        /// Added to the quotient.
        y_offset: i64,
    },
}

impl Curve {
    /// What is needed after this share of the time.
    pub fn threshold(&self, time: Share) -> Share {
        let whole = i128::from(WHOLE);
        let parts = |share: &Share| i128::from(share.0);
        let needed = match self {
            Self::Linear {
                length,
                floor,
                ceil,
            } => {
                let passed = parts(&time.min(*length)) * whole / parts(length).max(1);
                parts(ceil) - passed * (parts(ceil) - parts(floor)) / whole
            }
            Self::Stepped {
                begin,
                end,
                step,
                period,
            } => {
                let steps = parts(&time) / parts(period).max(1);
                (parts(begin) - steps * parts(step)).max(parts(end))
            }
            Self::Reciprocal {
                factor,
                x_offset,
                y_offset,
            } => match parts(&time) + i128::from(*x_offset) {
                0 => whole,
                divisor => {
                    (i128::from(*factor) * whole).div_euclid(divisor) + i128::from(*y_offset)
                }
            },
        };
        Share(u32::try_from(needed.clamp(0, whole)).unwrap_or(WHOLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn percent(share: u32) -> Share {
        Share(share * (WHOLE / 100))
    }

    #[test]
    fn shares_are_of_any_amount() {
        assert_eq!(Share::of(1, 4), percent(25));
        assert_eq!(
            Share::of(u128::MAX / 4, u128::MAX).0 / 10,
            percent(25).0 / 10 - 1
        );
        assert_eq!((Share::of(5, 0), Share::of(5, 4)), (Share(0), Share::WHOLE));
        assert_eq!(percent(25).ceil_of(10), 3);
        assert_eq!(Share::WHOLE.ceil_of(u128::MAX), u128::MAX);
        assert_eq!(Share(123_456_789).to_string(), "12.34 %");
    }

    #[test]
    fn curves_fall_from_start_to_end() {
        let linear = Curve::Linear {
            length: percent(50),
            floor: percent(10),
            ceil: percent(50),
        };
        let at = |curve: &Curve, time| curve.threshold(percent(time));
        assert_eq!(at(&linear, 0), percent(50));
        assert_eq!(at(&linear, 25), percent(30));
        assert_eq!(at(&linear, 100), percent(10));
        let stepped = Curve::Stepped {
            begin: percent(80),
            end: percent(50),
            step: percent(20),
            period: percent(10),
        };
        assert_eq!(at(&stepped, 9), percent(80));
        assert_eq!(at(&stepped, 10), percent(60));
        assert_eq!(at(&stepped, 90), percent(50));
        // 0.25 / (x + 0.5): from 50 % to a sixth.
        let reciprocal = Curve::Reciprocal {
            factor: 250_000_000,
            x_offset: 500_000_000,
            y_offset: 0,
        };
        assert_eq!(at(&reciprocal, 0), percent(50));
        assert_eq!(at(&reciprocal, 100), Share(166_666_666));
    }
}
