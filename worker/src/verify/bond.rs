//! What a challenge locks.

use assay_client::Account;
use assay_protocol::{Balance, UNIT};

use crate::dispute::Commitment;

/// What a challenge locks: it comes back unless the game is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// What may be lost.
    pub bond: Balance,
    /// For what the dispute stores.
    pub deposit: Balance,
}

/// A challenger that cannot pay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("account {account} has {} free and a challenge locks {}; endow it before the window ends, or the fraud goes unpunished", tokens(*free), tokens(*needed))]
pub struct BondError {
    /// The challenger.
    pub account: Account,
    /// What it can lock.
    pub free: Balance,
    /// What it must lock.
    pub needed: Balance,
}

impl Bond {
    /// The bond for a challenge of a commitment, by the parameters that its job was submitted under.
    pub fn of(commitment: &Commitment) -> Self {
        let params = &commitment.job.params;
        Self {
            bond: params.bond(commitment.price()),
            deposit: params.disputes.deposit,
        }
    }

    /// Checks that an account can lock it.
    ///
    /// # Errors
    /// [`BondError`] if it cannot.
    pub fn check(&self, account: Account, free: Balance) -> Result<(), BondError> {
        let needed = self.bond.saturating_add(self.deposit);
        match free >= needed {
            true => Ok(()),
            false => Err(BondError {
                account,
                free,
                needed,
            }),
        }
    }
}

fn tokens(amount: Balance) -> String {
    format!("{}.{:03}", amount / UNIT, amount % UNIT * 1_000 / UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bond_and_deposit_must_be_there() {
        let bond = Bond {
            bond: 3 * UNIT,
            deposit: UNIT / 2,
        };
        let account = Account([1; 32]);
        assert_eq!(bond.check(account, 7 * UNIT / 2), Ok(()));
        let error = bond.check(account, 7 * UNIT / 2 - 1).unwrap_err();
        assert!(error.to_string().contains("3.499 free"), "{error}");
        assert!(error.to_string().contains("locks 3.500"), "{error}");
    }
}
