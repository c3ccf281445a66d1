//! Staking through whole blocks: eras, elections, pay and slashes.

use super::{
    chain_time::{block, blocks_until},
    equivocation::two_blocks,
    on_preset,
};
use crate::{
    config::{
        governance::TreasuryAccount,
        staking::{EraPayout, FeePotAccount},
        timing::SLASH_DEFER_ERAS,
    },
    identity::{EXISTENTIAL_DEPOSIT, UNIT},
    presets, AccountId, Babe, Balance, Balances, Runtime, RuntimeOrigin, Session, Staking, System,
    Timing, VoterList,
};
use frame_election_provider_support::SortedListProvider;
use frame_support::{
    assert_noop, assert_ok,
    traits::{fungible::Mutate, DisabledValidators},
};
use pallet_staking::{ActiveEra, RewardDestination, ValidatorPrefs};
use sp_keyring::Sr25519Keyring;
use sp_runtime::Perbill;
use sp_staking::EraPayout as _;

/// Milliseconds of a year.
const YEAR_MS: Balance = 31_557_600_000;
/// Tokens enough for a whole number of units in each of these tests' figures.
const ISSUANCE: Balance = 1_000_000 * UNIT;

fn account(key: Sr25519Keyring) -> AccountId {
    key.to_account_id()
}

