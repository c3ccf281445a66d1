//! Genesis of the chains that we run: a developer's chain, a local network, and a test network at the main chain's pace.
//!
//! Their keys are the well-known development keys, so nothing on these chains is worth anything. A network of strangers starts from
//! the test network's genesis with the keys of its own operators in it: `scripts/chain-spec` puts them there.

use crate::{
    config::{
        consensus::BABE_GENESIS_EPOCH_CONFIG,
        staking::{FeePotAccount, MAX_CANDIDATES, MAX_NOMINATORS},
    },
    identity::{EXISTENTIAL_DEPOSIT, UNIT},
    AccountId, BabeConfig, Balance, BalancesConfig, ProtocolConfig, RuntimeGenesisConfig,
    SessionConfig, SessionKeys, StakingConfig, TechnicalCommitteeConfig, TimingConfig,
};
use alloc::{string::ToString, vec::Vec};
use assay_protocol::Params;
use frame_support::build_struct_json_patch;
use pallet_assay_timing::Timing;
use pallet_staking::StakerStatus;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::Perbill;

/// Name of the genesis with one validator.
pub const DEVELOPMENT: &str = DEV_RUNTIME_PRESET;
/// Name of the genesis with four validators.
pub const LOCAL_TESTNET: &str = LOCAL_TESTNET_RUNTIME_PRESET;

/// Name of the genesis with four validators at the main chain's pace.
pub const TESTNET: &str = "testnet";

/// What each account of a preset owns.
pub const ENDOWMENT: Balance = 1_000_000 * UNIT;
/// What each validator of a preset has bonded of it.
pub const BOND: Balance = 100_000 * UNIT;
/// Least bond of a validator.
pub const MIN_VALIDATOR_BOND: Balance = 10_000 * UNIT;
/// Least bond of a nominator.
pub const MIN_NOMINATOR_BOND: Balance = 10 * UNIT;

/// The names under which [`get_preset`] knows a genesis.
pub fn preset_names() -> Vec<PresetId> {
    [DEVELOPMENT, LOCAL_TESTNET, TESTNET]
        .map(PresetId::from)
        .to_vec()
}

/// The genesis of that name, as a JSON patch of the default genesis; `None` if the name is unknown.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEVELOPMENT => development(),
        LOCAL_TESTNET => local_testnet(),
        TESTNET => testnet(),
        _ => return None,
    };
    Some(patch.to_string().into_bytes())
}

/// A validator of a preset: the same well-known name under both kinds of key, and the account that holds its stake.
struct Validator {
    account: Sr25519Keyring,
    stash: Sr25519Keyring,
    finality: Ed25519Keyring,
}

const ALICE: Validator = Validator {
    account: Sr25519Keyring::Alice,
    stash: Sr25519Keyring::AliceStash,
    finality: Ed25519Keyring::Alice,
};
const BOB: Validator = Validator {
    account: Sr25519Keyring::Bob,
    stash: Sr25519Keyring::BobStash,
    finality: Ed25519Keyring::Bob,
};
const CHARLIE: Validator = Validator {
    account: Sr25519Keyring::Charlie,
    stash: Sr25519Keyring::CharlieStash,
    finality: Ed25519Keyring::Charlie,
};
const DAVE: Validator = Validator {
    account: Sr25519Keyring::Dave,
    stash: Sr25519Keyring::DaveStash,
    finality: Ed25519Keyring::Dave,
};
const LOCAL_VALIDATORS: [Validator; 4] = [ALICE, BOB, CHARLIE, DAVE];

impl Validator {
    /// Account, validator id and session keys, as the session pallet's genesis wants them.
    fn session_entry(&self) -> (AccountId, AccountId, SessionKeys) {
        let keys = SessionKeys {
            grandpa: self.finality.public().into(),
            babe: self.account.public().into(),
            authority_discovery: self.account.public().into(),
        };
        let stash = self.stash.to_account_id();
        (stash.clone(), stash, keys)
    }

    /// Stash, the controller of former times, bond and role, as the staking pallet's genesis wants them.
    fn staker(&self) -> (AccountId, AccountId, Balance, StakerStatus<AccountId>) {
        let stash = self.stash.to_account_id();
        (stash.clone(), stash, BOND, StakerStatus::Validator)
    }
}

/// What a genesis takes from each of its validators.
fn of_each<T>(validators: &[Validator], part: impl Fn(&Validator) -> T) -> Vec<T> {
    validators.iter().map(part).collect()
}

/// One validator, Alice, and blocks of one second.
fn development() -> Value {
    genesis(&[ALICE], Timing::DEVELOPMENT, Params::development())
}

/// Four validators, Alice to Dave, at the development chain's pace.
fn local_testnet() -> Value {
    genesis(
        &LOCAL_VALIDATORS,
        Timing::DEVELOPMENT,
        Params::development(),
    )
}

/// Four validators, Alice to Dave, with the pace and the parameters of the main chain.
fn testnet() -> Value {
    genesis(&LOCAL_VALIDATORS, Timing::MAIN, Params::main())
}

/// As many validators as can make blocks final: an election that finds fewer changes nothing.
const fn quorum(validators: usize) -> u32 {
    let validators = validators as u32;
    validators - validators.saturating_sub(1) / 3
}

/// A genesis with these validators in which every well-known account owns [`ENDOWMENT`].
fn genesis(validators: &[Validator], timing: Timing, params: Params) -> Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        timing: TimingConfig { timing },
        protocol: ProtocolConfig { params },
        balances: BalancesConfig {
            balances: endowed()
        },
        babe: BabeConfig {
            epoch_config: BABE_GENESIS_EPOCH_CONFIG
        },
        technical_committee: TechnicalCommitteeConfig {
            members: of_each(validators, |validator| validator.account.to_account_id())
        },
        staking: StakingConfig {
            validator_count: validators.len() as u32,
            minimum_validator_count: quorum(validators.len()),
            slash_reward_fraction: Perbill::from_percent(10),
            min_nominator_bond: MIN_NOMINATOR_BOND,
            min_validator_bond: MIN_VALIDATOR_BOND,
            max_validator_count: Some(MAX_CANDIDATES),
            max_nominator_count: Some(MAX_NOMINATORS),
            stakers: of_each(validators, Validator::staker)
        },
        session: SessionConfig {
            keys: of_each(validators, Validator::session_entry)
        },
    })
}

/// The well-known accounts, and the fee pot, which exists from the start so that no fee is too small for it.
fn endowed() -> Vec<(AccountId, Balance)> {
    Sr25519Keyring::well_known()
        .map(|key| (key.to_account_id(), ENDOWMENT))
        .chain([(FeePotAccount::get(), EXISTENTIAL_DEPOSIT)])
        .collect()
}
