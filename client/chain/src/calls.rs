//! The calls of the market, typed.

use assay_game::{Entry, GameId, Move};
use assay_protocol::{
    Balance, Capabilities, DeclineReason, JobId, JobSubmission, SegmentCommitment, SegmentIndex,
    Url,
};

use codec::Compact;
use subxt::utils::MultiSignature;

use crate::{Account, Call};

const JOBS: &str = "Jobs";
const PROVIDERS: &str = "Providers";
const DISPUTES: &str = "Disputes";

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

/// Challenges a committed segment and locks a bond. Signed by the challenger, whose key then signs its moves.
pub fn open_dispute(job: JobId, segment: SegmentIndex, entry: Entry) -> Call {
    Call::new(DISPUTES, "open", (job, segment, entry))
}

/// Makes move number `round` of a game. A general transaction: `signature` is that of the party to move over
/// [`signing_hash`](assay_game::signing_hash).
pub fn play(game: GameId, round: u32, mv: &Move, signature: &MultiSignature) -> Call {
    Call::new(DISPUTES, "play", (game, round, mv, signature))
}

/// Ends a game whose side to move has run out of time. Signed by anyone, or a general transaction.
pub fn time_out_game(game: GameId) -> Call {
    Call::new(DISPUTES, "time_out", (game,))
}

/// Starts games that wait for a provider with free places. Signed by anyone, or a general transaction.
pub fn start_games(defender: Account) -> Call {
    Call::new(DISPUTES, "start", (defender,))
}

/// Moves a dispute's money where it is due. Signed by anyone, or a general transaction.
pub fn pull(game: GameId) -> Call {
    Call::new(DISPUTES, "pull", (game,))
}

/// Pays out a slash whose holding time is over. Signed by anyone, or a general transaction.
pub fn settle_slash(slash: u64) -> Call {
    Call::new(DISPUTES, "settle_slash", (slash,))
}

/// Removes a settled dispute's record after its retention and returns the deposit. Signed by anyone, or a general
/// transaction.
pub fn clean_up_dispute(game: GameId) -> Call {
    Call::new(DISPUTES, "clean_up", (game,))
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
