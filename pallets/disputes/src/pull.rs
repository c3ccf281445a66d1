//! Settling the money of a dispute that is over.

use assay_game::GameId;
use assay_protocol::Balance;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::DispatchError;

use crate::{
    case::Case,
    money,
    types::{BondDue, End, Reward},
    Config, Error, Event, Pallet,
};

/// Who gets what.
#[derive(Default)]
struct Pulled {
    challenger: Balance,
    defender: Balance,
    forfeited: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_pull(id: GameId) -> DispatchResult {
        let mut case = Case::<T>::load(id)?;
        let end = case.end()?;
        let before = case.dispute.clone();
        let mut pulled = Pulled::default();
        case.settle_bond(end, &mut pulled)?;
        case.settle_reward(end, &mut pulled);
        ensure!(case.dispute != before, Error::<T>::NothingDue);
        case.store();
        let Pulled {
            challenger,
            defender,
            forfeited,
        } = pulled;
        Self::deposit_event(Event::Pulled {
            game: id,
            challenger,
            defender,
            forfeited,
        });
        Ok(())
    }
}

impl<T: Config> Case<T> {
    fn settle_bond(&mut self, end: End, pulled: &mut Pulled) -> Result<(), DispatchError> {
        let dispute = &mut self.dispute;
        let bond = dispute.stake.bond;
        if bond == 0 {
            return Ok(());
        }
        match end.bond {
            BondDue::Return => {
                money::release_bond::<T>(&dispute.challenger, bond)?;
                pulled.challenger = bond;
            }
            BondDue::Forfeit => {
                let share = dispute.terms.winner_share.floor_of(bond);
                pulled.defender = money::forfeit_bond::<T>(dispute, &dispute.defender, share);
                pulled.forfeited = bond.saturating_sub(pulled.defender);
            }
        }
        dispute.stake.bond = 0;
        Ok(())
    }

    fn settle_reward(&mut self, end: End, pulled: &mut Pulled) {
        let Some(slash) = end.slash.filter(|_| self.dispute.reward == Reward::Open) else {
            return;
        };
        if let Some((worker, share)) = Pallet::<T>::take_share(slash) {
            let paid = money::pay_reward::<T>(&worker, &self.dispute.challenger, share);
            pulled.challenger = pulled.challenger.saturating_add(paid);
            self.dispute.reward = Reward::Settled;
        }
    }
}
