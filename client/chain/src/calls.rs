//! The calls of the market, typed.

use assay_protocol::{
    Balance, Capabilities, DeclineReason, JobId, JobSubmission, SegmentCommitment, SegmentIndex,
    Url,
};

use codec::Compact;

use crate::{Account, Call};

const JOBS: &str = "Jobs";
const PROVIDERS: &str = "Providers";

/// Submits a job and locks its escrow. Signed by the buyer.
pub fn submit_job(submission: JobSubmission) -> Call {
    Call::new(JOBS, "submit", (submission,))
}

/// Cancels a job. Signed by its buyer.
pub fn cancel(job: JobId) -> Call {
    Call::new(JOBS, "cancel", (job,))
}

/// Locks more escrow for a job. Signed by its buyer.
pub fn top_up(job: JobId, amount: Balance) -> Call {
    Call::new(JOBS, "top_up", (job, Compact(amount)))
}

/// Takes an open job at its posted price. Signed by a provider's operator.
pub fn claim(job: JobId) -> Call {
    Call::new(JOBS, "claim", (job,))
}

/// Accepts a claimed job after checking its program and data. Signed by the operator.
pub fn accept(job: JobId) -> Call {
    Call::new(JOBS, "accept", (job,))
}

/// Declines a claimed job. Signed by the operator.
pub fn decline(job: JobId, reason: DeclineReason) -> Call {
    Call::new(JOBS, "decline", (job, reason))
}

/// Commits the roots of a trained segment. Signed by the operator.
pub fn commit_segment(job: JobId, segment: SegmentIndex, commitment: SegmentCommitment) -> Call {
    Call::new(JOBS, "commit_segment", (job, segment, commitment))
}

/// Pays a committed segment whose window has passed. Signed by anyone; free on success.
pub fn finalise_segment(job: JobId, segment: SegmentIndex) -> Call {
    Call::new(JOBS, "finalise_segment", (job, segment))
}

/// Ends what is overdue in a job. Signed by anyone; free on success.
pub fn time_out(job: JobId) -> Call {
    Call::new(JOBS, "time_out", (job,))
}

/// Removes an ended job's records after their retention and returns the deposit. Signed by anyone; free on success.
pub fn clean_up(job: JobId) -> Call {
    Call::new(JOBS, "clean_up", (job,))
}

/// Moves an amount to an account and keeps the sender alive. Signed by the sender.
pub fn transfer(to: Account, amount: Balance) -> Call {
    // The variant `Id` of an address is the first.
    Call::new(
        "Balances",
        "transfer_keep_alive",
        (0u8, to, Compact(amount)),
    )
}

/// Registers a provider with its stake. Signed by the owner.
pub fn register_provider(
    operator: Account,
    endpoint: Url,
    capabilities: Capabilities,
    stake: Balance,
) -> Call {
    Call::new(
        PROVIDERS,
        "register",
        (operator, endpoint, capabilities, Compact(stake)),
    )
}

/// Changes a provider's endpoint and capabilities. Signed by the owner.
pub fn update_provider(endpoint: Url, capabilities: Capabilities) -> Call {
    Call::new(PROVIDERS, "update", (endpoint, capabilities))
}

/// Replaces a provider's operator key. Signed by the owner.
pub fn set_operator(operator: Account) -> Call {
    Call::new(PROVIDERS, "set_operator", (operator,))
}

/// Raises a provider's stake. Signed by the owner.
pub fn add_stake(amount: Balance) -> Call {
    Call::new(PROVIDERS, "add_stake", (Compact(amount),))
}

/// Starts the unbonding of a provider that is free of jobs. Signed by the owner.
pub fn unregister_provider() -> Call {
    Call::new(PROVIDERS, "unregister", ())
}

/// Returns the stake after unbonding. Signed by the owner.
pub fn withdraw_provider() -> Call {
    Call::new(PROVIDERS, "withdraw", ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn arguments_stand_in_order() {
        let call = decline(JobId(7), DeclineReason::NoCapacity);
        assert_eq!(call.label(), "Jobs.decline");
        assert_eq!(
            call.arguments(),
            [7u64.encode(), DeclineReason::NoCapacity.encode()].concat()
        );
    }
}
