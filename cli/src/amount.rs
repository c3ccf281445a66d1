//! Amounts of money on the command line: tokens with a decimal fraction.

use std::str::FromStr;

use assay_models::job::Amount;
use assay_protocol::{Balance, UNIT};

/// Decimal places of the token: [`UNIT`] is ten to this power.
pub const DECIMALS: u8 = 12;

/// Ticker of the token.
pub const SYMBOL: &str = "ASY";

/// Reads an amount in tokens, such as `12.5`, as units of the chain.
///
/// # Errors
/// In words, for the command line: no number, too fine or too large.
pub fn parse(text: &str) -> Result<Balance, String> {
    let amount = Amount::from_str(text).map_err(|error| error.to_string())?;
    amount.units(DECIMALS).map_err(|error| error.to_string())
}

/// An amount as people read it: `12.5 ASY`.
pub fn show(units: Balance) -> String {
    let fraction = format!("{:012}", units % UNIT);
    let fraction = fraction.trim_end_matches('0');
    match fraction.is_empty() {
        true => format!("{} {SYMBOL}", units / UNIT),
        false => format!("{}.{fraction} {SYMBOL}", units / UNIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_both_ways() {
        for (text, units) in [
            ("0", 0),
            ("12.5", 12_500_000_000_000),
            ("0.000000000001", 1),
        ] {
            assert_eq!(parse(text), Ok(units));
            assert_eq!(show(units), format!("{text} ASY"));
        }
        assert_eq!(10u128.pow(u32::from(DECIMALS)), UNIT);
    }

    #[test]
    fn other_amounts_are_refused() {
        for text in ["", "-1", "1e3", "0.0000000000001", "x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
