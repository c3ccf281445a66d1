//! `assay_*`: the market's read models over JSON-RPC.
//!
//! | method | parameters | answer |
//! |---|---|---|
//! | `assay_job` | job number, block hash? | job, or null |
//! | `assay_jobs` | first number, limit?, block hash? | page of jobs |
//! | `assay_segments` | job number, first segment, limit?, block hash? | page of segments |
//! | `assay_provider` | owner's address, block hash? | provider, or null |
//! | `assay_providerOfOperator` | operator key's address, block hash? | provider, or null |
//! | `assay_quote` | submission, block hash? | quote |
//! | `assay_params` | version?, block hash? | version and parameters, or null |
//! | `assay_dispute` | game's name, block hash? | dispute, or null |
//! | `assay_disputes` | first number, limit?, block hash? | page of disputes |
//!
//! Without a block hash the best block answers. Amounts are decimal strings, hashes 0x-prefixed hex, addresses SS58.
//! A page has at most [`MAX_PAGE`] items and names where the next begins. docs/rpc.md has examples and rules for clients.

use assay_game::{DisputeView, GameId};
use assay_protocol::{
    JobId, JobSubmission, JobView, Page, ParamsVersion, ParamsView, ProviderView, Quote,
    SegmentIndex, SegmentView, MAX_PAGE,
};
use assay_runtime::{opaque::Block, AccountId, Hash};
use assay_runtime_api::AssayApi as Queries;
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::{BlockStatus, HeaderBackend};
use std::sync::Arc;

/// The methods.
#[rpc(server, namespace = "assay")]
pub trait AssayApi {
    /// A job with everything that can be computed from its record.
    #[method(name = "job")]
    fn job(&self, id: JobId, at: Option<Hash>) -> RpcResult<Option<JobView<AccountId>>>;

