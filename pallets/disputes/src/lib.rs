//! # Disputes pallet
//!
//! Anyone may say that a committed segment is wrong. A **challenger** puts up a bond and plays a game against the provider
//! that committed, the **defender**, until the chain can run the one fold step about which they disagree. The game itself and its referee are `assay-game`; this pallet stores games, checks who moves and when,
//! and settles the money.
//!
//! Terms: a **dispute** is one challenge; its **game** exists while it is being played. A **contest** is a commitment
//! that has been challenged: its games share the defender's time. A **docket** is a provider's games: at most a few of
//! them run, the others wait in order of opening with both clocks stopped. A **slash** is a convicted provider's
//! collateral, held for a time before it is paid out, in which root may give it back.
//!
//! | verdict | bond | collateral |
//! |---|---|---|
//! | for the defender | winner's share to the defender, rest to the slash destination | - |
//! | for the challenger | back | winner's share to all games that it ends, rest to the slash destination |
//!
//! A conviction voids the segment and all later ones of the job, which makes the other games on them moot: their
//! challengers get their bonds back. All games that a conviction ends share its reward equally, or a confederate who
//! convicts its friend first, on whatever interval, would leave the honest with nothing. A game on an earlier segment
//! goes on to its verdict.
//!
//! A move is a general transaction: it carries its party's signature and nobody pays a fee for it. Only moves that the
//! game takes are authorised, so that a party cannot fill blocks with others. Whatever else is due may be called by
//! anyone, signed or as a general transaction; its effects go to the parties, never to the caller.
//!
//! A provider cannot challenge its own commitments. This keeps it from mistakes, not from using other accounts: what
//! makes a game against oneself a loss is that the winner's share is below one half.
//!
//! **Invariants:** a challenger's `Bond` and `Deposit` holds are the sums of its disputes' bonds and deposits; a
//! provider's `Slash` hold is what its slashes have not paid out. No call iterates over an unbounded set. A verdict
//! depends on nobody's balance.

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

extern crate alloc;

mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod case;
mod clean_up;
mod error;
mod judge;
mod money;
mod open;
mod play;
mod pull;
mod queue;
mod slash;
mod try_state;
mod types;
mod views;
mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{
    Contest, ContestId, CreditOf, Dispute, Docket, Fate, Reward, Slash, SlashId, SlashStatus,
    Stage, Stake, Terms,
};
pub use weight_info::WeightInfo;

#[frame_support::pallet]
#[allow(missing_docs)] // of what the macros generate
pub mod pallet {
    use alloc::{boxed::Box, vec::Vec};

