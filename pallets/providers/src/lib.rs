//! # Providers pallet
//!
//! Who offers compute: a provider is registered by its **owner**, whose account holds the stake and is paid. Its
//! **operator** key signs work on the owner's behalf; the owner may replace it at any time and it can withdraw
//! nothing. A provider leaves through **unbonding**: it takes no more jobs, and its stake stays on hold, within reach
//! of a slash, until the delay is over.
//!
//! Other pallets use [`Registry`].
//!
//! **Invariant:** the stake on hold of every owner is the stake on record, and each operator key belongs to exactly
//! one provider.

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

#[cfg(feature = "runtime-benchmarks")]
extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod registration;
mod registry;
mod unbonding;
mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use registry::{Deed, Registry};
pub use weight_info::WeightInfo;

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use crate::WeightInfo;
    use assay_protocol::{Balance, BlockNumber, Capabilities, Provider, Url};
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Inspect, MutateHold},
    };
    use frame_system::pallet_prelude::*;
    use pallet_assay_protocol::ProtocolParams;
    use sp_runtime::traits::BlockNumberProvider;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The token that stakes are held in.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;
        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;
        /// The protocol parameters.
        type Protocol: ProtocolParams;
        /// Chain time.
        type ChainTime: BlockNumberProvider<BlockNumber = BlockNumber>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds an owner's funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A provider's stake.
        Stake,
    }

    /// Providers by their owner's account.
    #[pallet::storage]
    pub type Providers<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Provider<T::AccountId>>;

    /// The owner of each operator key.
    #[pallet::storage]
    pub type Operators<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId>;

    /// Slashes held on each owner's account, which does not leave before they are settled.
    #[pallet::storage]
    pub type HeldSlashes<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A provider was registered and its stake is on hold.
        Registered {
            /// The owner's account.
            owner: T::AccountId,
            /// The key that signs its work.
            operator: T::AccountId,
            /// The stake.
            stake: Balance,
        },
        /// A provider changed its endpoint and capabilities.
        Updated {
            /// The owner's account.
            owner: T::AccountId,
        },
        /// A provider's operator key was replaced.
        OperatorSet {
            /// The owner's account.
            owner: T::AccountId,
            /// The new key.
            operator: T::AccountId,
        },
        /// A provider's stake was raised.
        StakeAdded {
            /// The owner's account.
            owner: T::AccountId,
            /// By how much.
            amount: Balance,
        },
        /// A provider takes no more jobs.
        UnbondingStarted {
            /// The owner's account.
            owner: T::AccountId,
            /// The block from which its stake may be withdrawn.
            until: BlockNumber,
        },
        /// A provider withdrew its stake and is no longer registered.
        Withdrawn {
            /// The owner's account.
            owner: T::AccountId,
            /// The stake returned.
            stake: Balance,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// This account has a registered provider already.
        AlreadyRegistered,
        /// This account has no registered provider.
        NotRegistered,
        /// This operator key belongs to a provider already; every provider needs a key of its own.
        OperatorTaken,
        /// The endpoint must be printable ASCII of the form scheme://rest.
        InvalidEndpoint,
        /// The capabilities must offer some memory and at least one job.
        InvalidCapabilities,
        /// The stake is below the protocol's minimum.
        StakeTooSmall,
        /// The provider is unbonding and takes no jobs and no changes.
        Unbonding,
        /// The provider is not unbonding: call unregister first.
        NotUnbonding,
        /// The unbonding delay is not over.
        StillUnbonding,
        /// The provider is assigned to jobs: finish them first.
        HasJobs,
        /// A slash of the provider's is held: it must be settled or refunded first.
        HasSlashes,
        /// The provider holds as many jobs as it offers, or as the protocol lets it.
        TooManyJobs,
        /// The job asks for a higher device class.
        DeviceClassTooLow,
        /// The job asks for more memory.
        MemoryTooSmall,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers the caller as the owner of a provider and puts its stake on hold.
        ///
        /// `operator` is the key that will sign work; it may be the owner's own, but no other provider's.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register())]
        pub fn register(
            origin: OriginFor<T>,
            operator: T::AccountId,
            endpoint: Url,
            capabilities: Capabilities,
            #[pallet::compact] stake: Balance,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_register(owner, operator, endpoint, capabilities, stake)
        }

        /// Changes the endpoint and the capabilities of the caller's provider.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::update())]
        pub fn update(
            origin: OriginFor<T>,
            endpoint: Url,
            capabilities: Capabilities,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_update(owner, endpoint, capabilities)
        }

        /// Replaces the operator key of the caller's provider; the old key loses all rights at once.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_operator())]
        pub fn set_operator(origin: OriginFor<T>, operator: T::AccountId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_set_operator(owner, operator)
        }

        /// Raises the stake of the caller's provider.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::add_stake())]
        pub fn add_stake(
            origin: OriginFor<T>,
            #[pallet::compact] amount: Balance,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_add_stake(owner, amount)
        }

        /// Starts the unbonding of the caller's provider, which must be free of jobs.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::unregister())]
        pub fn unregister(origin: OriginFor<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_unregister(owner)
        }

        /// Returns the stake of the caller's provider after unbonding and removes the provider.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_withdraw(owner)
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