    /// The jobs from a number on, in ascending order.
    #[method(name = "jobs")]
    fn jobs(
        &self,
        from: JobId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<JobView<AccountId>>>;

    /// The started segments of a job from a number on.
    #[method(name = "segments")]
    fn segments(
        &self,
        job: JobId,
        from: SegmentIndex,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<SegmentView<AccountId>>>;

    /// The provider of an owner's account.
    #[method(name = "provider")]
    fn provider(
        &self,
        owner: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<ProviderView<AccountId>>>;

    /// The provider that an operator key signs for.
    #[method(name = "providerOfOperator")]
    fn provider_of_operator(
        &self,
        operator: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<ProviderView<AccountId>>>;

    /// What a submission would cost and how long it may take.
    #[method(name = "quote")]
    fn quote(&self, submission: JobSubmission, at: Option<Hash>) -> RpcResult<Quote>;

    /// The protocol parameters of a version, or those in force.
    #[method(name = "params")]
    fn params(
        &self,
        version: Option<ParamsVersion>,
        at: Option<Hash>,
    ) -> RpcResult<Option<ParamsView>>;

    /// A dispute: what it is about, between whom, and where it stands.
    #[method(name = "dispute")]
    fn dispute(&self, game: GameId, at: Option<Hash>) -> RpcResult<Option<DisputeView<AccountId>>>;

    /// The disputes from a number on, in order of opening.
    #[method(name = "disputes")]
    fn disputes(
        &self,
        from: u64,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<DisputeView<AccountId>>>;
}

/// Why a question has no answer, with the code that the client sees.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain would refuse the submission.
    #[error("the submission would be refused: {0}")]
    Refused(String),
    /// This node does not know that block.
    #[error("block {0:?} is unknown here: check the hash and the chain, or leave the hash away")]
    NoBlock(Hash),
    /// This node does not have the state of that block any more.
    #[error("the state of block {0:?} was pruned: ask an archive node, or leave the hash away")]
    NoState(Hash),
    /// The runtime of that block has no such question.
    #[error("the runtime of block {0:?} does not answer this: it is older than this method")]
    NoApi(Hash),
    /// The runtime failed.
    #[error("the runtime failed at block {at:?}: {cause}")]
    Runtime {
        /// The block.
        at: Hash,
        /// What it said.
        cause: String,
    },
}

impl Error {
    /// The code, in the range that JSON-RPC leaves to servers.
    pub fn code(&self) -> i32 {
        match self {
            Self::Refused(_) => -32_050,
            Self::NoBlock(_) => -32_051,
            Self::NoState(_) => -32_052,
            Self::NoApi(_) => -32_053,
            Self::Runtime { .. } => -32_054,
        }
    }
}

impl From<Error> for ErrorObjectOwned {
    fn from(error: Error) -> Self {
        ErrorObjectOwned::owned(error.code(), error.to_string(), None::<()>)
    }
}

/// Answers from the state of a client.
pub struct Assay<Client> {
    client: Arc<Client>,
}

impl<Client> Assay<Client>
where
    Client: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
    Client::Api: Queries<Block, AccountId>,
{
    /// Answers from this client's state.
    pub fn new(client: Arc<Client>) -> Self {
        Self { client }
    }

    /// Asks the runtime of block `at`, or of the best block.
    fn ask<T>(
        &self,
        at: Option<Hash>,
        question: impl FnOnce(&Client::Api, Hash) -> Result<T, ApiError>,
    ) -> Result<T, Error> {
        let at = at.unwrap_or_else(|| self.client.info().best_hash);
        if !matches!(self.client.status(at), Ok(BlockStatus::InChain)) {
            return Err(Error::NoBlock(at));
        }
        let api = self.client.runtime_api();
        // A later version has more functions, never other ones: an older node goes on answering after an upgrade.
        match api.has_api_with::<dyn Queries<Block, AccountId>, _>(at, |version| version >= 1) {
            Ok(true) => question(&api, at).map_err(|error| Error::Runtime {
                at,
                cause: error.to_string(),
            }),
            Ok(false) => Err(Error::NoApi(at)),
            Err(_) => Err(Error::NoState(at)),
        }
    }
}

impl<Client> AssayApiServer for Assay<Client>
where
    Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
    Client::Api: Queries<Block, AccountId>,
{
    fn job(&self, id: JobId, at: Option<Hash>) -> RpcResult<Option<JobView<AccountId>>> {
        Ok(self.ask(at, |api, at| api.job(at, id))?)
    }

    fn jobs(
        &self,
        from: JobId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<JobView<AccountId>>> {
        Ok(self.ask(at, |api, at| api.jobs(at, from, limit.unwrap_or(MAX_PAGE)))?)
    }

    fn segments(
        &self,
        job: JobId,
        from: SegmentIndex,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<SegmentView<AccountId>>> {
        Ok(self.ask(at, |api, at| {
            api.segments(at, job, from, limit.unwrap_or(MAX_PAGE))
        })?)
    }

    fn provider(
        &self,
        owner: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<ProviderView<AccountId>>> {
        Ok(self.ask(at, |api, at| api.provider(at, owner))?)
    }

    fn provider_of_operator(
        &self,
        operator: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<ProviderView<AccountId>>> {
        Ok(self.ask(at, |api, at| api.provider_of_operator(at, operator))?)
    }

    fn quote(&self, submission: JobSubmission, at: Option<Hash>) -> RpcResult<Quote> {
        let answer = self.ask(at, |api, at| api.quote(at, submission))?;
        Ok(answer.map_err(|refusal| Error::Refused(refusal.reason))?)
    }

    fn params(
        &self,
        version: Option<ParamsVersion>,
        at: Option<Hash>,
    ) -> RpcResult<Option<ParamsView>> {
        Ok(self.ask(at, |api, at| api.params(at, version))?)
    }

    fn dispute(&self, game: GameId, at: Option<Hash>) -> RpcResult<Option<DisputeView<AccountId>>> {
        Ok(self.ask(at, |api, at| api.dispute(at, game))?)
    }

    fn disputes(
        &self,
        from: u64,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<DisputeView<AccountId>>> {
        Ok(self.ask(at, |api, at| {
            api.disputes(at, from, limit.unwrap_or(MAX_PAGE))
        })?)
    }
}
