//! The layout of storage and extrinsics, kept in the repository so that a review sees each change of it.

use std::{env, fs, path::PathBuf};

use assay_runtime::{identity, Runtime, VERSION};
use codec::{Decode, Encode};
use frame_metadata::RuntimeMetadataPrefixed;
use merkleized_metadata::{generate_metadata_digest, ExtraInfo};
use sp_io::TestExternalities;

use crate::{bounds, layout::Layout, releases::in_code};

/// The layout of the runtime of this source tree.
pub fn present() -> Layout {
    // Constants of a chain's pace are read from its state.
    let metadata = TestExternalities::default().execute_with(Runtime::metadata);
    Layout::decode(&metadata.encode())
}

/// Digest of the metadata by RFC 78, which a signature covers if its signer wants to know what it signs.
pub fn metadata_hash() -> [u8; 32] {
    let metadata = TestExternalities::default().execute_with(|| Runtime::metadata_at_version(15));
    let metadata: Vec<u8> = (*metadata.unwrap()).clone();
    let metadata = RuntimeMetadataPrefixed::decode(&mut &metadata[..])
        .unwrap()
        .1;
    let chain = ExtraInfo {
        spec_version: VERSION.spec_version,
        spec_name: VERSION.spec_name.to_string(),
        base58_prefix: identity::SS58_PREFIX,
        decimals: identity::TOKEN_DECIMALS,
        token_symbol: identity::TOKEN_SYMBOL.into(),
    };
    generate_metadata_digest(&metadata, chain).unwrap().hash()
}

/// A file of the runtime's directory.
pub fn runtime_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../runtime")
        .join(name)
}

/// If set, the files are written: `scripts/layout`.
const WRITE_VARIABLE: &str = "ASSAY_WRITE_LAYOUT";

fn check(name: &str, present: &str) {
    let path = runtime_file("snapshots").join(name);
    if env::var_os(WRITE_VARIABLE).is_some() {
        fs::write(&path, present).unwrap();
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    let mut lines = recorded.lines().zip(present.lines()).enumerate();
    let first = lines.find(|(_, (recorded, present))| recorded != present);
    assert!(
        recorded == present,
        "runtime/snapshots/{name} is not what the runtime has, first at {first:?}; docs/upgrades.md says what such a \
         change asks for. scripts/layout writes the file anew"
    );
}

#[test]
fn stored_values_are_laid_out_as_recorded() {
    let layout = present();
    let ours = layout.storage().into_iter();
    let ours = ours.map(|(pallet, items)| format!("# {pallet}\n{items}"));
    let lines: Vec<_> = layout.stored_by_others().into_values().flatten().collect();
    let others = format!(
        "# Of ours, stored by pallets of the SDK\n{}\n",
        lines.join("\n")
    );
    let sections: Vec<_> = ours.chain([others]).collect();
    check("storage.txt", &sections.join("\n"));
}

#[test]
fn stored_values_are_bounded_as_recorded() {
    let present = bounds::present(in_code);
    let recorded = fs::read_to_string(runtime_file("snapshots").join("bounds.txt"));
    let lowered = bounds::lowered(&recorded.unwrap_or_default(), &present);
    assert!(
        lowered.is_empty(),
        "what is stored may be longer: {lowered:#?}; raise the pallet's storage version and migrate"
    );
    check("bounds.txt", &present);
}

#[test]
fn extrinsics_are_laid_out_as_recorded() {
    check(
        "extrinsics.txt",
        &(present().extrinsics().join("\n") + "\n"),
    );
}

#[test]
fn the_metadata_hash_is_as_recorded() {
    check(
        "metadata-hash.txt",
        &format!("0x{}\n", hex::encode(metadata_hash())),
    );
}
