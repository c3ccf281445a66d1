//! # Jobs pallet
//!
//! Training jobs from submission to payment. A **buyer** submits a job with its escrow on hold; a **provider** claims
//! it, checks program and data, and accepts; it then trains **segment** after segment and commits the roots of each.
//! A committed segment becomes final, and is paid, when its challenge window is over and all before it are final.
//!
//! A segment starts only after its price and fee have moved to a **reserve** of its own, which neither cancel nor
//! pause can touch. If the escrow does not cover the next one, the job pauses until it is topped up. A provider that
//! misses a deadline loses a part of its collateral; what it has committed keeps its window and its pay, and then the
//! job opens again from the newest final state.
//!
//! The transitions themselves are pure and live in `assay-protocol`; this pallet stores, pays and keeps the clocks.
//! Deadlines are in chain time. Due transitions are served from an agenda in `on_idle`; every one of them may also be
//! called by anyone, signed and free of charge when it succeeds, or as a general transaction.
//!
//! **Invariants:** a buyer's `Escrow` hold is the sum of its jobs' unspent escrow and reserves; its `Deposit` hold
//! the sum of its jobs' deposits; a provider's `Collateral` hold the sum of its assignments' collateral. A job's
//! record never changes. No hook iterates over an unbounded set.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

extern crate alloc;

