//! The weights that the calls need.

use frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
    /// [`Pallet::register`](crate::Pallet::register): provider, operator, parameters, account and holds.
    fn register() -> Weight;
    /// [`Pallet::update`](crate::Pallet::update): provider.
    fn update() -> Weight;
    /// [`Pallet::set_operator`](crate::Pallet::set_operator): provider, both operators.
    fn set_operator() -> Weight;
    /// [`Pallet::add_stake`](crate::Pallet::add_stake): provider, account and holds.
    fn add_stake() -> Weight;
    /// [`Pallet::unregister`](crate::Pallet::unregister): provider, parameters.
    fn unregister() -> Weight;
    /// [`Pallet::withdraw`](crate::Pallet::withdraw): provider, operator, account and holds.
    fn withdraw() -> Weight;
}

/// For tests.
impl WeightInfo for () {
    fn register() -> Weight {
        Weight::from_parts(60_000_000, 8_000)
    }
    fn update() -> Weight {
        Weight::from_parts(20_000_000, 8_000)
    }
    fn set_operator() -> Weight {
        Weight::from_parts(25_000_000, 8_000)
    }
    fn add_stake() -> Weight {
        Weight::from_parts(50_000_000, 8_000)
    }
    fn unregister() -> Weight {
        Weight::from_parts(25_000_000, 8_000)
    }
    fn withdraw() -> Weight {
        Weight::from_parts(60_000_000, 8_000)
    }
}
