//! The largest election there can be, in a whole block.

use super::{chain_time::blocks_until, staking::on_genesis};
use crate::{
    config::{
        staking::{Voters, MAX_CANDIDATES, MAX_VALIDATORS},
        system::BlockWeights,
    },
    identity::UNIT,
    AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeOrigin, Staking, System, Timing,
};
use frame_election_provider_support::ElectionDataProvider;
use frame_support::{
    assert_ok,
    traits::{fungible::Mutate, Get},
};
use pallet_staking::{ErasStakersOverview, RewardDestination, ValidatorCount, ValidatorPrefs};
use sp_runtime::MultiAddress;

/// Validators of the preset, which stay candidates.
const OWN: u32 = 4;
/// Nominators beyond those that may vote.
const TOO_MANY: u32 = 50;

/// A new account of that number, which bonds enough to be elected; later ones bond a little more.
fn staker(number: u32) -> RuntimeOrigin {
    let stake = 10_000 * UNIT + Balance::from(number);
    let origin = RuntimeOrigin::signed(stash(number));
    assert_ok!(Balances::mint_into(&stash(number), 2 * stake));
    assert_ok!(Staking::bond(
        origin.clone(),
        stake,
        RewardDestination::Staked
    ));
    origin
}

fn stash(number: u32) -> AccountId {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes.into()
}

/// As many candidates as there may be.
fn candidates_stand() {
    for number in OWN..MAX_CANDIDATES {
        let prefs = ValidatorPrefs::default();
        assert_ok!(Staking::validate(staker(number), prefs));
    }
}

/// More nominators than may vote, each of whom names as many candidates as may be.
fn nominators_vote() {
    let named = <<Staking as ElectionDataProvider>::MaxVotesPerVoter as Get<u32>>::get();
    let candidates = MAX_CANDIDATES - OWN;
    for number in 0..Voters::get() + TOO_MANY {
        let targets = (0..named).map(|i| OWN + (number + 7 * i) % candidates);
        let targets = targets.map(|of| MultiAddress::Id(stash(of))).collect();
        assert_ok!(Staking::nominate(staker(MAX_CANDIDATES + number), targets));
    }
}

/// Whether the last block has held an election.
fn elected() -> bool {
    let elected = RuntimeEvent::Staking(pallet_staking::Event::StakersElected);
    let events = System::events();
    events.iter().any(|record| record.event == elected)
}

/// Winners of the last election, and how many back them, each counted for every winner that it backs.
fn winners_and_backers() -> (u32, u32) {
    let era = pallet_staking::CurrentEra::<Runtime>::get().expect("eras have begun");
    let exposed = ErasStakersOverview::<Runtime>::iter_prefix(era);
    exposed.fold((0, 0), |(winners, backers), (_, exposure)| {
        (winners + 1, backers + exposure.nominator_count)
    })
}

#[test]
fn the_largest_election_fits_into_a_block() {
    for slot_ms in [1_000, 2_000, 3_000, 6_000] {
        on_genesis("local_testnet", || {
            pallet_assay_timing::Chosen::<Runtime>::mutate(|timing| timing.slot_ms = slot_ms);
            candidates_stand();
            nominators_vote();
            ValidatorCount::<Runtime>::put(MAX_VALIDATORS);
            let timing = Timing::timing();
            blocks_until(timing.epoch_slots * timing.sessions_per_era, elected);
            let (winners, backers) = winners_and_backers();
            assert_eq!(winners, MAX_VALIDATORS);
            assert!(backers > Voters::get() / 2, "{slot_ms} ms: {backers}");
            // The session pallet claims the whole of a block in which a session begins, so that calls wait; what the election
            // registers comes on top.
            let whole = BlockWeights::get().max_block;
            let took = System::block_weight().total().saturating_sub(whole);
            assert!(
                took.ref_time() > 0 && took.all_lte(whole),
                "{slot_ms} ms: {took:?}, not {whole:?}"
            );
        });
    }
}
