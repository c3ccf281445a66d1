//! The command line of `assay validator`.

use assay_client::{governance::Share, Account};
use assay_protocol::{Balance, UNIT};
use clap::{Args, Subcommand};

use crate::{
    amount,
    options::{AccountOptions, OwnerOptions, Wait},
};

/// `assay validator`
#[derive(Debug, Subcommand)]
pub enum ValidatorCommand {
    /// Shows a validator or nominator: keys, standing, era, bond, nominations, points.
    Status(AccountOptions),
    /// Makes the node generate session keys and sets them for the key's account.
    Keys(OwnerOptions),
    /// Bonds tokens and offers the key's account as a validator; bonds more if it has bonded already.
    Bond(BondOptions),
    /// Puts what the key's account has bonded behind validators.
    Nominate(NominateOptions),
    /// Takes the key's account out of the next elections, as validator and as nominator.
    Chill(OwnerOptions),
    /// Begins to unbond tokens.
    Unbond(UnbondOptions),
    /// Frees tokens that have been unbonded for long enough.
    Withdraw(OwnerOptions),
    /// Pays a validator and its nominators for the eras that are still unpaid; anyone may.
    Payout(PayoutOptions),
}

/// Options of `validator bond`.
#[derive(Clone, Debug, Args)]
pub struct BondOptions {
    /// Tokens, such as 12.5.
    #[arg(value_parser = amount::parse)]
    pub amount: Balance,
    /// Percent of the reward that the validator takes before its nominators, such as 2.5; what it was if left out, else 0.
    #[arg(long, env = "ASSAY_COMMISSION", value_name = "PERCENT", value_parser = percent)]
    pub commission: Option<Share>,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `validator nominate`.
#[derive(Clone, Debug, Args)]
pub struct NominateOptions {
    /// The validators.
    #[arg(required = true)]
    pub targets: Vec<Account>,
    /// Tokens to bond first, such as 12.5.
    #[arg(long, env = "ASSAY_BOND", value_name = "AMOUNT", value_parser = amount::parse)]
    pub bond: Option<Balance>,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `validator unbond`.
#[derive(Clone, Debug, Args)]
pub struct UnbondOptions {
    /// Tokens, such as 12.5.
    #[arg(value_parser = amount::parse)]
    pub amount: Balance,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `validator payout`.
#[derive(Clone, Debug, Args)]
pub struct PayoutOptions {
    /// The validator; the key's account if left out.
    pub address: Option<Account>,
    /// Payouts made at most, the oldest first.
    #[arg(long, env = "ASSAY_LIMIT", default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub limit: u32,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// A share in percent, with a decimal fraction.
fn percent(text: &str) -> Result<Share, String> {
    // Read as tokens: a percent is a hundredth of a whole of 10^9, and a token has 10^12 units.
    let percent = amount::parse(text)?;
    if percent > 100 * UNIT {
        return Err("a commission is at most 100 percent".to_owned());
    }
    Ok(Share::of(percent, 100 * UNIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commissions_are_percent() {
        assert_eq!(percent("2.5"), Ok(Share(25_000_000)));
        assert_eq!(percent("100"), Ok(Share::WHOLE));
        for text in ["100.1", "-1", "5%", ""] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
