//! Amounts and shares of them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An amount in the chain's smallest unit.
pub type Balance = u128;

/// One token: ten to the twelfth of the smallest unit.
pub const UNIT: Balance = 1_000_000_000_000;

/// A thousandth of a token.
pub const MILLI: Balance = 1_000_000_000;

/// A share in thousandths; may exceed the whole where a field's bounds allow it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct PerMille(pub u32);

impl PerMille {
    /// The whole.
    pub const ONE: Self = Self(1_000);

    /// This share of `amount`, rounded down; saturates at the largest amount.
    pub fn floor_of(self, amount: Balance) -> Balance {
        let share = Balance::from(self.0);
        let whole = (amount / 1_000).saturating_mul(share);
        let rest = (amount % 1_000).saturating_mul(share) / 1_000;
        whole.saturating_add(rest)
    }

    /// This share of `amount`, rounded up; saturates at the largest amount.
    pub fn ceil_of(self, amount: Balance) -> Balance {
        let share = Balance::from(self.0);
        let whole = (amount / 1_000).saturating_mul(share);
        let rest = (amount % 1_000).saturating_mul(share).div_ceil(1_000);
        whole.saturating_add(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_round_as_named() {
        assert_eq!(PerMille(25).floor_of(1_039), 25);
        assert_eq!(PerMille(25).ceil_of(1_039), 26);
        assert_eq!(PerMille::ONE.floor_of(u128::MAX), u128::MAX);
        assert_eq!(PerMille(2_000).ceil_of(u128::MAX), u128::MAX);
    }

    proptest! {
        #[test]
        fn shares_are_exact(amount in 0u128..(1 << 90), share in 0u32..200_000) {
            let product = amount * u128::from(share);
            prop_assert_eq!(PerMille(share).floor_of(amount), product / 1_000);
            prop_assert_eq!(PerMille(share).ceil_of(amount), product.div_ceil(1_000));
        }
    }
}
