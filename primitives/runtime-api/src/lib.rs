//! # The read models of the runtime
//!
//! One runtime API through which clients read jobs, segments, providers, disputes, quotes and parameters without knowing
//! how the pallets store them. The node serves it as `assay_*` over JSON-RPC; a worker or wallet may also call it through
//! `state_call` with nothing but the metadata.
//!
//! Lists come in pages of at most [`MAX_PAGE`] items: a page names where the next begins. A larger `limit` is cut, a
//! `limit` of zero asks for nothing.
//!
//! ```
//! assert_eq!(assay_runtime_api::page_limit(7), 7);
//! assert_eq!(assay_runtime_api::page_limit(u32::MAX), assay_runtime_api::MAX_PAGE);
//! ```

#![cfg_attr(not(feature = "std"), no_std)]

pub use assay_game::{DisputeView, Game, GameId};
pub use assay_protocol::{ParamsView, Refusal, MAX_PAGE};

use assay_protocol::{
    BlockNumber, JobId, JobSubmission, JobView, Page, ParamsVersion, ProviderView, Quote,
    SegmentIndex, SegmentView,
};
use codec::Codec;

/// The number of items that a request for `limit` items gets at most.
pub fn page_limit(limit: u32) -> u32 {
    limit.min(MAX_PAGE)
}

sp_api::decl_runtime_apis! {
    /// What clients read of the market.
    pub trait AssayApi<AccountId>
    where
        AccountId: Codec,
    {
        /// A job with everything that can be computed from its record; `None` if there is none of that number.
        fn job(id: JobId) -> Option<JobView<AccountId>>;

        /// The jobs from number `from` on, in ascending order, at most `limit` and [`MAX_PAGE`].
        fn jobs(from: JobId, limit: u32) -> Page<JobView<AccountId>>;

        /// The started segments of a job from number `from` on, at most `limit` and [`MAX_PAGE`].
        fn segments(job: JobId, from: SegmentIndex, limit: u32) -> Page<SegmentView<AccountId>>;

        /// The provider of an owner's account; `None` if it is no provider.
        fn provider(owner: AccountId) -> Option<ProviderView<AccountId>>;

        /// The provider that an operator key signs for; `None` if the key is no provider's.
        fn provider_of_operator(operator: AccountId) -> Option<ProviderView<AccountId>>;

        /// What a submission would cost and how long it may take under the parameters in force.
        ///
        /// # Errors
        /// [`Refusal`] names the field for which the chain would refuse it.
        fn quote(submission: JobSubmission) -> Result<Quote, Refusal>;

        /// The parameters of that version, or those in force; `None` if the version is unknown.
        fn params(version: Option<ParamsVersion>) -> Option<ParamsView>;

        /// A dispute; `None` if there never was one of that name or it has been cleaned up.
        fn dispute(game: GameId) -> Option<DisputeView<AccountId>>;

        /// The disputes from number `from` on, in order of opening, at most `limit` and [`MAX_PAGE`].
        fn disputes(from: u64, limit: u32) -> Page<DisputeView<AccountId>>;

        /// The state of a game that is being played: what its parties answer. `None` if it waits or is over.
        fn game(game: GameId) -> Option<Game>;

        /// Chain time: what all deadlines are compared with.
        fn chain_time() -> BlockNumber;
    }
}
