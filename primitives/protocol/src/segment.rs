//! A segment's life and its reserve.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Balance, BlockNumber, JobSpec, Params, Refused, SegmentIndex, StateRoot, TraceRoot};

/// What is set aside for one segment when it starts, beyond the reach of cancel and pause.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reserve {
    /// What the provider gets.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub price: Balance,
    /// What the protocol gets, rounded down.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub fee: Balance,
}

impl Reserve {
    /// The reserve of a segment at an agreed price per full segment.
    pub fn of(
        spec: &JobSpec,
        segment: SegmentIndex,
        price_per_segment: Balance,
        params: &Params,
    ) -> Self {
        let price = spec.price_of(segment, price_per_segment);
        Self {
            price,
            fee: params.money.protocol_fee.floor_of(price),
        }
    }

    /// Price and fee.
    pub fn total(&self) -> Balance {
        self.price.saturating_add(self.fee)
    }
}

/// A segment that has been started.
///
/// `Training` -> `Committed` -> `Final`. A segment whose deadline passes in `Training` is removed:
/// its reserve goes back to the escrow and whoever takes the job next starts it anew.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum SegmentStatus<AccountId> {
    /// The provider trains; next: `Committed`, or removed after `deadline`.
    Training {
        /// The provider's owner account.
        provider: AccountId,
        /// The block of its start.
        since: BlockNumber,
        /// The last block in which it may be committed.
        deadline: BlockNumber,
        /// Set aside for it.
        reserve: Reserve,
    },
    /// Its roots are on the chain; next: `Final`, from `window_end` on and after its predecessor.
    Committed {
        /// The provider's owner account.
        provider: AccountId,
        /// The block of the commitment.
        at: BlockNumber,
        /// The first block in which it may finalise.
        window_end: BlockNumber,
        /// Set aside for it.
        reserve: Reserve,
        /// Root of the trace over the state roots at its intervals' ends.
        trace: TraceRoot,
        /// State root after its last step.
        final_state: StateRoot,
    },
    /// Paid; no next state.
    Final {
        /// The provider's owner account.
        provider: AccountId,
        /// The block of its payment.
        at: BlockNumber,
        /// What was paid.
        paid: Reserve,
        /// Root of the trace over the state roots at its intervals' ends.
        trace: TraceRoot,
        /// State root after its last step.
        final_state: StateRoot,
    },
}

impl<AccountId> SegmentStatus<AccountId> {
    /// Commits roots at block `now`.
    ///
    /// # Errors
    /// [`Refused::NotTraining`] unless in training, [`Refused::Late`] after the deadline.
    pub fn commit(
        self,
        now: BlockNumber,
        window: BlockNumber,
        trace: TraceRoot,
        final_state: StateRoot,
    ) -> Result<Self, Refused> {
        match self {
            Self::Training { deadline, .. } if now > deadline => Err(Refused::Late),
            Self::Training {
                provider, reserve, ..
            } => Ok(Self::Committed {
                provider,
                at: now,
                window_end: now.saturating_add(window),
                reserve,
                trace,
                final_state,
            }),
            _ => Err(Refused::NotTraining),
        }
    }

    /// The reserve of a segment in training that is late at block `now`.
    ///
    /// # Errors
    /// [`Refused::NotTraining`] unless in training, [`Refused::Early`] up to the deadline.
    pub fn late(&self, now: BlockNumber) -> Result<Reserve, Refused> {
        match self {
            Self::Training { deadline, .. } if now <= *deadline => Err(Refused::Early),
            Self::Training { reserve, .. } => Ok(*reserve),
            _ => Err(Refused::NotTraining),
        }
    }

    /// Becomes final at block `now`; the reserve is `paid`.
    ///
    /// # Errors
    /// [`Refused::NotCommitted`] unless committed, [`Refused::Early`] before the window's end.
    pub fn finalise(self, now: BlockNumber) -> Result<Self, Refused> {
        match self {
            Self::Committed { window_end, .. } if now < window_end => Err(Refused::Early),
            Self::Committed {
                provider,
                reserve,
                trace,
                final_state,
                ..
            } => Ok(Self::Final {
                provider,
                at: now,
                paid: reserve,
                trace,
                final_state,
            }),
            _ => Err(Refused::NotCommitted),
        }
    }

    /// What is still set aside for it.
    pub fn reserved(&self) -> Balance {
        match self {
            Self::Training { reserve, .. } | Self::Committed { reserve, .. } => reserve.total(),
            Self::Final { .. } => 0,
        }
    }

    /// The state root after its last step, once committed.
    pub fn final_state(&self) -> Option<StateRoot> {
        match self {
            Self::Training { .. } => None,
            Self::Committed { final_state, .. } | Self::Final { final_state, .. } => {
                Some(*final_state)
            }
        }
    }

    /// The provider's owner account.
    pub fn provider(&self) -> &AccountId {
        match self {
            Self::Training { provider, .. }
            | Self::Committed { provider, .. }
            | Self::Final { provider, .. } => provider,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: TraceRoot = TraceRoot([1; 32]);
    const END: StateRoot = StateRoot([2; 32]);

    fn training() -> SegmentStatus<u64> {
        SegmentStatus::Training {
            provider: 5,
            since: 1,
            deadline: 10,
            reserve: Reserve { price: 90, fee: 10 },
        }
    }

    #[test]
    fn a_segment_goes_its_way() {
        let committed = training().commit(10, 5, TRACE, END).unwrap();
        assert_eq!(
            (committed.reserved(), committed.final_state()),
            (100, Some(END))
        );
        assert_eq!(committed.clone().finalise(14), Err(Refused::Early));
        let paid = committed.finalise(15).unwrap();
        assert_eq!((paid.reserved(), paid.final_state()), (0, Some(END)));
        assert_eq!(*paid.provider(), 5);
        assert_eq!(paid.finalise(99), Err(Refused::NotCommitted));
    }

    #[test]
    fn clocks_and_order_hold() {
        assert_eq!(training().commit(11, 5, TRACE, END), Err(Refused::Late));
        assert_eq!(training().finalise(99), Err(Refused::NotCommitted));
        assert_eq!(training().late(10), Err(Refused::Early));
        assert_eq!(training().late(11).map(|reserve| reserve.total()), Ok(100));
        let committed = training().commit(2, 5, TRACE, END).unwrap();
        assert_eq!(
            committed.commit(3, 5, TRACE, END),
            Err(Refused::NotTraining)
        );
    }
}
