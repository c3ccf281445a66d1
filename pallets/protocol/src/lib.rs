//! # Protocol pallet
//!
//! Every protocol number of the chain in one [`Params`] value, set whole by [`Pallet::set_params`] and checked by
//! [`Params::validate`] before it is stored, so that no combination that breaks a relation is ever in force.
//!
//! Terms: a **version** is one value that was set; the **current** one holds for what is submitted now. Whoever
//! stores a version's number **pins** it (see [`ProtocolParams`]) and the pallet keeps that version until the last
//! pin is gone.
//!
//! **Invariant:** every stored version was valid by the rules of its time and is within its bounds, and besides the current one only pinned versions are stored. Empty
//! storage reads as the main chain's parameters.

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

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod error;
mod versions;
mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use versions::{ProtocolParams, VersionRecord};
pub use weight_info::WeightInfo;

pub use assay_protocol::{Params, ParamsVersion};

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use alloc::boxed::Box;

    use crate::{VersionRecord, WeightInfo};
    use assay_protocol::{Params, ParamsVersion};
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who may set the parameters.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Milliseconds from one block to the next, which relate the seconds of jobs to the blocks of windows.
        type BlockMillis: Get<u64>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The version in force.
    #[pallet::storage]
    pub type Current<T: Config> = StorageValue<_, ParamsVersion, ValueQuery>;

    /// The version in force and every pinned one.
    #[pallet::storage]
    pub type Versions<T: Config> = StorageMap<_, Twox64Concat, ParamsVersion, VersionRecord>;

    /// The parameters the chain starts with.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Version 0.
        pub params: Params,
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if let Err(error) = self.params.validate(Pallet::<T>::block_time()) {
                // A chain whose numbers contradict each other must not start.
                panic!("protocol parameters in the genesis configuration: {error}");
            }
            Versions::<T>::insert(
                ParamsVersion(0),
                VersionRecord {
                    params: self.params,
                    pins: 0,
                },
            );
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// New parameters are in force for whatever is submitted from now on.
        ParamsSet {
            /// Their version.
            version: ParamsVersion,
        },
    }

    /// Why parameters are refused: the first field that is out of its bounds.
    #[pallet::error]
    pub enum Error<T> {
        /// `assignment.open_limit` must be 1 to 31,536,000 blocks.
        OpenLimit,
        /// `assignment.accept_window` must be 1 to 31,536,000 blocks.
        AcceptWindow,
        /// `assignment.max_jobs_per_provider` must be 1 to 4,096.
        MaxJobsPerProvider,
        /// `segments.challenge_window` must be 1 to 31,536,000 blocks.
        ChallengeWindow,
        /// `segments.pipeline_limit` must be 1 to 16.
        PipelineLimit,
        /// `segments.deadline_factor` must be 1,000 to 100,000 thousandths.
        DeadlineFactor,
        /// `segments.deadline_slack` must be 1 to 31,536,000 blocks.
        DeadlineSlack,
        /// `segments.max_pause` must be 1 to 31,536,000 blocks.
        MaxPause,
        /// `segments.retention` must be at least `challenge_window` and at most 31,536,000 blocks.
        Retention,
        /// `limits.max_segments` must be 1 to 65,536.
        MaxSegments,
        /// `limits.max_intervals_per_segment` must be 1 to 1,048,576.
        MaxIntervals,
        /// `limits`: 1 <= `min_steps_per_interval` <= `max_steps_per_interval` <= 4,096.
        StepsPerInterval,
        /// `limits.max_nodes` must be 2 to 16,384.
        MaxNodes,
        /// `limits.max_slots` must be 1 to 4,096 and at most `max_nodes`, `max_constants` at most 1,024.
        MaxSlots,
        /// `limits.max_batch_size` must be at least 1.
        MaxBatchSize,
        /// `limits.max_seconds_per_segment` must be 1 to 2,592,000, and `max_seconds_per_interval` 1 to that.
        MaxSeconds,
        /// `limits.reference_cpu` and `reference_gpu` must have rates above zero.
        ReferenceRate,
        /// `money.protocol_fee` must be at most 500 thousandths.
        ProtocolFee,
        /// `money.min_price_per_segment` must be above zero and at most a million tokens.
        MinPrice,
        /// `money.collateral` must be 1,000 to 100,000 thousandths.
        Collateral,
        /// `money.min_collateral` must be above zero and at most a million tokens.
        MinCollateral,
        /// `money.late_slash` must be 1 to 500 thousandths.
        LateSlash,
        /// `money.decline_slash` must not exceed `money.late_slash`.
        DeclineSlash,
        /// `money.deposit_per_job` and `deposit_per_segment` must be above zero and at most a million tokens.
        Deposit,
        /// `stake.min_stake` must be above zero and at most a million tokens.
        MinStake,
        /// `stake.unbonding_delay` must exceed `challenge_window` + `retention` + 2 x `max_budget` and be at most
        /// 31,536,000 blocks.
        UnbondingDelay,
        /// `disputes.move_allowance` must be at least 3 blocks and less than `challenge_window`.
        MoveAllowance,
        /// `disputes.defence_factor` and `challenge_factor` must be 1,000 to 100,000 thousandths.
        BudgetFactor,
        /// `disputes.max_budget` must be 1 to 31,536,000 blocks.
        MaxBudget,
        /// `disputes.running_games` must be 1 to 16.
        RunningGames,
        /// `disputes.max_open_games` must be 64 to 1,048,576.
        MaxOpenGames,
        /// `disputes.bond`, `move_price` and `deposit` must be above zero and at most a million tokens.
        Bond,
        /// `disputes.bond_share` must be 2,000 to 10,000 thousandths.
        BondShare,
        /// `disputes.winner_share` must be 1 to 499 thousandths.
        WinnerShare,
        /// `money.collateral` without `disputes.winner_share` of it is less than a whole price.
        LyingPays,
        /// `disputes.slash_defer` must be at least `challenge_window` and at most 31,536,000 blocks.
        SlashDefer,
        /// `segments.challenge_window` must last at least `limits.max_seconds_per_segment`.
        WindowTooShort,
        /// `disputes.move_allowance` must last at least `disputes.running_games` x `limits.max_seconds_per_interval`.
        AllowanceTooShort,
        /// `disputes.max_budget` must last at least `limits.max_seconds_per_segment` times the larger of
        /// `disputes.defence_factor` and `challenge_factor`.
        BudgetTooShort,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets all protocol parameters at once.
        ///
        /// They are checked, field by field and against each other, and hold for jobs submitted from now on; running
        /// jobs keep the version they were submitted under.
        #[pallet::call_index(0)]
        // What was measured did not read the pace yet.
        #[pallet::weight(T::WeightInfo::set_params().saturating_add(T::DbWeight::get().reads(1)))]
        pub fn set_params(origin: OriginFor<T>, params: Box<Params>) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::do_set_params(*params)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
