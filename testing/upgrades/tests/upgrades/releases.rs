//! What released runtimes have left must be what the present one can go on with.

use std::{collections::BTreeMap, env, fs, path::PathBuf, thread};

use assay_runtime::{Runtime, System, VERSION, WASM_BINARY};
use assay_upgrades::TRY_RUNTIME;
use codec::{Decode, Encode};
use frame_support::{traits::GetStorageVersion, weights::Weight};
use sp_storage::well_known_keys::CODE;

use assay_testing_chain::{Chain, Code, Pairs};

use crate::{
    layout::{Layout, OURS},
    market, referendum,
    snapshots::runtime_file,
};

/// If set, the state of a release that has none is made: `scripts/release`.
const WRITE_VARIABLE: &str = "ASSAY_WRITE_STATE";

/// Types that a migration of `Unreleased` rewrites wherever pallets of the SDK store them.
const REWRITTEN: [&str; 0] = [];

/// A runtime that a chain has run: `assay-VERSION.wasm`, `.state` and `.txt` in `runtime/releases/`.
struct Release {
    wasm: PathBuf,
}

impl Release {
    /// All of them, the newest last.
    fn all() -> Vec<Self> {
        let files = fs::read_dir(runtime_file("releases")).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let wasm = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "wasm");
        let mut releases: Vec<_> = paths.filter(wasm).map(|wasm| Self { wasm }).collect();
        releases.sort_by_key(|release| release.code().version().spec_version);
        releases
    }

    fn wasm(&self) -> Vec<u8> {
        fs::read(&self.wasm).unwrap()
    }

    fn code(&self) -> Code {
        Code::new(&self.wasm())
    }

    /// The state that it made, with itself as the code.
    fn state(&self) -> Pairs {
        let path = self.wasm.with_extension("state");
        if env::var_os(WRITE_VARIABLE).is_some() && !path.exists() {
            let mut pairs = made_by(&self.wasm());
            pairs.retain(|(key, _)| key != CODE);
            // At once, for another test may be about to read it.
            let draft = path.with_extension(format!("{:?}", thread::current().id()));
            fs::write(&draft, pairs.encode()).unwrap();
            fs::rename(&draft, &path).unwrap();
        }
        let mut bytes = &fs::read(&path).unwrap()[..];
        let mut pairs = Pairs::decode(&mut bytes).unwrap();
        pairs.push((CODE.to_vec(), self.wasm()));
        pairs
    }

    fn rules(&self) -> Rules {
        let state = self.state().into_iter().collect();
        let layout = Layout::decode(&self.metadata());
        let storage = layout.storage().into_iter();
        let storage = storage.map(|(pallet, items)| (pallet, (version_in(&state, pallet), items)));
        let version = self.code().version();
        Rules {
            spec_version: version.spec_version,
            transaction_version: version.transaction_version,
            storage: storage.collect(),
            stored_by_others: layout.stored_by_others(),
            extrinsics: layout.extrinsics(),
        }
    }

    fn metadata(&self) -> Vec<u8> {
        self.code().metadata()
    }
}

/// A market in the midst of its work, and a referendum, made by this Wasm.
fn made_by(wasm: &[u8]) -> Pairs {
    let mut chain = Chain::new(wasm);
    referendum::propose(&mut chain, wasm);
    market::open(&mut chain);
    chain.pairs()
}

/// A pallet's storage version in a state; 0 if it has never been written.
fn version_in(state: &BTreeMap<Vec<u8>, Vec<u8>>, pallet: &str) -> u16 {
    let key = [
        sp_crypto_hashing::twox_128(pallet.as_bytes()),
        sp_crypto_hashing::twox_128(b":__STORAGE_VERSION__:"),
    ];
    let value = state.get(&key.concat());
    value.map_or(0, |value| u16::decode(&mut &value[..]).unwrap())
}

/// What the rules of versions are about.
#[derive(Clone)]
struct Rules {
    spec_version: u32,
    transaction_version: u32,
    /// Storage version and items of each pallet of ours.
    storage: BTreeMap<&'static str, (u16, String)>,
    /// Types of ours that pallets of the SDK store, as lines.
    stored_by_others: BTreeMap<String, Vec<String>>,
    extrinsics: Vec<String>,
}

impl Rules {
    /// Of the runtime of this source tree.
    fn present() -> Self {
        let layout = crate::snapshots::present();
        let storage = layout.storage().into_iter();
        Self {
            spec_version: VERSION.spec_version,
            transaction_version: VERSION.transaction_version,
            storage: storage
                .map(|(pallet, items)| (pallet, (in_code(pallet), items)))
                .collect(),
            stored_by_others: layout.stored_by_others(),
            extrinsics: layout.extrinsics(),
        }
    }

    /// What `next` must not be if it comes after this.
    fn broken_by(&self, next: &Self) -> Vec<String> {
        let mut broken = Vec::new();
        for (pallet, (version, items)) in &self.storage {
            let (new_version, new_items) = &next.storage[pallet];
            if items != new_items && new_version <= version {
                broken.push(format!(
                    "{pallet} stores otherwise: raise its storage version"
                ));
            }
            if new_version > version && next.spec_version <= self.spec_version {
                broken.push(format!("{pallet} migrates: raise spec_version"));
            }
        }
        for (name, lines) in &self.stored_by_others {
            let new = next.stored_by_others.get(name);
            let kept = |line| new.is_some_and(|new| new.contains(line));
            if !lines.iter().all(kept) && !REWRITTEN.contains(&name.as_str()) {
                broken.push(format!(
                    "{name} is stored by pallets of the SDK: add variants behind the others, or rewrite what is stored"
                ));
            }
        }
        let gone = |line: &&String| !next.extrinsics.contains(line);
        if let Some(line) = self.extrinsics.iter().find(gone) {
            if next.transaction_version <= self.transaction_version {
                broken.push(format!(
                    "raise transaction_version: there is no more {line}"
                ));
            }
        }
        if self.extrinsics != next.extrinsics && next.spec_version <= self.spec_version {
            broken.push("extrinsics differ: raise spec_version".into());
        }
        broken
    }
}

