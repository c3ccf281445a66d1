//! Which of a provider's games are played: at most a few at a time, the others in order of opening.

use assay_game::{Budget, Claim, Game, GameId, Transcript};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    case::Case,
    types::{Fate, Stage, Terms},
    Config, Dockets, Error, Event, Games, Pallet, Queue,
};

/// Waiting games that one call looks at, moot ones included.
pub(crate) const LOOKED_AT: u32 = 4;

impl<T: Config> Pallet<T> {
    /// Puts a game at the end of its defender's queue; returns its place.
    pub(crate) fn enqueue(defender: &T::AccountId, id: GameId) -> u64 {
        let mut docket = Dockets::<T>::get(defender);
        let place = docket.tail;
        Queue::<T>::insert(defender, place, id);
        docket.tail = place.saturating_add(1);
        Dockets::<T>::insert(defender, docket);
        place
    }

    /// Takes a game that does not wait any more out of the queue.
    pub(crate) fn dequeue(defender: &T::AccountId, place: u64, id: GameId) {
        if Queue::<T>::get(defender, place) == Some(id) {
            Queue::<T>::remove(defender, place);
        }
    }

    pub(crate) fn do_start(defender: &T::AccountId) -> DispatchResult {
        let before = Dockets::<T>::get(defender);
        Self::advance(defender);
        let after = Dockets::<T>::get(defender);
        ensure!(before != after, Error::<T>::NothingToStart);
        Ok(())
    }

    /// `count` of a provider's games are played no longer.
    pub(crate) fn leave(defender: &T::AccountId, count: u32) {
        Dockets::<T>::mutate(defender, |docket| {
            docket.running = docket.running.saturating_sub(count);
        });
    }

    /// Starts waiting games while the provider has places free. Moot ones are passed over.
    pub(crate) fn advance(defender: &T::AccountId) {
        let (_, params) = T::Protocol::current();
        let mut docket = Dockets::<T>::get(defender);
        for _ in 0..LOOKED_AT {
            if docket.running >= params.disputes.running_games || docket.queued() == 0 {
                break;
            }
            let next = Queue::<T>::take(defender, docket.head);
            docket.head = docket.head.saturating_add(1);
            if next.is_some_and(Self::begin) {
                docket.running = docket.running.saturating_add(1);
            }
        }
        if docket.running == 0 && docket.queued() == 0 {
            Dockets::<T>::remove(defender);
        } else {
            Dockets::<T>::insert(defender, docket);
        }
    }

    /// Begins a game, unless it is moot.
    fn begin(id: GameId) -> bool {
        let Some((mut case, claim)) = Self::waiting(id) else {
            return false;
        };
        let Terms {
            allowance, budget, ..
        } = case.dispute.terms;
        let budget = Budget {
            allowance,
            challenger: budget,
        };
        // Its entry was checked when it was opened, and no more games run than its defender's clock can count.
        let Ok(game) = Game::begin(
            &claim,
            case.dispute.entry,
            Transcript::start(id),
            budget,
            &mut case.contest.defence,
            T::ChainTime::current_block_number(),
        ) else {
            return false;
        };
        let deadline = game.deadline(&case.contest.defence);
        case.dispute.stage = Stage::Running;
        case.contest.running = case.contest.running.saturating_add(1);
        case.store();
        Games::<T>::insert(id, game);
        Self::deposit_event(Event::Started { game: id, deadline });
        true
    }

    /// A dispute that is not moot, with its claim.
    fn waiting(id: GameId) -> Option<(Case<T>, Claim)> {
        let case = Case::<T>::load(id).ok()?;
        let stands = case.contest.fate == Fate::Standing;
        let claim = case.claim().filter(|_| stands)?;
        Some((case, claim))
    }
}
