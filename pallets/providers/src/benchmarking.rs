//! Benchmarks, and the accounts that those of other pallets need.

#![allow(clippy::arithmetic_side_effects)] // Small numbers of our own.

use alloc::vec;

use assay_protocol::{Balance, Capabilities, DeviceClass, Requirements, Url, MAX_URL, UNIT};
use frame_benchmarking::v2::*;
use frame_support::{traits::fungible::Mutate, BoundedVec};
use frame_system::RawOrigin;
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::traits::BlockNumberProvider;

use crate::{Call, Config, Operators, Pallet, Providers, Registry};

/// What each account of a benchmark owns: more than any of them needs.
pub const ENDOWMENT: Balance = 1_000_000_000 * UNIT;

/// A runtime whose benchmarks can make tokens.
pub trait Minting: Config<Currency: Mutate<<Self as frame_system::Config>::AccountId>> {}

impl<T> Minting for T where T: Config<Currency: Mutate<<T as frame_system::Config>::AccountId>> {}

/// The account of that name and number, with [`ENDOWMENT`].
pub fn endowed<T: Minting>(name: &'static str, number: u32) -> T::AccountId {
    let who = account(name, number, 0);
    <T as Config>::Currency::set_balance(&who, ENDOWMENT);
    who
}

/// The longest location.
pub fn longest_url() -> Url {
    let mut bytes = vec![b'x'; MAX_URL as usize];
    bytes.splice(..8, *b"https://");
    Url(BoundedVec::truncate_from(bytes))
}

/// An offer that serves every job.
pub fn capabilities() -> Capabilities {
    Capabilities {
        device: DeviceClass::Gpu,
        memory_bytes: u64::MAX,
        max_jobs: u32::MAX,
    }
}

/// The least stake.
fn stake<T: Config>() -> Balance {
    T::Protocol::current().1.stake.min_stake
}

/// Registers a provider; returns its owner's account.
pub fn registered<T: Minting>(operator: T::AccountId) -> Result<T::AccountId, BenchmarkError> {
    let owner = endowed::<T>("owner", 0);
    let stake = stake::<T>();
    Pallet::<T>::do_register(
        owner.clone(),
        operator,
        longest_url(),
        capabilities(),
        stake,
    )?;
    Ok(owner)
}

/// A registered provider's owner, and its operator key.
fn provider<T: Minting>() -> Result<(T::AccountId, T::AccountId), BenchmarkError> {
    let operator: T::AccountId = account("operator", 0, 0);
    Ok((registered::<T>(operator.clone())?, operator))
}

#[benchmarks(where T: Minting)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let owner = endowed::<T>("owner", 0);
        let operator: T::AccountId = account("operator", 0, 0);
        let origin = RawOrigin::Signed(owner.clone());
        #[extrinsic_call]
        _(
            origin,
            operator,
            longest_url(),
            capabilities(),
            stake::<T>(),
        );
        assert!(Providers::<T>::contains_key(owner));
    }

    #[benchmark]
    fn update() -> Result<(), BenchmarkError> {
        let (owner, _) = provider::<T>()?;
        let offer = Capabilities {
            max_jobs: 1,
            ..capabilities()
        };
        let origin = RawOrigin::Signed(owner.clone());
        #[extrinsic_call]
        _(origin, longest_url(), offer);
        let provider = Providers::<T>::get(owner).ok_or("the provider is gone")?;
        assert_eq!(provider.capabilities, offer);
        Ok(())
    }

    #[benchmark]
    fn set_operator() -> Result<(), BenchmarkError> {
        let (owner, old) = provider::<T>()?;
        let new: T::AccountId = account("operator", 1, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), new.clone());
        assert!(Operators::<T>::contains_key(new) && !Operators::<T>::contains_key(old));
        Ok(())
    }

    #[benchmark]
    fn add_stake() -> Result<(), BenchmarkError> {
        let (owner, _) = provider::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner.clone()), UNIT);
        let provider = Providers::<T>::get(owner).ok_or("the provider is gone")?;
        assert_eq!(provider.stake, stake::<T>() + UNIT);
        Ok(())
    }

    #[benchmark]
    fn unregister() -> Result<(), BenchmarkError> {
        let (owner, _) = provider::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner.clone()));
        let (_, params) = T::Protocol::current();
        let taken = Pallet::<T>::take_job(&owner, &Requirements::default(), &params);
        assert!(taken.is_err());
        Ok(())
    }

    #[benchmark]
    fn withdraw() -> Result<(), BenchmarkError> {
        let (owner, operator) = provider::<T>()?;
        Pallet::<T>::do_unregister(owner.clone())?;
        let (_, params) = T::Protocol::current();
        let now = T::ChainTime::current_block_number();
        T::ChainTime::set_block_number(now + params.stake.unbonding_delay);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner.clone()));
        assert!(!Providers::<T>::contains_key(owner) && !Operators::<T>::contains_key(operator));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::benchmarking::chain(), crate::mock::Test);
}

/// A chain at its genesis.
#[cfg(test)]
fn chain() -> sp_io::TestExternalities {
    use sp_runtime::BuildStorage;
    let genesis = crate::mock::RuntimeGenesisConfig::default();
    genesis.build_storage().unwrap().into()
}
