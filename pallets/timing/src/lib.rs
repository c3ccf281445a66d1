//! # Timing pallet
//!
//! The pace of a chain, fixed at genesis by four numbers ([`Timing`]) and by nothing afterwards: the pallet has no
//! call, no event and no work in any block. Everything in the runtime that is measured in time derives from these numbers through
//! the [`Get`](frame_support::traits::Get) types in [`derive`](mod@derive), so one Wasm serves every chain.
//!
//! Terms: a *slot* is the time in which one block may be made; an *epoch* (a session) is a fixed number of slots; an
//! *era* is a fixed number of sessions; the *divisor* shortens windows that are stated in blocks of the main chain.
//!
//! ```
//! use pallet_assay_timing::Timing;
//!
//! assert_eq!(Timing::MAIN.scaled(100), 100);
//! assert!(Timing::DEVELOPMENT.validate().is_ok());
//! assert!(Timing { slot_ms: 0, ..Timing::MAIN }.validate().is_err());
//! ```
//!
//! **Invariant:** the stored numbers are valid. Empty storage reads as [`Timing::MAIN`], because constants in the
//! metadata are also read where there is no state.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::unwrap_used, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod derive;
mod types;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use derive::{EpochSlots, ExpectedBlockTime, MinimumPeriod, ScaledBlocks, SessionsPerEra};
pub use pallet::*;
pub use types::{Timing, TimingError};

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use crate::types::Timing;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::BlockNumberFor;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// The numbers that the chain was started with.
    #[pallet::storage]
    #[pallet::getter(fn timing)]
    pub type Chosen<T: Config> = StorageValue<_, Timing, ValueQuery>;

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

    #[cfg(any(test, feature = "try-runtime"))]
    impl<T: Config> Pallet<T> {
        /// The stored numbers are within their bounds.
        pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
            Self::timing()
                .validate()
                .map_err(|_| "timing: the stored numbers are out of bounds".into())
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
