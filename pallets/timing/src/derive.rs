//! [`Get`] types that hand the chain's pace to the configurations of other pallets.

use crate::{Config, Pallet};
use core::marker::PhantomData;
use frame_support::traits::Get;

/// Milliseconds that must lie between two timestamps: half a slot, so that a late block leaves the next one room.
pub struct MinimumPeriod<T>(PhantomData<T>);

impl<T: Config> Get<u64> for MinimumPeriod<T> {
    fn get() -> u64 {
        Pallet::<T>::timing().slot_ms >> 1
    }
}

/// Milliseconds between two blocks, as a slot lasts.
pub struct ExpectedBlockTime<T>(PhantomData<T>);

impl<T: Config> Get<u64> for ExpectedBlockTime<T> {
    fn get() -> u64 {
        Pallet::<T>::timing().slot_ms
    }
}

/// Slots of an epoch.
pub struct EpochSlots<T>(PhantomData<T>);

impl<T: Config> Get<u64> for EpochSlots<T> {
    fn get() -> u64 {
        Pallet::<T>::timing().epoch_slots.into()
    }
}

/// Sessions of an era.
pub struct SessionsPerEra<T>(PhantomData<T>);

impl<T: Config> Get<u32> for SessionsPerEra<T> {
    fn get() -> u32 {
        Pallet::<T>::timing().sessions_per_era
    }
}
