//! Versions of the parameters and who still needs them.

use assay_protocol::{BlockTime, Params, ParamsVersion};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::DispatchResult, traits::Get};
use scale_info::TypeInfo;

use crate::{Config, Current, Error, Event, Pallet, Versions};

/// A version and the number of records that refer to it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VersionRecord {
    /// The parameters.
    pub params: Params,
    /// Records that refer to this version.
    pub pins: u64,
}

/// What other pallets need of the protocol parameters.
pub trait ProtocolParams {
    /// The version in force and its number.
    fn current() -> (ParamsVersion, Params);

    /// A pinned version, or the one in force; none of any other number.
    fn at(version: ParamsVersion) -> Option<Params>;

    /// Keeps the version in force until it is unpinned as often as it was pinned; returns it and its number.
    fn pin() -> (ParamsVersion, Params);

    /// Takes one pin back.
    fn unpin(version: ParamsVersion);

    /// The pins of every version that has any, for checks of who holds them.
    #[cfg(any(feature = "std", feature = "try-runtime"))]
    fn pins() -> alloc::collections::BTreeMap<ParamsVersion, u64>;
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_params(params: Params) -> DispatchResult {
        params
            .validate(Self::block_time())
            .map_err(Error::<T>::from)?;
        let old = Current::<T>::get();
        let version = old.next();
        Versions::<T>::insert(version, VersionRecord { params, pins: 0 });
        Current::<T>::put(version);
        Self::remove_unless_needed(old);
        Self::deposit_event(Event::ParamsSet { version });
        Ok(())
    }

    /// The time between two blocks.
    pub(crate) fn block_time() -> BlockTime {
        BlockTime {
            millis: T::BlockMillis::get(),
        }
    }

    /// Removes a version that is neither in force nor pinned.
    fn remove_unless_needed(version: ParamsVersion) {
        let pinned = Versions::<T>::get(version).is_some_and(|record| record.pins > 0);
        if !pinned && version != Current::<T>::get() {
            Versions::<T>::remove(version);
        }
    }

    /// The record in force; the main chain's parameters on empty storage.
    fn current_record() -> (ParamsVersion, VersionRecord) {
        let version = Current::<T>::get();
        let record = Versions::<T>::get(version).unwrap_or_else(|| VersionRecord {
            params: Params::default(),
            pins: 0,
        });
        (version, record)
    }
}

impl<T: Config> ProtocolParams for Pallet<T> {
    fn current() -> (ParamsVersion, Params) {
        let (version, record) = Self::current_record();
        (version, record.params)
    }

    fn at(version: ParamsVersion) -> Option<Params> {
        let (current, record) = Self::current_record();
        if version == current {
            return Some(record.params);
        }
        Versions::<T>::get(version).map(|record| record.params)
    }

    fn pin() -> (ParamsVersion, Params) {
        let (version, mut record) = Self::current_record();
        record.pins = record.pins.saturating_add(1);
        Versions::<T>::insert(version, &record);
        (version, record.params)
    }

    fn unpin(version: ParamsVersion) {
        Versions::<T>::mutate(version, |record| {
            if let Some(record) = record {
                record.pins = record.pins.saturating_sub(1);
            }
        });
        Self::remove_unless_needed(version);
    }

    #[cfg(any(feature = "std", feature = "try-runtime"))]
    fn pins() -> alloc::collections::BTreeMap<ParamsVersion, u64> {
        Versions::<T>::iter()
            .map(|(version, record)| (version, record.pins))
            .filter(|(_, pins)| *pins > 0)
            .collect()
    }
}

#[cfg(any(feature = "std", feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
    /// Every stored version is within its bounds; besides the current one only pinned ones are stored.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        let current = Current::<T>::get();
        for (version, record) in Versions::<T>::iter() {
            frame_support::ensure!(
                record.params.check_bounds().is_ok(),
                "protocol: an invalid version is stored"
            );
            frame_support::ensure!(
                version == current || (version < current && record.pins > 0),
                "protocol: a version is stored that nobody needs"
            );
        }
        Ok(())
    }
}