mod agenda;
mod assignment;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod clean_up;
mod clocks;
mod error;
mod escrow;
mod games;
mod job;
mod segments;
mod submission;
mod try_state;
mod types;
mod views;
mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use authorize::{ensure_anyone, while_due};
pub use games::{Challenged, Commitment};
pub use pallet::*;
pub use types::{Clock, CreditOf, Due, HostKeccak, Standstill};
pub use views::MAX_PAGE;
pub use weight_info::WeightInfo;

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use alloc::boxed::Box;

    use crate::{
        authorize::ensure_anyone,
        types::{Clock, CreditOf, Due, RecordOf, SegmentOf, Standstill, StateOf},
        weight_info::Branch,
        WeightInfo,
    };
    use assay_protocol::{
        Balance, BlockNumber, DeclineReason, EndReason, JobId, JobSubmission, JobView, ProgramRoot,
        ProviderView, SegmentCommitment, SegmentIndex, StateRoot, TraceRoot,
    };
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, Inspect, MutateHold},
            OnUnbalanced,
        },
    };
    use frame_system::pallet_prelude::*;
    use pallet_assay_protocol::ProtocolParams;
    use pallet_assay_providers::Registry;
    use sp_runtime::traits::BlockNumberProvider;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The token that jobs are paid in.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId>;
        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;
        /// The protocol parameters.
        type Protocol: ProtocolParams;
        /// Those who offer compute.
        type Providers: Registry<Self::AccountId>;
        /// Chain time.
        type ChainTime: BlockNumberProvider<BlockNumber = BlockNumber>;
        /// Milliseconds between two blocks: turns declared seconds into deadlines.
        type BlockMillis: Get<u64>;
        /// Where protocol fees go.
        type FeeDestination: OnUnbalanced<CreditOf<Self>>;
        /// Where slashed collateral goes.
        type SlashDestination: OnUnbalanced<CreditOf<Self>>;
        /// Entries that the agenda of one block holds.
        #[pallet::constant]
        type AgendaPerBlock: Get<u32>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A buyer's payment for its jobs.
        Escrow,
        /// A buyer's deposit for what its jobs store.
        Deposit,
        /// A provider's collateral for its jobs.
        Collateral,
    }

    /// The number of the next job.
    #[pallet::storage]
    pub type NextJob<T: Config> = StorageValue<_, JobId, ValueQuery>;

    /// What each job fixes.
    #[pallet::storage]
    pub type Records<T: Config> = StorageMap<_, Twox64Concat, JobId, RecordOf<T>>;

    /// Where each job stands.
    #[pallet::storage]
    pub type States<T: Config> = StorageMap<_, Twox64Concat, JobId, StateOf<T>>;

    /// The segments of each job that have been started.
    #[pallet::storage]
    pub type Segments<T: Config> =
        StorageDoubleMap<_, Twox64Concat, JobId, Twox64Concat, SegmentIndex, SegmentOf<T>>;

    /// Open games on each committed segment that has any.
    #[pallet::storage]
    pub type OpenGames<T: Config> =
        StorageDoubleMap<_, Twox64Concat, JobId, Twox64Concat, SegmentIndex, u32, ValueQuery>;

    /// The jobs whose deadlines stand still, because games on their segments are open.
    #[pallet::storage]
    pub type Standstills<T: Config> = StorageMap<_, Twox64Concat, JobId, Standstill>;

    /// What falls due at each block.
    #[pallet::storage]
    pub type Agenda<T: Config> =
        StorageMap<_, Twox64Concat, BlockNumber, BoundedVec<Due, T::AgendaPerBlock>, ValueQuery>;

    /// The first block whose agenda has not been served.
    #[pallet::storage]
    pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A job was submitted and waits for a provider.
        Submitted {
            /// The job's number.
            job: JobId,
            /// Who pays.
            buyer: T::AccountId,
            /// Root of its program.
            program_root: ProgramRoot,
            /// The amount locked.
            escrow: Balance,
        },
        /// A provider took the job and checks program and data.
        Claimed {
            /// The job's number.
            job: JobId,
            /// The provider's owner account.
            provider: T::AccountId,
            /// The agreed price of a full segment.
            price_per_segment: Balance,
            /// The last block in which it may accept or decline.
            accept_by: BlockNumber,
        },
        /// The provider accepted: it vouches for the program and holds the data.
        Accepted {
            /// The job's number.
            job: JobId,
            /// The provider's owner account.
            provider: T::AccountId,
        },
        /// The provider declined.
        Declined {
            /// The job's number.
            job: JobId,
            /// The provider's owner account.
            provider: T::AccountId,
            /// Why.
            reason: DeclineReason,
        },
        /// A segment's price and fee are reserved and its clock runs.
        SegmentStarted {
            /// The job's number.
            job: JobId,
            /// The segment.
            segment: SegmentIndex,
            /// The provider's owner account.
            provider: T::AccountId,
            /// The last block in which it may be committed.
            deadline: BlockNumber,
        },
        /// A segment's roots were committed.
        SegmentCommitted {
            /// The job's number.
            job: JobId,
            /// The segment.
            segment: SegmentIndex,
            /// Root of the trace over its intervals' ends.
            trace: TraceRoot,
            /// State after its last step.
            final_state: StateRoot,
            /// The first block in which it may finalise.
            window_end: BlockNumber,
        },
        /// A segment is final and paid.
        SegmentPaid {
            /// The job's number.
            job: JobId,
            /// The segment.
            segment: SegmentIndex,
            /// The provider's owner account.
            provider: T::AccountId,
            /// What it got.
            price: Balance,
            /// The protocol fee.
            fee: Balance,
        },
        /// The escrow does not cover the next segment.
        Paused {
            /// The job's number.
            job: JobId,
            /// The last block for a top-up.
            until: BlockNumber,
        },
        /// The job waits for a provider again.
        Opened {
            /// The job's number.
            job: JobId,
            /// The last block for a claim.
            until: BlockNumber,
        },
        /// The buyer added to the escrow.
        ToppedUp {
            /// The job's number.
            job: JobId,
            /// By how much.
            amount: Balance,
        },
        /// The buyer cancelled: no further segment starts.
        CancelRequested {
            /// The job's number.
            job: JobId,
        },
        /// A clock ran out.
        TimedOut {
            /// The job's number.
            job: JobId,
            /// Which clock.
            clock: Clock,
        },
        /// A provider lost a part of its collateral.
        Slashed {
            /// The job's number.
            job: JobId,
            /// The provider's owner account.
            provider: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A commitment was proved wrong: this segment and all later ones are void and their reserves are escrow again.
        Voided {
            /// The job's number.
            job: JobId,
            /// The convicted segment.
            from: SegmentIndex,
            /// The convicted provider's owner account.
            provider: T::AccountId,
        },
        /// A provider is free of a job and has what is left of its collateral back.
        ProviderFreed {
            /// The job's number.
            job: JobId,
            /// The provider's owner account.
            provider: T::AccountId,
            /// The collateral returned.
            collateral: Balance,
        },
        /// A job ended.
        Ended {
            /// The job's number.
            job: JobId,
            /// Why.
            reason: EndReason,
            /// Unspent escrow, returned to the buyer.
            refund: Balance,
        },
        /// An ended job's records were removed and its deposit returned.
        CleanedUp {
            /// The job's number.
            job: JobId,
            /// The deposit.
            deposit: Balance,
        },
    }

    /// Why a call is refused. Names of a submission's fields are those of [`JobSubmission`].
    #[pallet::error]
    pub enum Error<T> {
        /// There is no job of this number; it may have been cleaned up.
        UnknownJob,
        /// The parameters that the job was submitted under are not stored.
        UnknownParams,
        /// Only the buyer of the job may do this.
        NotBuyer,
        /// The caller is no provider's operator key.
        NotOperator,
        /// A top-up must be above zero.
        TopUpEmpty,
        /// The top-up exceeds what is left to pay for this job.
        TopUpTooLarge,
        /// No clock of this job is running.
        NoClock,
        /// The job is not open for claims.
        NotOpen,
        /// The job is not waiting for acceptance.
        NotAssigned,
        /// The job is another provider's.
        NotYours,
        /// The segment is not in training.
        NotTraining,
        /// The segment is not committed, or is final already.
        NotCommitted,
        /// An earlier segment is not final yet.
        NotNext,
        /// A game on the segment is open: it becomes final after the verdict.
        GamesOpen,
        /// The job is neither open nor paused.
        NotPaused,
        /// Too early: the clock has not run out.
        TooEarly,
        /// Too late: the clock has run out.
        TooLate,
        /// The provider declined this job before or was convicted over it, and may not claim it again.
        Excluded,
        /// The job has ended or is ending.
        Ending,
        /// The job has not ended.
        NotEnded,
        /// The path must have ceil(log2 intervals) nodes.
        PathLength,
        /// Right of the last leaf there must be padding only.
        PathPadding,
        /// The final state and its path do not hash to the trace root.
        TraceMismatch,
        /// header.version: this chain knows numerics version 1 only.
        NumericsVersion,
        /// header.flags: must be zero in version 1.
        Flags,
        /// header.nodes: must exceed header.slots and stay within the chain's limit.
        Nodes,
        /// header.slots: must be at least 1 and stay within the chain's limit.
        Slots,
        /// header.constants: more than the chain's limit.
        Constants,
        /// header.constants_root: must be zero if there are no constants.
        ConstantsRoot,
        /// datasets: give as many roots as header.inputs says, at most 16.
        Datasets,
        /// dataset_rows: must be at least 1 and at most 4,294,967,296.
        DatasetRows,
        /// batch_size: must be at least 1, at most dataset_rows and within the chain's limit.
        BatchSize,
        /// schedule.total_steps: must be 1 to 4,294,967,296.
        TotalSteps,
        /// schedule.steps_per_segment: must be 1 to schedule.total_steps.
        StepsPerSegment,
        /// schedule.steps_per_interval: outside the chain's bounds.
        StepsPerInterval,
        /// schedule.steps_per_interval: must not exceed schedule.steps_per_segment.
        IntervalLongerThanSegment,
        /// schedule.steps_per_interval: by seconds_per_segment an interval takes longer than the chain's limit; make
        /// intervals shorter.
        IntervalTooLong,
        /// schedule.steps_per_segment: too small, the job would have too many segments.
        TooManySegments,
        /// schedule.steps_per_interval: too small, a segment would have too many intervals.
        TooManyIntervals,
        /// work: flops_per_step and bytes_per_step must be above zero.
        Work,
        /// work.memory_bytes: must be above zero.
        WorkMemory,
        /// requirements.memory_bytes: must be at least work.memory_bytes.
        RequiredMemory,
        /// seconds_per_segment: less than the declared work takes on the reference machine.
        SecondsTooFew,
        /// seconds_per_segment: more than the chain's limit; make segments shorter.
        SecondsTooMany,
        /// price_per_segment: below the chain's minimum.
        PriceTooLow,
        /// price_per_segment: more than 2^80.
        PriceTooHigh,
        /// blobs: name at least one location.
        NoBlobs,
        /// blobs: a location must be printable ASCII of the form scheme://rest.
        BlobLocation,
        /// max_pause: more than the chain's limit.
        MaxPause,
        /// escrow: must cover the first segment's price and fee.
        EscrowTooSmall,
        /// escrow: more than all segments' prices and fees.
        EscrowTooLarge,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Submits a job and locks its escrow and storage deposit.
        ///
        /// What the job fixes can never be changed. The chain computes the program root from the header and the
        /// node-tree root.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::submit())]
        pub fn submit(origin: OriginFor<T>, submission: Box<JobSubmission>) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_submit(buyer, *submission)
        }

        /// Cancels a job of the caller's.
        ///
        /// A job that has not started ends at once with a full refund. A running one ends after the segments already
        /// started are settled; the escrow beyond their reserves is returned then.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel())]
        pub fn cancel(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_cancel(buyer, job)
        }

        /// Adds to the escrow of a job of the caller's; a paused job resumes when its next segment is covered.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::top_up())]
        pub fn top_up(
            origin: OriginFor<T>,
            job: JobId,
            #[pallet::compact] amount: Balance,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_top_up(buyer, job, amount)
        }

        /// Takes an open job at its posted price. Signed by an operator key; collateral is held on the owner.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::claim())]
        pub fn claim(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_claim(operator, job)
        }

        /// Accepts a claimed job: the provider has checked program and data and vouches for them. The first segment
        /// starts at once.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::accept())]
        pub fn accept(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_accept(operator, job)
        }

        /// Declines a claimed job. A reason that lies with the provider costs a small part of its collateral.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::decline())]
        pub fn decline(origin: OriginFor<T>, job: JobId, reason: DeclineReason) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_decline(operator, job, reason)
        }

        /// Commits the segment in training: the trace root over its intervals and its final state, with the path
        /// that proves this state to be the trace's last leaf. The next segment starts at once if it may.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::commit_segment())]
        pub fn commit_segment(
            origin: OriginFor<T>,
            job: JobId,
            segment: SegmentIndex,
            commitment: Box<SegmentCommitment>,
        ) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_commit_segment(operator, job, segment, *commitment)
        }

        /// Makes a committed segment final and pays it, once its window is over and all before it are final. Anyone
        /// may call this; it is free when it succeeds.
        #[pallet::call_index(7)]
        #[pallet::weight((T::WeightInfo::finalise_segment(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_finalise)]
        #[pallet::weight_of_authorize(T::WeightInfo::finalise_segment())]
        pub fn finalise_segment(
            origin: OriginFor<T>,
            job: JobId,
            segment: SegmentIndex,
        ) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Self::do_finalise_segment(job, segment)?;
            Ok(Pays::No.into())
        }

        /// Acts on the clock of a job that has run out: acceptance, a segment's deadline, a pause, or the time an
        /// open job waits. Anyone may call this; it is free when it succeeds.
        #[pallet::call_index(8)]
        #[pallet::weight((T::WeightInfo::time_out(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_time_out)]
        #[pallet::weight_of_authorize(T::WeightInfo::time_out())]
        pub fn time_out(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Ok(Self::do_time_out(job)?.free_of_charge::<T>())
        }

        /// Removes the records of an ended job after the retention and returns the deposit to its buyer; of a job
        /// with many segments, a part of them per call. Anyone may call this; it is free when it succeeds.
        #[pallet::call_index(9)]
        #[pallet::weight((T::WeightInfo::clean_up(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_clean_up)]
        #[pallet::weight_of_authorize(T::WeightInfo::clean_up())]
        pub fn clean_up(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Ok(Self::do_clean_up(job)?.free_of_charge::<T>())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A job with its record, its state and where work goes on.
        pub fn job(id: JobId) -> Option<JobView<T::AccountId>> {
            Self::job_view(id)
        }

        /// The provider of an owner, with the collateral on hold for its jobs.
        pub fn provider(owner: T::AccountId) -> Option<ProviderView<T::AccountId>> {
            Self::provider_view(owner)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::serve_agenda(remaining)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
