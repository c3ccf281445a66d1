//! `assay gov deposit` and `assay gov refund`.

use assay_client::{
    governance::{calls, Referendum},
    Account, At, Call, Key,
};
use assay_protocol::Balance;
use serde::Serialize;

use super::{
    ongoing,
    options::{ReferendumOptions, RefundOptions},
    referendum, track,
};
use crate::{
    amount::show,
    context::{self, check_balance, Context},
    output::{decimal, field, Output},
    CliError,
};

/// A decision deposit that has been put down.
#[derive(Clone, Debug, Serialize)]
struct Placed {
    /// The referendum.
    referendum: u32,
    /// Who put it down.
    account: Account,
    /// How much.
    #[serde(serialize_with = "decimal")]
    amount: Balance,
}

/// Deposits that have gone back.
#[derive(Clone, Debug, Serialize)]
struct Refunded {
    /// The referendum.
    referendum: u32,
    /// What went back, and to whom.
    deposits: Vec<Back>,
    /// Whether the preimage was removed, and its deposit returned.
    preimage: bool,
}

/// A deposit that has gone back.
#[derive(Clone, Debug, Serialize)]
struct Back {
    /// To whom.
    account: Account,
    /// How much.
    #[serde(serialize_with = "decimal")]
    amount: Balance,
}

/// Puts the decision deposit down.
pub(super) async fn place(
    options: &ReferendumOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let found = ongoing(&chain, options.index).await?;
    let amount = track(&chain, &found.track.to_string())
        .await?
        .decision_deposit;
    if found.decision_deposit.is_none() {
        check_balance(&chain, key.account(), amount).await?;
    }
    let call = calls::place_decision_deposit(options.index);
    context::send(&chain, &call, &key, options.wait).await?;
    let placed = Placed {
        referendum: options.index,
        account: key.account(),
        amount,
    };
    out.finish(&placed, |out| {
        field(out, "referendum", placed.referendum)?;
        field(out, "decision deposit", show(placed.amount))
    })
}

/// Returns what can be returned.
pub(super) async fn refund(
    options: &RefundOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key: Key = context.key()?;
    let chain = context.chain().await?;
    let found = referendum(&chain, options.index, At::Best).await?;
    let (mut all, deposits) = returnable(options.index, &found)?;
    all.extend(options.preimage.map(calls::unnote_preimage));
    if all.is_empty() {
        return Err(CliError::NothingToRefund {
            index: options.index,
        });
    }
    let call = chain.batch(&all).await?;
    context::send(&chain, &call, &key, options.wait).await?;
    let refunded = Refunded {
        referendum: options.index,
        deposits,
        preimage: options.preimage.is_some(),
    };
    out.finish(&refunded, |out| {
        field(out, "referendum", refunded.referendum)?;
        for back in &refunded.deposits {
            field(
                out,
                "returned",
                format!("{} to {}", show(back.amount), back.account),
            )?;
        }
        match refunded.preimage {
            true => field(out, "preimage", "removed"),
            false => Ok(()),
        }
    })
}

/// The calls that return a referendum's deposits, and what they return.
fn returnable(index: u32, referendum: &Referendum) -> Result<(Vec<Call>, Vec<Back>), CliError> {
    let (submission, decision) = match referendum {
        Referendum::Ongoing(_) => return Err(CliError::Undecided { index }),
        Referendum::Approved(_, submission, decision)
        | Referendum::Cancelled(_, submission, decision) => (*submission, *decision),
        Referendum::Rejected(_, _, decision) | Referendum::TimedOut(_, _, decision) => {
            (None, *decision)
        }
        Referendum::Killed(_) => (None, None),
    };
    let submission = submission.map(|deposit| (calls::refund_submission_deposit(index), deposit));
    let decision = decision.map(|deposit| (calls::refund_decision_deposit(index), deposit));
    let back = |(call, deposit): (Call, assay_client::governance::Deposit)| {
        let back = Back {
            account: deposit.who,
            amount: deposit.amount,
        };
        (call, back)
    };
    Ok(submission.into_iter().chain(decision).map(back).unzip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_client::governance::Deposit;

    #[test]
    fn a_rejected_referendums_submission_deposit_is_kept() {
        let deposit = |amount| {
            Some(Deposit {
                who: Account([1; 32]),
                amount,
            })
        };
        let amounts = |referendum| -> Vec<_> {
            let (_, back) = returnable(3, &referendum).unwrap();
            back.iter().map(|back| back.amount).collect()
        };
        assert_eq!(
            amounts(Referendum::Approved(9, deposit(1), deposit(2))),
            [1, 2]
        );
        assert_eq!(
            amounts(Referendum::Rejected(9, deposit(1), deposit(2))),
            [2]
        );
        assert_eq!(amounts(Referendum::Killed(9)), [0u128; 0]);
    }
}
