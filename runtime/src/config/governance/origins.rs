//! What a referendum may act as, short of root. Each has a track of its own.

use crate::{identity::UNIT, Balance, OriginCaller, RuntimeOrigin};
use frame_support::traits::{EnsureOrigin, OriginTrait};

pub use pallet_origins::*;

/// Most that [`Origin::SmallSpender`] spends at a time.
pub const SMALL_SPEND: Balance = 10_000 * UNIT;

#[frame_support::pallet]
pub mod pallet_origins {
    use frame_support::pallet_prelude::*;

    #[pallet::config]
    pub trait Config: frame_system::Config {}

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What a referendum may act as.
    #[derive(
        PartialEq, Eq, Clone, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
    )]
    #[pallet::origin]
    pub enum Origin {
        /// Dispatches with root what the technical committee has whitelisted.
        WhitelistedCaller,
        /// Sets the protocol's parameters, whole.
        ParameterAdmin,
        /// Spends from the treasury and rejects spends.
        Treasurer,
        /// Spends up to 10,000 ASY at a time.
        SmallSpender,
        /// Cancels a referendum; deposits go back.
        ReferendumCanceller,
        /// Kills a referendum; deposits are lost.
        ReferendumKiller,
    }
}

/// Defines the checks that an origin is one of [`Origin`].
macro_rules! ensure {
    ($($(#[$doc:meta])+ $name:ident;)+) => {
        $(
            $(#[$doc])+
            pub struct $name;

            impl EnsureOrigin<RuntimeOrigin> for $name {
                type Success = ();

                fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
                    match origin.caller() {
                        OriginCaller::Origins(Origin::$name) => Ok(()),
                        _ => Err(origin),
                    }
                }

                #[cfg(feature = "runtime-benchmarks")]
                fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
                    Ok(Origin::$name.into())
                }
            }
        )+
    };
}

ensure! {
    /// [`Origin::WhitelistedCaller`].
    WhitelistedCaller;
    /// [`Origin::ParameterAdmin`].
    ParameterAdmin;
    /// [`Origin::Treasurer`].
    Treasurer;
    /// [`Origin::ReferendumCanceller`].
    ReferendumCanceller;
    /// [`Origin::ReferendumKiller`].
    ReferendumKiller;
}

/// Whoever may spend from the treasury, and how much at a time.
pub struct Spender;

impl EnsureOrigin<RuntimeOrigin> for Spender {
    type Success = Balance;

    fn try_origin(origin: RuntimeOrigin) -> Result<Balance, RuntimeOrigin> {
        match origin.caller() {
            OriginCaller::system(frame_system::RawOrigin::Root)
            | OriginCaller::Origins(Origin::Treasurer) => Ok(Balance::MAX),
            OriginCaller::Origins(Origin::SmallSpender) => Ok(SMALL_SPEND),
            _ => Err(origin),
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(Origin::Treasurer.into())
    }
}
