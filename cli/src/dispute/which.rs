//! Which dispute is meant.

use std::{fmt, str::FromStr};

use assay_client::{parse_hash, Account, At, ChainClient};
use assay_game::{DisputeView, GameId};

use crate::CliError;

/// A dispute by its game's name or by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Given out in order of opening.
    Number(u64),
    /// The game's name.
    Game(GameId),
}

/// Text that names no dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a dispute's number, or its game's name: 0x and 64 hexadecimal digits")]
pub struct ParseWhichError;

impl FromStr for Which {
    type Err = ParseWhichError;

    fn from_str(text: &str) -> Result<Self, ParseWhichError> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let hash = parse_hash(text).map_err(|_| ParseWhichError)?;
        Ok(Self::Game(GameId(hash.0)))
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Game(game) => write!(f, "{}", name(*game)),
        }
    }
}

impl Which {
    /// The dispute.
    ///
    /// # Errors
    /// [`CliError::NoDispute`], or what the connection says.
    pub async fn find(self, chain: &ChainClient, at: At) -> Result<DisputeView<Account>, CliError> {
        let found = match self {
            Self::Game(game) => chain.dispute(game, at).await?,
            Self::Number(number) => {
                let page = chain.disputes(number, 1, at).await?;
                page.items.into_iter().find(|view| view.number == number)
            }
        };
        found.ok_or(CliError::NoDispute { which: self })
    }
}

/// A game's name in hexadecimal digits.
pub fn name(game: GameId) -> String {
    format!("0x{}", hex::encode(game.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_told_apart() {
        assert_eq!("12".parse(), Ok(Which::Number(12)));
        let digits = "07".repeat(32);
        let game = Which::Game(GameId([7; 32]));
        assert_eq!(format!("0x{digits}").parse(), Ok(game));
        assert_eq!(game.to_string(), format!("0x{digits}"));
        for text in ["", "-1", "0x12", "x"] {
            assert_eq!(text.parse::<Which>(), Err(ParseWhichError), "{text}");
        }
    }
}