    use crate::{
        types::{Contest, ContestId, CreditOf, DisputeOf, Docket, SlashId, SlashOf},
        weight_info::MoveKind,
        WeightInfo,
    };
    use assay_game::{DisputeView, Entry, Game, GameId, Move, Party, PhaseName, Verdict};
    use assay_protocol::{Balance, BlockNumber, JobId, Page, SegmentIndex};
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, Inspect, MutateHold},
            OnUnbalanced,
        },
    };
    use frame_system::{ensure_authorized, pallet_prelude::*};
    use pallet_assay_jobs::{ensure_anyone, Challenged};
    use pallet_assay_protocol::ProtocolParams;
    use pallet_assay_providers::Registry;
    use sp_runtime::traits::{BlockNumberProvider, IdentifyAccount, Verify};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The token that bonds and slashes are in.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId>;
        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;
        /// The protocol parameters.
        type Protocol: ProtocolParams;
        /// Those who offer compute.
        type Providers: Registry<Self::AccountId>;
        /// Those whose commitments are challenged.
        type Jobs: Challenged<Self::AccountId, HoldReason = Self::RuntimeHoldReason>;
        /// Chain time.
        type ChainTime: BlockNumberProvider<BlockNumber = BlockNumber>;
        /// Milliseconds between two blocks: turns declared seconds into budgets.
        type BlockMillis: Get<u64>;
        /// Signature of a move, by an account's key.
        type MoveSignature: Parameter + Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>>;
        /// Who may give a held slash back.
        type RefundOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Where forfeited bonds and slashes go, winners' shares apart.
        type SlashDestination: OnUnbalanced<CreditOf<Self>>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// What a challenger may lose.
        Bond,
        /// A challenger's deposit for what its disputes store.
        Deposit,
        /// A convicted provider's collateral, before it is paid out.
        Slash,
    }

    /// The number of the next dispute.
    #[pallet::storage]
    pub type NextNumber<T: Config> = StorageValue<_, u64, ValueQuery>;

    /// Every dispute on record.
    #[pallet::storage]
    pub type Disputes<T: Config> = StorageMap<_, Identity, GameId, DisputeOf<T>>;

    /// The state of each game that is being played.
    #[pallet::storage]
    pub type Games<T: Config> = StorageMap<_, Identity, GameId, Game>;

    /// Disputes by their numbers.
    #[pallet::storage]
    pub type Numbers<T: Config> = StorageMap<_, Twox64Concat, u64, GameId>;

    /// The disputes about each segment.
    #[pallet::storage]
    pub type OnSegment<T: Config> =
        StorageDoubleMap<_, Twox64Concat, (JobId, SegmentIndex), Identity, GameId, ()>;

    /// Commitments that have been challenged.
    #[pallet::storage]
    pub type Contests<T: Config> = StorageMap<_, Twox64Concat, ContestId, Contest>;

    /// The contest about each segment's commitment that stands.
    #[pallet::storage]
    pub type Contested<T: Config> =
        StorageDoubleMap<_, Twox64Concat, JobId, Twox64Concat, SegmentIndex, ContestId>;

    /// Each provider's games, by its owner's account.
    #[pallet::storage]
    pub type Dockets<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Docket, ValueQuery>;

    /// Games that wait for a provider, by their places.
    #[pallet::storage]
    pub type Queue<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u64, GameId>;

    /// Slashes that are held, or whose winners have not all been paid.
    #[pallet::storage]
    pub type Slashes<T: Config> = StorageMap<_, Twox64Concat, SlashId, SlashOf<T>>;

    /// The slash held for each job, which further convictions in it share.
    #[pallet::storage]
    pub type HeldFor<T: Config> = StorageMap<_, Twox64Concat, JobId, SlashId>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A commitment is challenged. The game's name is its parties' and watchers' key to everything else.
        Opened {
            /// The game.
            game: GameId,
            /// Its number.
            number: u64,
            /// The job.
            job: JobId,
            /// The segment whose commitment is challenged.
            segment: SegmentIndex,
            /// What is said to be wrong.
            entry: Entry,
            /// The owner's account of the provider that committed.
            defender: T::AccountId,
            /// Who challenges.
            challenger: T::AccountId,
            /// What the challenger may lose.
            bond: Balance,
        },
        /// A game has one of its defender's places: the clocks run, and the defender is to enter.
        Started {
            /// The game.
            game: GameId,
            /// The last block of chain time for the first move.
            deadline: BlockNumber,
        },
        /// A move was taken and the game goes on.
        Moved {
            /// The game.
            game: GameId,
            /// Number of the move.
            round: u32,
            /// Who moved.
            mover: Party,
            /// What the game waits for now.
            phase: PhaseName,
            /// The last block of chain time for the next move.
            deadline: BlockNumber,
        },
        /// A game is over.
        Judged {
            /// The game.
            game: GameId,
            /// The job.
            job: JobId,
            /// The segment.
            segment: SegmentIndex,
            /// Moves of the game.
            rounds: u32,
            /// Who has won, and why.
            verdict: Verdict,
        },
        /// A provider is convicted: the segment and all later ones of the job are void, and its collateral is held.
        Convicted {
            /// The game.
            game: GameId,
            /// The job.
            job: JobId,
            /// The convicted segment.
            segment: SegmentIndex,
            /// The provider's owner account.
            provider: T::AccountId,
            /// The slash.
            slash: SlashId,
            /// What this conviction has added to it: nothing if an earlier one has taken all of the collateral.
            amount: Balance,
            /// Games that this conviction lets share the reward.
            shares: u32,
            /// The block from which the slash may be settled.
            until: BlockNumber,
        },
        /// A dispute's money has gone where it was due.
        Pulled {
            /// The game.
            game: GameId,
            /// What the challenger got: its bond, and its share of a slash.
            challenger: Balance,
            /// What the defender got of a forfeited bond.
            defender: Balance,
            /// What the slash destination got of a forfeited bond.
            forfeited: Balance,
        },
        /// A slash was paid out: the winners may pull, the rest has gone.
        SlashSettled {
            /// The slash.
            slash: SlashId,
            /// What each winner may pull.
            each: Balance,
            /// Number of winners.
            shares: u32,
            /// What the slash destination got.
            rest: Balance,
        },
        /// A held slash was given back to the provider. The verdict stands.
        SlashRefunded {
            /// The slash.
            slash: SlashId,
            /// The provider's owner account.
            provider: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A dispute's record was removed and its deposit returned.
        CleanedUp {
            /// The game.
            game: GameId,
            /// The deposit.
            deposit: Balance,
        },
    }

    /// Why a call is refused. A general transaction that is refused for one of these has the error's number as its
    /// custom code.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no game of this name; it may have been cleaned up.
        UnknownGame,
        /// The segment's challenge window is over.
        WindowOver,
        /// The segment has fewer intervals.
        NoSuchInterval,
        /// As many games wait for the defender as its clock can count.
        TooManyGames,
        /// A provider cannot challenge its own commitment.
        OwnCommitment,
        /// Too many games on this segment are open.
        TooManyOpen,
        /// The game waits for one of its defender's places; its clocks stand.
        Waiting,
        /// The game is over, or moot.
        Over,
        /// The game is not over.
        NotOver,
        /// The game is past this round.
        RoundPast,
        /// The game has not come to this round.
        RoundAhead,
        /// The move is larger than 32 KiB.
        MoveTooLarge,
        /// The signature is not that of the party to move, over this game, round, history and move.
        BadSignature,
        /// The mover's time has run out.
        Late,
        /// The mover's time has not run out.
        NotLate,
        /// The game waits for another kind of move.
        NotThisMove,
        /// A path does not fit its tree.
        BadPath,
        /// A leaf and its path do not lead to the agreed root.
        WrongRoot,
        /// A reveal has another number of nodes than lie under the node in dispute.
        RevealCount,
        /// The nodes shown do not hash to the node in dispute.
        RevealMismatch,
        /// The tree opened does not give the leaf in dispute.
        LeafMismatch,
        /// The leaf before is missing, or given where there is none.
        LeafBefore,
        /// The node named is not among those shown.
        NoSuchNode,
        /// The node shown is ill-formed.
        IllFormedNode,
        /// The accumulator shown has not the registers of this fold.
        Registers,
        /// The proof does not show exactly what the block reads.
        Sources,
        /// A tile shown has the wrong extents or a NaN that is not canonical.
        Tile,
        /// Nothing is due to anyone, or not yet.
        NothingDue,
        /// Something is still due to somebody: pull first.
        NotSettled,
        /// Too early: the slash is held, or the record kept, for longer.
        TooEarly,
        /// A game on an earlier segment of the job may still convict, and share the slash.
        GamesOpen,
        /// There is no slash of this number; it may have been paid out.
        UnknownSlash,
        /// The slash is not held any more.
        NotHeld,
        /// No game waits that could be started.
        NothingToStart,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Challenges a committed segment: says that executing one of its intervals from its start does not give its
        /// end. `entry` names the first such interval, or the segment if its states are not known. Locks a bond, which
        /// the challenger gets back unless it loses, and a deposit. A challenge cannot be withdrawn.
        ///
        /// The challenger's own key signs its moves.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::open().saturating_add(T::WeightInfo::start()))]
        pub fn open(
            origin: OriginFor<T>,
            job: JobId,
            segment: SegmentIndex,
            entry: Entry,
        ) -> DispatchResult {
            let challenger = ensure_signed(origin)?;
            Self::do_open(challenger, job, segment, entry)
        }

        /// Makes move number `round` of a game. A general transaction, free of charge: the signature over game, round,
        /// history and move is that of the party to move, the defender's being its operator key's.
        #[pallet::call_index(1)]
        #[pallet::weight((MoveKind::of(mv).weight::<T>(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_play)]
        #[pallet::weight_of_authorize(MoveKind::of(mv).weight_of_authorize::<T>())]
        pub fn play(
            origin: OriginFor<T>,
            game: GameId,
            round: u32,
            mv: Box<Move>,
            signature: T::MoveSignature,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let _ = (round, signature); // Authorised.
            Ok(Self::do_play(game, &mv)?.free_of_charge::<T>())
        }

        /// Ends a game whose side to move has run out of time. Anyone may call this; it is free when it succeeds.
        #[pallet::call_index(2)]
        #[pallet::weight((T::WeightInfo::time_out(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_time_out)]
        #[pallet::weight_of_authorize(T::WeightInfo::time_out())]
        pub fn time_out(origin: OriginFor<T>, game: GameId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Ok(Self::do_time_out(game)?.free_of_charge::<T>())
        }

        /// Starts the games that wait longest for a provider, if it has places free. This happens of itself whenever a
        /// game ends; it is for queues full of moot games. Anyone may call this; it is free when it succeeds.
        #[pallet::call_index(3)]
        #[pallet::weight((T::WeightInfo::start(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_start)]
        #[pallet::weight_of_authorize(T::WeightInfo::start())]
        pub fn start(origin: OriginFor<T>, defender: T::AccountId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Self::do_start(&defender)?;
            Ok(Pays::No.into())
        }

        /// Moves a dispute's money where it is due: the bond to the challenger or, forfeited, to the defender and the
        /// slash destination; the challenger's share of a slash, once that is settled. Anyone may call this; it is free
        /// when it succeeds.
        #[pallet::call_index(4)]
        #[pallet::weight((T::WeightInfo::pull(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_pull)]
        #[pallet::weight_of_authorize(T::WeightInfo::pull())]
        pub fn pull(origin: OriginFor<T>, game: GameId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Self::do_pull(game)?;
            Ok(Pays::No.into())
        }

        /// Pays out a slash whose holding time is over. Anyone may call this; it is free when it succeeds.
        #[pallet::call_index(5)]
        #[pallet::weight((T::WeightInfo::settle_slash(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_settle_slash)]
        #[pallet::weight_of_authorize(T::WeightInfo::settle_slash())]
        pub fn settle_slash(origin: OriginFor<T>, slash: SlashId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Self::do_settle_slash(slash)?;
            Ok(Pays::No.into())
        }

        /// Gives a held slash back, if a defect of ours has caused it. Verdicts stand, and bonds are not touched.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::refund_slash())]
        pub fn refund_slash(origin: OriginFor<T>, slash: SlashId) -> DispatchResult {
            T::RefundOrigin::ensure_origin(origin)?;
            Self::do_refund_slash(slash)
        }

        /// Removes the record of a settled dispute after the retention and returns its deposit. Anyone may call this;
        /// it is free when it succeeds.
        #[pallet::call_index(7)]
        #[pallet::weight((T::WeightInfo::clean_up(), DispatchClass::Operational))]
        #[pallet::authorize(Self::authorize_clean_up)]
        #[pallet::weight_of_authorize(T::WeightInfo::clean_up())]
        pub fn clean_up(origin: OriginFor<T>, game: GameId) -> DispatchResultWithPostInfo {
            ensure_anyone(origin)?;
            Self::do_clean_up(game)?;
            Ok(Pays::No.into())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A dispute, unless it never was or has been cleaned up.
        pub fn dispute(game: GameId) -> Option<DisputeView<T::AccountId>> {
            Self::dispute_view(game)
        }

        /// The disputes from number `from` on, in order of opening.
        pub fn disputes(from: u64, limit: u32) -> Page<DisputeView<T::AccountId>> {
            Self::disputes_page(from, limit)
        }

        /// Disputes about a segment, in no particular order.
        pub fn of_segment(
            job: JobId,
            segment: SegmentIndex,
            limit: u32,
        ) -> Vec<DisputeView<T::AccountId>> {
            Self::disputes_of(job, segment, limit)
        }

        /// The state of a game that is being played: what its parties answer.
        pub fn game(game: GameId) -> Option<Game> {
            Games::<T>::get(game)
        }

        /// A slash that is held, or whose winners have not all been paid.
        pub fn slash(slash: SlashId) -> Option<SlashOf<T>> {
            Slashes::<T>::get(slash)
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
