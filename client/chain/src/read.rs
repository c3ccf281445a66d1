//! What the runtime API answers, as shared types.

use assay_protocol::{
    JobId, JobSubmission, JobView, Page, Params, ParamsVersion, ProviderView, Quote, SegmentIndex,
    SegmentView,
};
use codec::Decode;
use serde::{Deserialize, Serialize};

use crate::{Account, At, ChainClient, ChainError};

/// Items that one answer of the runtime API holds at most.
pub const MAX_PAGE: u32 = 100;

/// Why the chain would refuse a submission.
#[derive(Clone, Debug, PartialEq, Eq, Decode, Serialize, Deserialize)]
pub struct Refusal {
    /// The field and what is wrong with it.
    pub reason: String,
}

/// Parameters and their version.
#[derive(Clone, Debug, PartialEq, Eq, Decode, Serialize, Deserialize)]
pub struct ParamsView {
    /// The version.
    pub version: ParamsVersion,
    /// The parameters.
    pub params: Params,
}

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
}
