//! The pallet's invariants.

#![cfg(any(feature = "std", feature = "try-runtime"))]

use alloc::collections::BTreeMap;
use assay_game::GameId;
use assay_protocol::Balance;
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{
    case::Case,
    types::{Contest, ContestId, Fate, Stage},
    Config, Contested, Contests, Disputes, Dockets, Games, HeldFor, HoldReason, NextNumber,
    Numbers, OnSegment, Pallet, Queue, SlashStatus, Slashes,
};

/// What an account's disputes and slashes say is on hold.
#[derive(Default)]
struct Expected {
    bond: Balance,
    deposit: Balance,
    slash: Balance,
}

/// What the disputes of all contests and providers add up to.
struct Census<T: Config> {
    accounts: BTreeMap<T::AccountId, Expected>,
    contests: BTreeMap<ContestId, Counts>,
    running: BTreeMap<T::AccountId, u32>,
    owed: BTreeMap<crate::SlashId, u32>,
    games: u32,
}

/// Disputes of one contest.
#[derive(Default, PartialEq, Eq)]
struct Counts {
    disputes: u32,
    open: u32,
    running: u32,
}

impl<T: Config> Pallet<T> {
    /// Holds of every account equal what its disputes and slashes say, and every count and index equals what it stands for.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut census = Census::<T>::new();
        for id in Disputes::<T>::iter_keys() {
            let case = Case::<T>::load(id).map_err(|_| "disputes: one without a contest")?;
            try_dispute(&case)?;
            census.add(&case);
        }
        for (_, slash) in Slashes::<T>::iter() {
            let expected = census.accounts.entry(slash.worker.clone()).or_default();
            expected.slash = expected.slash.saturating_add(slash.held());
        }
        census.try_counts()?;
        try_indices::<T>()?;
        try_queues::<T>()?;
        census
            .accounts
            .iter()
            .try_for_each(|(who, expected)| try_holds::<T>(who, expected))
    }
}

impl<T: Config> Census<T> {
    fn new() -> Self {
        Self {
            accounts: frame_system::Account::<T>::iter_keys()
                .map(|who| (who, Expected::default()))
                .collect(),
            contests: BTreeMap::new(),
            running: BTreeMap::new(),
            owed: BTreeMap::new(),
            games: 0,
        }
    }

    fn add(&mut self, case: &Case<T>) {
        let dispute = &case.dispute;
        let end = dispute.end(&case.contest);
        let expected = self.accounts.entry(dispute.challenger.clone()).or_default();
        expected.bond = expected.bond.saturating_add(dispute.stake.bond);
        expected.deposit = expected.deposit.saturating_add(dispute.stake.deposit);
        let counts = self.contests.entry(dispute.contest).or_default();
        bump(&mut counts.disputes);
        if end.is_none() {
            bump(&mut counts.open);
        }
        if dispute.stage == Stage::Running {
            bump(&mut self.games);
            if end.is_none() {
                bump(&mut counts.running);
                bump(self.running.entry(dispute.defender.clone()).or_default());
            }
        }
        if let Some(slash) = end.and_then(|end| end.slash) {
            if dispute.reward == crate::Reward::Open {
                bump(self.owed.entry(slash).or_default());
            }
        }
    }

