//! What the runtime API answers, as shared types.

use assay_game::{DisputeView, Game, GameId};
use assay_protocol::{
    BlockNumber, JobId, JobSubmission, JobView, Page, ParamsVersion, ParamsView, ProviderView,
    Quote, Refusal, SegmentIndex, SegmentView,
};

use crate::{Account, At, ChainClient, ChainError};

impl ChainClient {
    /// A job, if there is one of this number.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn job(&self, id: JobId, at: At) -> Result<Option<JobView<Account>>, ChainError> {
        self.runtime_api("AssayApi_job", id, at).await
    }

    /// A page of jobs from number `from` on, in ascending order.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn jobs(
        &self,
        from: JobId,
        limit: u32,
        at: At,
    ) -> Result<Page<JobView<Account>>, ChainError> {
        self.runtime_api("AssayApi_jobs", (from, limit), at).await
    }

    /// A page of a job's started segments from number `from` on.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn segments(
        &self,
        job: JobId,
        from: SegmentIndex,
        limit: u32,
        at: At,
    ) -> Result<Page<SegmentView<Account>>, ChainError> {
        self.runtime_api("AssayApi_segments", (job, from, limit), at)
            .await
    }

    /// The provider of an owner's account.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn provider(
        &self,
        owner: &Account,
        at: At,
    ) -> Result<Option<ProviderView<Account>>, ChainError> {
        self.runtime_api("AssayApi_provider", owner, at).await
    }

    /// The provider that an operator key signs for.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn provider_of_operator(
        &self,
        operator: &Account,
        at: At,
    ) -> Result<Option<ProviderView<Account>>, ChainError> {
        self.runtime_api("AssayApi_provider_of_operator", operator, at)
            .await
    }

    /// What a submission would cost, or why the chain would refuse it.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn quote(
        &self,
        submission: &JobSubmission,
        at: At,
    ) -> Result<Result<Quote, Refusal>, ChainError> {
        self.runtime_api("AssayApi_quote", submission, at).await
    }

    /// The parameters of a version, or those in force.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn params(
        &self,
        version: Option<ParamsVersion>,
        at: At,
    ) -> Result<Option<ParamsView>, ChainError> {
        self.runtime_api("AssayApi_params", version, at).await
    }

    /// A dispute, unless there never was one of this name or it has been cleaned up.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn dispute(
        &self,
        game: GameId,
        at: At,
    ) -> Result<Option<DisputeView<Account>>, ChainError> {
        self.runtime_api("AssayApi_dispute", game, at).await
    }

    /// A page of disputes from number `from` on, in order of opening.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn disputes(
        &self,
        from: u64,
        limit: u32,
        at: At,
    ) -> Result<Page<DisputeView<Account>>, ChainError> {
        self.runtime_api("AssayApi_disputes", (from, limit), at)
            .await
    }

    /// The state of a game that is being played: what its parties answer.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn game(&self, game: GameId, at: At) -> Result<Option<Game>, ChainError> {
        self.runtime_api("AssayApi_game", game, at).await
    }

    /// Chain time: what all deadlines are compared with.
    ///
    /// # Errors
    /// As [`runtime_api`](Self::runtime_api).
    pub async fn chain_time(&self, at: At) -> Result<BlockNumber, ChainError> {
        self.runtime_api("AssayApi_chain_time", (), at).await
    }
}