/// A pallet's storage version in the code.
pub fn in_code(pallet: &str) -> u16 {
    let version = match pallet {
        "Disputes" => pallet_assay_disputes::Pallet::<Runtime>::in_code_storage_version(),
        "Jobs" => pallet_assay_jobs::Pallet::<Runtime>::in_code_storage_version(),
        "Protocol" => pallet_assay_protocol::Pallet::<Runtime>::in_code_storage_version(),
        "Providers" => pallet_assay_providers::Pallet::<Runtime>::in_code_storage_version(),
        "Timing" => pallet_assay_timing::Pallet::<Runtime>::in_code_storage_version(),
        other => panic!("{other} is none of ours"),
    };
    u16::decode(&mut &version.encode()[..]).unwrap()
}

/// `UpgradeCheckSelect::All`: the checks of migrations, and every pallet's invariants.
const ALL_CHECKS: u8 = 1;

/// Has the present runtime upgrade this state with every check, then go on from it for some blocks.
fn upgrade(pairs: Pairs) {
    let mut chain = Chain::from_state(pairs);
    chain.block(vec![]);
    let (weight, most): (Weight, Weight) =
        chain.ask(TRY_RUNTIME, "TryRuntime_on_runtime_upgrade", &[ALL_CHECKS]);
    assert!(
        weight.all_lte(most),
        "migrations take {weight:?} of {most:?}"
    );
    chain.inside(|| sp_io::storage::set(CODE, WASM_BINARY.unwrap()));
    for _ in 0..20 {
        chain.block(vec![]);
    }
    assert_eq!(chain.version(), VERSION);
    let spec_version = chain.inside(System::last_runtime_upgrade_spec_version);
    assert_eq!(spec_version, VERSION.spec_version);
}

#[test]
fn what_this_runtime_makes_passes_its_own_checks() {
    upgrade(made_by(WASM_BINARY.unwrap()));
}

#[test]
fn what_released_runtimes_made_passes_the_checks_of_this_one() {
    for release in Release::all() {
        upgrade(release.state());
    }
}

#[test]
fn released_files_are_what_their_records_say() {
    for release in Release::all() {
        let wasm = release.wasm();
        let record = fs::read_to_string(release.wasm.with_extension("txt")).unwrap();
        let version = release.code().version();
        for (name, value) in [
            ("sha256", hex::encode(sp_crypto_hashing::sha2_256(&wasm))),
            (
                "blake2-256",
                hex::encode(sp_crypto_hashing::blake2_256(&wasm)),
            ),
            ("spec_version", version.spec_version.to_string()),
            (
                "transaction_version",
                version.transaction_version.to_string(),
            ),
        ] {
            let line = format!("{name} {value}");
            assert!(record.lines().any(|other| other == line), "{line}");
        }
    }
}

#[test]
fn versions_are_raised_where_the_last_release_is_changed() {
    if let Some(release) = Release::all().last() {
        let broken = release.rules().broken_by(&Rules::present());
        assert_eq!(broken, Vec::<String>::new());
    }
}

#[test]
fn each_change_asks_for_its_version() {
    let old = Rules::present();
    assert_eq!(old.broken_by(&old), Vec::<String>::new());
    for pallet in OURS {
        let mut new = old.clone();
        let (version, items) = new.storage.get_mut(pallet).unwrap();
        items.push_str("New: default u8\n");
        *version += 1;
        assert_eq!(old.broken_by(&new).len(), 1, "spec_version");
        new.spec_version += 1;
        assert_eq!(old.broken_by(&new).len(), 0);
        new.storage.get_mut(pallet).unwrap().0 -= 1;
        assert_eq!(old.broken_by(&new).len(), 1, "storage version");
    }
    let mut added = old.clone();
    added.extrinsics.push("call 255.0 New.call".into());
    added.spec_version += 1;
    assert_eq!(old.broken_by(&added), Vec::<String>::new());
    let mut removed = added.clone();
    removed.extrinsics.remove(0);
    assert_eq!(old.broken_by(&removed).len(), 1);
    removed.transaction_version += 1;
    assert_eq!(old.broken_by(&removed), Vec::<String>::new());
}

#[test]
fn types_in_other_pallets_only_grow() {
    let old = Rules::present();
    for name in [
        "assay_runtime::RuntimeHoldReason",
        "assay_runtime::OriginCaller",
        "assay_runtime::SessionKeys",
        "assay_runtime::config::accounts::ProxyType",
    ] {
        let changed = |change: fn(&mut Vec<String>)| {
            let mut new = old.clone();
            change(new.stored_by_others.get_mut(name).expect(name));
            old.broken_by(&new)
        };
        let more = changed(|lines| lines.push("  255 New".into()));
        assert_eq!(more, Vec::<String>::new());
        let fewer = changed(|lines| drop(lines.pop()));
        assert!(fewer.len() == 1 && fewer[0].starts_with(name), "{fewer:?}");
    }
}

#[test]
fn genesis_writes_the_storage_versions_of_the_code() {
    let state = Chain::new(WASM_BINARY.unwrap()).pairs();
    let state = state.into_iter().collect();
    for pallet in OURS {
        assert_eq!(version_in(&state, pallet), in_code(pallet), "{pallet}");
    }
}