fn signed(key: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

/// Runs `test` on a chain that has made its first block.
pub(super) fn on_genesis(preset: &str, test: impl FnOnce()) {
    on_preset(preset, || {
        System::set_block_number(0);
        block(Some(0));
        test();
    });
}

fn era() -> u32 {
    ActiveEra::<Runtime>::get().map_or(0, |era| era.index)
}

fn blocks_of_an_era() -> u32 {
    let timing = Timing::timing();
    timing.epoch_slots * timing.sessions_per_era
}

/// Makes blocks until so many more eras have begun.
fn eras_pass(number: u32) {
    let until = era() + number;
    blocks_until((number + 1) * blocks_of_an_era(), || era() >= until);
}

/// What is bonded and not being unbonded.
fn bonded(key: Sr25519Keyring) -> Balance {
    let ledger = Staking::ledger(sp_staking::StakingAccount::Stash(account(key)));
    ledger.expect("a staker").active
}

/// An era of its nominal length, with so much of the issuance staked.
fn payout(staked: Balance) -> Balance {
    let (validators, rest) = EraPayout::era_payout(staked, ISSUANCE, u64::MAX);
    assert_eq!(rest, 0);
    validators
}

#[test]
fn an_era_mints_by_what_is_staked_and_no_more_however_long_it_lasts() {
    on_preset("development", || {
        let nominal = Balance::from(blocks_of_an_era()) * Balance::from(Timing::timing().slot_ms);
        for (staked, per_mille) in [(0, 10), (250, 30), (500, 50), (550, 30), (600, 20)] {
            let expected = ISSUANCE / 1_000 * per_mille * nominal / YEAR_MS;
            let paid = payout(ISSUANCE / 1_000 * staked);
            // The library's power of two is an approximation.
            let off = paid.abs_diff(expected);
            assert!(off <= expected / 10_000, "{staked}: {paid}, not {expected}");
        }
        let (half, _) = EraPayout::era_payout(ISSUANCE / 2, ISSUANCE, nominal as u64 / 2);
        assert!(half.abs_diff(payout(ISSUANCE / 2) / 2) <= 1);
        assert_eq!(EraPayout::era_payout(0, 0, u64::MAX), (0, 0));
    });
}

#[test]
fn fees_count_against_what_is_minted() {
    on_preset("development", || {
        let pot = FeePotAccount::get();
        let minted = payout(ISSUANCE / 2);
        for fees in [minted / 2, 3 * minted] {
            assert_ok!(Balances::mint_into(&pot, fees));
            let before = Balances::total_issuance();
            assert_eq!(payout(ISSUANCE / 2), minted.max(fees));
            assert_eq!(
                Balances::total_issuance(),
                before - fees,
                "the pot is burnt"
            );
            assert_eq!(Balances::free_balance(&pot), EXISTENTIAL_DEPOSIT);
        }
    });
}

#[test]
fn authors_earn_points_and_their_pay_is_minted_when_it_is_claimed() {
    on_genesis("development", || {
        let alice = account(Sr25519Keyring::AliceStash);
        eras_pass(2);
        let points = pallet_staking::ErasRewardPoints::<Runtime>::get(1);
        assert_eq!(points.total, points.individual[&alice]);
        assert_eq!(points.total, 20 * blocks_of_an_era(), "20 points a block");
        let reward = pallet_staking::ErasValidatorReward::<Runtime>::get(1).unwrap();
        let (issuance, bond) = (
            Balances::total_issuance(),
            bonded(Sr25519Keyring::AliceStash),
        );
        let anybody = signed(Sr25519Keyring::Ferdie);
        assert_ok!(Staking::payout_stakers(anybody.clone(), alice.clone(), 1));
        assert_eq!(Balances::total_issuance(), issuance + reward);
        assert_eq!(bonded(Sr25519Keyring::AliceStash), bond + reward);
        let again = Staking::payout_stakers(anybody, alice, 1);
        assert_eq!(
            again.unwrap_err().error,
            pallet_staking::Error::<Runtime>::AlreadyClaimed.into()
        );
    });
}

#[test]
fn who_makes_no_blocks_earns_nothing_and_loses_nothing() {
    on_genesis("local_testnet", || {
        // Validator 0 makes every block.
        eras_pass(3);
        let points = pallet_staking::ErasRewardPoints::<Runtime>::get(1).individual;
        assert_eq!(points.len(), 1);
        let validators = Session::validators();
        assert_eq!(validators.len(), 4);
        assert!((0..4).all(|index| !Session::is_disabled(index)));
        let issuance = Balances::total_issuance();
        for idle in validators.iter().filter(|who| !points.contains_key(who)) {
            let anybody = signed(Sr25519Keyring::Ferdie);
            assert_ok!(Staking::payout_stakers(anybody, idle.clone(), 1));
            let ledger = Staking::ledger(sp_staking::StakingAccount::Stash(idle.clone()));
            assert_eq!(ledger.expect("a staker").active, presets::BOND);
        }
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

#[test]
fn who_chills_is_not_elected_and_nominators_back_whom_they_name() {
    on_genesis("local_testnet", || {
        let bob = account(Sr25519Keyring::BobStash);
        let stake = 500 * UNIT;
        assert_ok!(Staking::bond(
            signed(Sr25519Keyring::Eve),
            stake,
            RewardDestination::Staked
        ));
        let targets = vec![bob.clone().into()];
        assert_ok!(Staking::nominate(signed(Sr25519Keyring::Eve), targets));
        assert!(VoterList::contains(&account(Sr25519Keyring::Eve)));
        assert_ok!(Staking::chill(signed(Sr25519Keyring::DaveStash)));
        eras_pass(2);
        let mut validators = Session::validators();
        let mut expected = [
            Sr25519Keyring::AliceStash,
            Sr25519Keyring::BobStash,
            Sr25519Keyring::CharlieStash,
        ]
        .map(account);
        validators.sort();
        expected.sort();
        assert_eq!(validators, expected);
        let overview = Staking::eras_stakers(era(), &bob);
        assert_eq!(overview.own, presets::BOND);
        assert_eq!(overview.total, presets::BOND + stake);
    });
}

#[test]
fn a_bond_below_the_least_one_validates_and_nominates_nothing() {
    on_genesis("development", || {
        let eve = || signed(Sr25519Keyring::Eve);
        let little = presets::MIN_NOMINATOR_BOND - 1;
        assert_ok!(Staking::bond(eve(), little, RewardDestination::Stash));
        let short = pallet_staking::Error::<Runtime>::InsufficientBond;
        let alice = account(Sr25519Keyring::AliceStash);
        assert_noop!(Staking::nominate(eve(), vec![alice.into()]), short);
        let short = pallet_staking::Error::<Runtime>::InsufficientBond;
        assert_noop!(Staking::validate(eve(), ValidatorPrefs::default()), short);
    });
}

/// Bob makes two blocks in one slot, and Ferdie proves it.
fn bob_equivocates() {
    let (blocks, owner) = two_blocks(Sr25519Keyring::Bob);
    let reporter = signed(Sr25519Keyring::Ferdie);
    assert_ok!(Babe::report_equivocation(reporter, Box::new(blocks), owner));
}

pub(super) fn bob_is_disabled() -> bool {
    let bob = account(Sr25519Keyring::BobStash);
    let at = Session::validators().iter().position(|who| *who == bob);
    at.is_some_and(|at| Session::is_disabled(at as u32))
}

#[test]
fn an_equivocation_disables_at_once_and_costs_stake_after_the_time_to_appeal() {
    on_genesis("local_testnet", || {
        eras_pass(1);
        bob_equivocates();
        assert!(bob_is_disabled());
        let treasury = Balances::free_balance(TreasuryAccount::get());
        let reporter = Balances::free_balance(account(Sr25519Keyring::Ferdie));
        eras_pass(SLASH_DEFER_ERAS);
        assert_eq!(bonded(Sr25519Keyring::BobStash), presets::BOND);
        eras_pass(2);
        // (3 k / n)^2 for k of n validators.
        let slashed = Perbill::from_rational(9u32, 16) * presets::BOND;
        assert_eq!(bonded(Sr25519Keyring::BobStash), presets::BOND - slashed);
        let reward = Balances::free_balance(account(Sr25519Keyring::Ferdie)) - reporter;
        assert!(reward > 0 && reward <= slashed / 10, "{reward}");
        let kept = Balances::free_balance(TreasuryAccount::get()) - treasury;
        assert_eq!(kept, (slashed - reward) / 2);
    });
}

#[test]
fn root_cancels_a_slash_before_it_is_taken() {
    on_genesis("local_testnet", || {
        eras_pass(1);
        bob_equivocates();
        let due = era() + SLASH_DEFER_ERAS;
        let anybody = signed(Sr25519Keyring::BobStash);
        assert_noop!(
            Staking::cancel_deferred_slash(anybody, due, vec![0]),
            sp_runtime::DispatchError::BadOrigin
        );
        let slashes = pallet_staking::UnappliedSlashes::<Runtime>::iter_keys();
        let mut eras: Vec<u32> = slashes.collect();
        eras.sort_unstable();
        assert_eq!(eras.len(), 1, "{eras:?}");
        let root = RuntimeOrigin::root();
        assert_ok!(Staking::cancel_deferred_slash(root, eras[0], vec![0]));
        eras_pass(SLASH_DEFER_ERAS + 2);
        assert_eq!(bonded(Sr25519Keyring::BobStash), presets::BOND);
    });
}
