//! # Timing pallet
//!
//! How fast a chain goes, and what time it is on it.
//!
//! The **pace** is fixed at genesis by four numbers ([`Timing`]) and by nothing afterwards. Everything in the runtime
//! that is measured in time derives from these numbers through the [`Get`](frame_support::traits::Get) types in
//! [`derive`](mod@derive), so one Wasm serves every chain.
//!
//! **Chain time** is the block number less the blocks made while finality stood still ([`Clock`]). All deadlines of the
//! protocol are in chain time, so nothing runs out while nobody can rely on a block. The pallet is its
//! [`BlockNumberProvider`](sp_runtime::traits::BlockNumberProvider). On a chain where nobody finalises or no author's
//! node gives hints, time stands from block 51 on.
//!
//! Terms: a *slot* is the time in which one block may be made; an *epoch* (a session) is a fixed number of slots; an
//! *era* is a fixed number of sessions; the *divisor* shortens windows that are stated in blocks of the main chain; a
//! *hint* is the number of the newest block that a block's author knows to be final; a *stalled* block does not count.
//!
//! ```
//! use pallet_assay_timing::{Clock, Timing};
//!
//! assert_eq!(Timing::MAIN.scaled(100), 100);
//! assert!(Timing::DEVELOPMENT.validate().is_ok());
//! assert!(Timing { slot_ms: 0, ..Timing::MAIN }.validate().is_err());
//!
//! // Nothing is final yet but genesis: block 51 is the first that does not count.
//! let clock = (1..=60u32).fold(Clock::default(), |clock, block| clock.next(block).0);
//! assert_eq!(clock.stalled_since, Some(51));
//! assert_eq!(clock.time(60), 50);
//! ```
//!
//! **Invariants:** the stored pace is valid; empty storage reads as [`Timing::MAIN`], because constants in the metadata
//! are also read where there is no state. Chain time never goes back, and a block advances it by at most one.

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
mod benchmarking;
pub mod clock;
pub mod derive;
pub mod inherent;
mod types;
mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use clock::{Clock, MAX_FINALITY_LAG};
pub use derive::{EpochSlots, ExpectedBlockTime, MinimumPeriod, SessionsPerEra};
#[cfg(feature = "std")]
pub use inherent::InherentDataProvider;
pub use pallet::*;
pub use types::{Timing, TimingError};
pub use weight_info::WeightInfo;

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use crate::{
        clock::{Change, Clock, HintError, MAX_FINALITY_LAG},
        inherent::{InherentType, INHERENT_IDENTIFIER},
        types::Timing,
        WeightInfo,
    };
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use sp_inherents::MakeFatalError;
    use sp_runtime::traits::{BlockNumberProvider, UniqueSaturatedInto};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Weights of the call and the hook.
        type WeightInfo: WeightInfo;
    }

    /// The numbers that the chain was started with.
    #[pallet::storage]
    #[pallet::getter(fn timing)]
    pub type Chosen<T: Config> = StorageValue<_, Timing, ValueQuery>;

    /// What chain time is computed from.
    #[pallet::storage]
    pub type ChainClock<T: Config> = StorageValue<_, Clock<BlockNumberFor<T>>, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Finality lags too far behind: chain time stands from this block on.
        Stalled {
            /// The newest final block, by the median of the authors' hints.
            finalised: BlockNumberFor<T>,
        },
        /// Finality has caught up: chain time runs again.
        Resumed {
            /// Blocks for which it stood.
            after: BlockNumberFor<T>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The block has told its author's finalised number already.
        HintRepeated,
        /// A finalised number is at most that of the block's parent.
        HintAhead,
        /// The finalised number lies below all those on record.
        HintBehind,
    }

    impl<T> From<HintError> for Error<T> {
        fn from(error: HintError) -> Self {
            match error {
                HintError::Repeated => Self::HintRepeated,
                HintError::Ahead => Self::HintAhead,
                HintError::Behind => Self::HintBehind,
            }
        }
    }

    #[pallet::extra_constants]
    impl<T: Config> Pallet<T> {
        /// Blocks by which finality may lag before chain time stands.
        fn max_finality_lag() -> u32 {
            MAX_FINALITY_LAG
        }
    }

    /// The pace of the chain that is being started.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The four numbers.
        pub timing: Timing,
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if let Err(error) = self.timing.validate() {
                // A chain that cannot keep time must not start.
                panic!("timing in the genesis configuration: {error}");
            }
            Chosen::<T>::put(self.timing);
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Tells the newest block that the author of this block knows to be final. An inherent: only the author can
        /// make this call, at most once in its block, and a block with a number out of bounds is invalid.
        #[pallet::call_index(0)]
        #[pallet::weight((T::WeightInfo::note_finalised(), DispatchClass::Mandatory))]
        pub fn note_finalised(
            origin: OriginFor<T>,
            #[pallet::compact] number: BlockNumberFor<T>,
        ) -> DispatchResult {
            ensure_none(origin)?;
            Self::do_note_finalised(number).map_err(Error::<T>::from)?;
            Ok(())
        }
    }

    #[pallet::inherent]
    impl<T: Config> ProvideInherent for Pallet<T> {
        type Call = Call<T>;
        type Error = MakeFatalError<()>;
        const INHERENT_IDENTIFIER: InherentIdentifier = INHERENT_IDENTIFIER;

        /// None if the node says nothing, or something else than a number: a block needs no hint.
        fn create_inherent(data: &InherentData) -> Option<Self::Call> {
            let said: InherentType = data.get_data(&INHERENT_IDENTIFIER).ok().flatten()?;
            let block = frame_system::Pallet::<T>::block_number();
            let number = ChainClock::<T>::get().admissible(block, said.unique_saturated_into());
            Some(Call::note_finalised { number })
        }

        fn is_inherent(call: &Self::Call) -> bool {
            matches!(call, Call::note_finalised { .. })
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Chain time in this block: what deadlines are compared with.
        pub fn chain_time() -> BlockNumberFor<T> {
            Self::current_block_number()
        }

        /// The block since which chain time stands, if it does.
        pub fn stalled_since() -> Option<BlockNumberFor<T>> {
            ChainClock::<T>::get().stalled_since
        }
    }

    impl<T: Config> Pallet<T> {
        fn do_note_finalised(number: BlockNumberFor<T>) -> Result<(), HintError> {
            let block = frame_system::Pallet::<T>::block_number();
            let clock = ChainClock::<T>::get().noted(block, number)?;
            ChainClock::<T>::put(clock);
            Ok(())
        }

        fn begin(block: BlockNumberFor<T>) {
            let (clock, change) = ChainClock::<T>::get().next(block);
            ChainClock::<T>::put(clock);
            match change {
                Some(Change::Stalled) => Self::deposit_event(Event::Stalled {
                    finalised: clock.median(),
                }),
                Some(Change::Resumed { after }) => Self::deposit_event(Event::Resumed { after }),
                None => {}
            }
        }
    }

    impl<T: Config> BlockNumberProvider for Pallet<T> {
        type BlockNumber = BlockNumberFor<T>;

        fn current_block_number() -> Self::BlockNumber {
            ChainClock::<T>::get().time(frame_system::Pallet::<T>::block_number())
        }

        #[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
        fn set_block_number(time: Self::BlockNumber) {
            use sp_runtime::Saturating;
            ChainClock::<T>::mutate(|clock| {
                clock.block = time.saturating_add(clock.stalled);
                clock.stalled_since = None;
                frame_system::Pallet::<T>::set_block_number(clock.block);
            });
        }
    }

    #[cfg(any(test, feature = "try-runtime"))]
    impl<T: Config> Pallet<T> {
        /// The stored numbers are within their bounds, and the clock's fit together.
        pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
            let valid = Self::timing().validate().is_ok();
            ensure!(valid, "timing: the stored numbers are out of bounds");
            let clock = ChainClock::<T>::get();
            ensure!(
                clock.is_consistent(),
                "timing: the clock's numbers do not fit together"
            );
            let begun = clock.block <= frame_system::Pallet::<T>::block_number();
            ensure!(begun, "timing: the clock is ahead of the chain");
            Ok(())
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(block: BlockNumberFor<T>) -> Weight {
            Self::begin(block);
            T::WeightInfo::on_initialize()
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