    fn try_counts(&self) -> Result<(), TryRuntimeError> {
        let contests: BTreeMap<_, _> = Contests::<T>::iter()
            .map(|(id, contest)| {
                let Contest {
                    disputes,
                    open,
                    running,
                    ..
                } = contest;
                let counts = Counts {
                    disputes,
                    open,
                    running,
                };
                (id, counts)
            })
            .collect();
        ensure!(
            contests == self.contests,
            "disputes: a contest counts wrongly"
        );
        let games = u32::try_from(Games::<T>::iter_keys().count()).unwrap_or(u32::MAX);
        ensure!(games == self.games, "disputes: a game of no dispute");
        for (id, slash) in Slashes::<T>::iter() {
            let (SlashStatus::Held { shares: owed, .. }
            | SlashStatus::Settled { unpulled: owed, .. }
            | SlashStatus::Refunded { unpulled: owed }) = slash.status;
            ensure!(
                self.owed.get(&id) == Some(&owed),
                "disputes: a slash has other winners"
            );
        }
        for (worker, docket) in Dockets::<T>::iter() {
            let running = self.running.get(&worker).copied().unwrap_or_default();
            ensure!(
                docket.running == running,
                "disputes: a docket counts other games"
            );
        }
        ensure!(
            self.running.keys().all(Dockets::<T>::contains_key),
            "disputes: games on no docket"
        );
        Ok(())
    }
}

fn bump(count: &mut u32) {
    *count = count.saturating_add(1);
}

fn try_dispute<T: Config>(case: &Case<T>) -> Result<(), TryRuntimeError> {
    let dispute = &case.dispute;
    ensure!(
        dispute.number < NextNumber::<T>::get()
            && Numbers::<T>::get(dispute.number) == Some(case.id)
            && OnSegment::<T>::contains_key((dispute.job, dispute.segment), case.id),
        "disputes: one that cannot be found"
    );
    let played = dispute.stage == Stage::Running;
    ensure!(
        Games::<T>::contains_key(case.id) == played,
        "disputes: a game of one that is not played"
    );
    if case.contest.fate == Fate::Standing {
        ensure!(
            Contested::<T>::get(dispute.job, dispute.segment) == Some(dispute.contest),
            "disputes: a contest that cannot be found"
        );
    }
    let waits = |place| Queue::<T>::get(&dispute.defender, place) == Some(case.id);
    if let (Stage::Queued { place }, None) = (dispute.stage, dispute.end(&case.contest)) {
        ensure!(waits(place), "disputes: one waits in no queue");
    }
    Ok(())
}

fn try_indices<T: Config>() -> Result<(), TryRuntimeError> {
    let known = |id: &GameId| Disputes::<T>::contains_key(id);
    ensure!(
        Numbers::<T>::iter_values().all(|id| known(&id))
            && OnSegment::<T>::iter_keys().all(|(_, id)| known(&id)),
        "disputes: an index of nothing"
    );
    ensure!(
        Contested::<T>::iter_values().all(|id| {
            Contests::<T>::get(id).is_some_and(|contest| contest.fate == Fate::Standing)
        }),
        "disputes: a void commitment counts as contested"
    );
    ensure!(
        HeldFor::<T>::iter_values().all(|id| {
            Slashes::<T>::get(id)
                .is_some_and(|slash| matches!(slash.status, SlashStatus::Held { .. }))
        }),
        "disputes: a slash is shared that is not held"
    );
    Ok(())
}

fn try_queues<T: Config>() -> Result<(), TryRuntimeError> {
    for (worker, place, id) in Queue::<T>::iter() {
        let docket = Dockets::<T>::get(worker);
        ensure!(
            (docket.head..docket.tail).contains(&place),
            "disputes: a place outside of its queue"
        );
        let dispute = Disputes::<T>::get(id).ok_or("disputes: nobody waits in a place")?;
        ensure!(
            dispute.stage == (Stage::Queued { place }),
            "disputes: another waits in a place"
        );
    }
    Ok(())
}

fn try_holds<T: Config>(who: &T::AccountId, expected: &Expected) -> Result<(), TryRuntimeError> {
    let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), who);
    ensure!(
        held(HoldReason::Bond) == expected.bond,
        "disputes: bonds on hold are not what disputes say"
    );
    ensure!(
        held(HoldReason::Deposit) == expected.deposit,
        "disputes: deposits on hold are not what disputes say"
    );
    ensure!(
        held(HoldReason::Slash) == expected.slash,
        "disputes: slashes on hold are not what slashes say"
    );
    Ok(())
}
