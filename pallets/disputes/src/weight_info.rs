//! The weights that the calls and their branches need, and which branch a call took.

use assay_game::Move;
use frame_support::{
    dispatch::{Pays, PostDispatchInfo},
    weights::Weight,
};

use crate::Config;

/// Weights of the calls, and of their branches where these differ much.
pub trait WeightInfo {
    /// [`Pallet::open`](crate::Pallet::open), the first about its commitment.
    fn open() -> Weight;
    /// Starting as many waiting games as one call may.
    fn start() -> Weight;
    /// [`Pallet::play`](crate::Pallet::play): entering an interval.
    fn play_enter() -> Weight;
    /// Opening a level of the game.
    fn play_open() -> Weight;
    /// Revealing the nodes under one.
    fn play_reveal() -> Weight;
    /// Naming one of them.
    fn play_name() -> Weight;
    /// Running a fold step.
    fn play_prove() -> Weight;
    /// Comparing a slot of the next state with its node.
    fn play_show_slot() -> Weight;
    /// Verifying the signature of a move.
    fn verify_signature() -> Weight;
    /// A time-out, without what the verdict leads to.
    fn expire() -> Weight;
    /// What a verdict for the defender leads to, waiting games that start included.
    fn acquit() -> Weight;
    /// What a verdict for the challenger leads to, with as many void segments as a pipeline has.
    fn convict() -> Weight;
    /// [`Pallet::pull`](crate::Pallet::pull), of a bond and a reward.
    fn pull() -> Weight;
    /// [`Pallet::settle_slash`](crate::Pallet::settle_slash).
    fn settle_slash() -> Weight;
    /// [`Pallet::refund_slash`](crate::Pallet::refund_slash).
    fn refund_slash() -> Weight;
    /// [`Pallet::clean_up`](crate::Pallet::clean_up), the last about its commitment.
    fn clean_up() -> Weight;

    /// The heavier branch of [`Pallet::time_out`](crate::Pallet::time_out).
    fn time_out() -> Weight {
        Self::expire().saturating_add(Self::acquit().max(Self::convict()))
    }
}

/// Moves that cost about the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveKind {
    Enter,
    Open,
    Reveal,
    Name,
    Prove,
    ShowSlot,
}

/// What a verdict has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Acquitted,
    Convicted,
}

/// The path that a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Branch {
    /// The game goes on.
    Moved(MoveKind),
    /// A move has ended it.
    Proved(MoveKind, Ending),
    /// Time has ended it.
    TimedOut(Ending),
}

impl MoveKind {
    pub(crate) fn of(mv: &Move) -> Self {
        match mv {
            Move::Enter(_) => Self::Enter,
            Move::OpenIntervals(_)
            | Move::OpenSteps(_)
            | Move::OpenOperators(_)
            | Move::OpenTiles(_)
            | Move::OpenFold(_)
            | Move::OpenSlots(_) => Self::Open,
            Move::Reveal(_) => Self::Reveal,
            Move::Name(_) => Self::Name,
            Move::Prove(_) => Self::Prove,
            Move::ShowSlot(_) => Self::ShowSlot,
        }
    }

    fn taking<T: Config>(self) -> Weight {
        match self {
            Self::Enter => T::WeightInfo::play_enter(),
            Self::Open => T::WeightInfo::play_open(),
            Self::Reveal => T::WeightInfo::play_reveal(),
            Self::Name => T::WeightInfo::play_name(),
            Self::Prove => T::WeightInfo::play_prove(),
            Self::ShowSlot => T::WeightInfo::play_show_slot(),
        }
    }

    /// Of the move, with whatever verdict it may lead to.
    pub(crate) fn weight<T: Config>(self) -> Weight {
        let taking = self.taking::<T>();
        match self {
            Self::Prove | Self::ShowSlot => taking
                .saturating_add(Ending::Acquitted.weight::<T>())
                .max(taking.saturating_add(Ending::Convicted.weight::<T>())),
            _ => taking,
        }
    }

    /// Of judging whether the game would take it.
    pub(crate) fn weight_of_authorize<T: Config>(self) -> Weight {
        self.taking::<T>()
            .saturating_add(T::WeightInfo::verify_signature())
    }
}

impl Ending {
    fn weight<T: Config>(self) -> Weight {
        match self {
            Self::Acquitted => T::WeightInfo::acquit(),
            Self::Convicted => T::WeightInfo::convict(),
        }
    }
}

impl Branch {
    fn weight<T: Config>(self) -> Weight {
        match self {
            Self::Moved(kind) => kind.taking::<T>(),
            Self::Proved(kind, ending) => kind.taking::<T>().saturating_add(ending.weight::<T>()),
            Self::TimedOut(ending) => T::WeightInfo::expire().saturating_add(ending.weight::<T>()),
        }
    }

    /// What a call that took it is charged: its weight, and no fee.
    pub(crate) fn free_of_charge<T: Config>(self) -> PostDispatchInfo {
        PostDispatchInfo {
            actual_weight: Some(self.weight::<T>()),
            pays_fee: Pays::No,
        }
    }
}

/// Weights that differ by branch and cost no database: for tests.
impl WeightInfo for () {
    fn open() -> Weight {
        Weight::from_parts(200_000_000, 0)
    }
    fn start() -> Weight {
        Weight::from_parts(90_000_000, 0)
    }
    fn play_enter() -> Weight {
        Weight::from_parts(210_000_000, 0)
    }
    fn play_open() -> Weight {
        Weight::from_parts(400_000_000, 0)
    }
    fn play_reveal() -> Weight {
        Weight::from_parts(300_000_000, 0)
    }
    fn play_name() -> Weight {
        Weight::from_parts(100_000_000, 0)
    }
    fn play_prove() -> Weight {
        Weight::from_parts(1_500_000_000, 0)
    }
    fn play_show_slot() -> Weight {
        Weight::from_parts(150_000_000, 0)
    }
    fn verify_signature() -> Weight {
        Weight::from_parts(110_000_000, 0)
    }
    fn expire() -> Weight {
        Weight::from_parts(120_000_000, 0)
    }
    fn acquit() -> Weight {
        Weight::from_parts(60_000_000, 0)
    }
    fn convict() -> Weight {
        Weight::from_parts(410_000_000, 0)
    }
    fn pull() -> Weight {
        Weight::from_parts(250_000_000, 0)
    }
    fn settle_slash() -> Weight {
        Weight::from_parts(160_000_000, 0)
    }
    fn refund_slash() -> Weight {
        Weight::from_parts(130_000_000, 0)
    }
    fn clean_up() -> Weight {
        Weight::from_parts(140_000_000, 0)
    }
}
