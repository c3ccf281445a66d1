//! Amounts of money in text.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An amount in whole tokens with a decimal fraction, such as `"12.5"`; how many of a chain's smallest units that is
/// depends on the chain's decimals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount {
    whole: u128,
    /// Digits behind the point, without trailing zeros.
    fraction: String,
}

/// Why text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number.
    #[error(
        "{text:?} is not an amount; write tokens as a decimal number in quotes, such as \"12.5\""
    )]
    Syntax {
        /// The text.
        text: String,
    },
    /// More digits than the chain's smallest unit has.
    #[error("the amount {amount} has more than {decimals} decimals, the chain's smallest unit")]
    TooFine {
        /// The amount.
        amount: Amount,
        /// Decimals of the chain.
        decimals: u8,
    },
    /// More than 2^128 units.
    #[error("the amount {amount} is too large")]
    TooLarge {
        /// The amount.
        amount: Amount,
    },
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self {
        whole: 0,
        fraction: String::new(),
    };

    /// The amount in units of which 10^`decimals` make a token; exact or refused.
    pub fn units(&self, decimals: u8) -> Result<u128, AmountError> {
        let digits = self.fraction.len();
        if digits > usize::from(decimals) {
            return Err(AmountError::TooFine {
                amount: self.clone(),
                decimals,
            });
        }
        let scaled =
            |value: u128, zeros: usize| value.checked_mul(10u128.checked_pow(zeros as u32)?);
        let whole = scaled(self.whole, usize::from(decimals));
        let fraction = match digits {
            0 => Some(0),
            _ => self
                .fraction
                .parse()
                .ok()
                .and_then(|value| scaled(value, usize::from(decimals) - digits)),
        };
        let units = whole
            .zip(fraction)
            .and_then(|(whole, fraction)| whole.checked_add(fraction));
        units.ok_or_else(|| AmountError::TooLarge {
            amount: self.clone(),
        })
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let syntax = || AmountError::Syntax {
            text: text.to_owned(),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(syntax());
        }
        Ok(Self {
            whole: whole.parse().map_err(|_| syntax())?,
            fraction: fraction.trim_end_matches('0').to_owned(),
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fraction.is_empty() {
            true => write!(f, "{}", self.whole),
            false => write!(f, "{}.{}", self.whole, self.fraction),
        }
    }
}

impl TryFrom<String> for Amount {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_exact() {
        let units = |text: &str, decimals| text.parse::<Amount>().unwrap().units(decimals);
        assert_eq!(units("12.5", 12), Ok(12_500_000_000_000));
        assert_eq!(units("0.000000000001", 12), Ok(1));
        assert_eq!(units("3", 0), Ok(3));
        assert_eq!(units("7.0", 0), Ok(7));
        assert!(matches!(units("0.05", 1), Err(AmountError::TooFine { .. })));
        let most = u128::MAX.to_string();
        assert_eq!(units(&most, 0), Ok(u128::MAX));
        assert!(matches!(units(&most, 1), Err(AmountError::TooLarge { .. })));
        assert!(matches!(units("1", 255), Err(AmountError::TooLarge { .. })));
    }

    #[test]
    fn text_goes_both_ways_and_nonsense_is_refused() {
        for text in ["0", "1.25", "340282366920938463463374607431768211455"] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1 ",
            "1_000",
            "1.2.3",
            &"9".repeat(40),
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
