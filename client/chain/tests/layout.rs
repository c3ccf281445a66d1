//! The layout of the runtime: whatever clients, wallets and stored state rely on. `client/chain/layout.txt` has it, so that a
//! change shows in a review, whether it was meant or not; `client/chain/metadata.scale` has it for generators of clients.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for. With `ASSAY_WRITE_LAYOUT=1`
//! the files are written anew: `scripts/layout`.

use std::{fmt::Write, path::Path};

use assay_client::{At, ChainClient};
use assay_processes::node::Node;
use subxt::{metadata::PalletMetadata, Metadata};

/// If set, the files are written.
const WRITE_VARIABLE: &str = "ASSAY_WRITE_LAYOUT";

/// The version of the metadata that is asked for.
const METADATA_VERSION: u32 = 15;

const HEADER: &str = "\
# What clients and stored state rely on, with a digest of the types of each: names and order of fields and variants, not
# documentation. Written by scripts/layout, checked by client/chain/tests/layout.rs.
";

#[tokio::test(flavor = "multi_thread")]
async fn the_runtimes_layout_is_the_one_on_record() {
    let directory = tempfile::tempdir().unwrap();
    let node = Node::start(directory.path()).await;
    let metadata = metadata(&node.url()).await;
    let found = layout(&Metadata::decode_from(&metadata).unwrap());
    let recorded_metadata = recorded("metadata.scale", &metadata);
    let recorded = String::from_utf8(recorded("layout.txt", found.as_bytes())).unwrap();
    let only = |these: &str, those: &str, sign: &str| -> String {
        let those: Vec<_> = those.lines().collect();
        let these = these.lines().filter(|line| !those.contains(line));
        these.map(|line| format!("{sign} {line}\n")).collect()
    };
    let gone = only(&recorded, &found, "-");
    let new = only(&found, &recorded, "+");
    assert!(
        recorded == found,
        "the node's runtime has another layout than client/chain/layout.txt:\n{gone}{new}\
         A change of stored types needs a migration, one of calls or extensions a new transaction_version. \
         If it is meant, write it down with scripts/layout."
    );
    assert!(
        recorded_metadata == metadata,
        "client/chain/metadata.scale is not the metadata of the node's runtime, though only documentation or names of types \
         differ: write it down with scripts/layout."
    );
}

/// What a file beside the crate's manifest has, which is `found` if it is to be written.
fn recorded(file: &str, found: &[u8]) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os(WRITE_VARIABLE).is_some() {
        std::fs::write(&path, found).unwrap();
    }
    std::fs::read(&path).unwrap_or_default()
}

/// The metadata of a node's runtime, encoded.
async fn metadata(url: &str) -> Vec<u8> {
    let chain = ChainClient::connect(url, None).await.unwrap();
    let method = "Metadata_metadata_at_version";
    let bytes: Option<Vec<u8>> = chain
        .runtime_api(method, METADATA_VERSION, At::Best)
        .await
        .unwrap();
    bytes.unwrap()
}

/// All of it, a line for each item.
fn layout(metadata: &Metadata) -> String {
    let mut out = String::from(HEADER);
    let ty = |id: u32| digest(metadata.type_hash(id).unwrap());
    let extrinsic = metadata.extrinsic();
    for extension in extrinsic.transaction_extensions_to_use_for_encoding() {
        let (extra, additional) = (ty(extension.extra_ty()), ty(extension.additional_ty()));
        writeln!(
            out,
            "extension {} {extra} {additional}",
            extension.identifier()
        )
        .unwrap();
    }
    let mut pallets: Vec<_> = metadata.pallets().collect();
    pallets.sort_by_key(PalletMetadata::call_index);
    for pallet in pallets {
        write_pallet(&pallet, &ty, &mut out);
    }
    let mut apis: Vec<_> = metadata.runtime_api_traits().collect();
    apis.sort_by_key(|api| api.name());
    for api in apis {
        for method in api.methods() {
            writeln!(
                out,
                "api {}.{} {}",
                api.name(),
                method.name(),
                digest(method.hash())
            )
            .unwrap();
        }
    }
    out
}

fn write_pallet(pallet: &PalletMetadata<'_>, ty: &impl Fn(u32) -> String, out: &mut String) {
    let name = pallet.name();
    let index = pallet.call_index();
    for call in pallet.call_variants().unwrap_or_default() {
        let hash = digest(pallet.call_hash(&call.name).unwrap());
        writeln!(
            out,
            "call {name}.{} {index}.{} {hash}",
            call.name, call.index
        )
        .unwrap();
    }
    for entry in pallet
        .storage()
        .iter()
        .flat_map(|storage| storage.entries())
    {
        let hash = digest(pallet.storage_hash(entry.name()).unwrap());
        writeln!(out, "storage {name}.{} {hash}", entry.name()).unwrap();
    }
    for event in pallet.event_variants().unwrap_or_default() {
        let fields = event.fields.iter().map(|field| ty(field.ty.id));
        let fields: Vec<_> = fields.collect();
        writeln!(
            out,
            "event {name}.{} {index}.{} {}",
            event.name,
            event.index,
            fields.join(" ")
        )
        .unwrap();
    }
    for error in pallet.error_variants().unwrap_or_default() {
        writeln!(out, "error {name}.{} {index}.{}", error.name, error.index).unwrap();
    }
    for constant in pallet.constants() {
        writeln!(
            out,
            "constant {name}.{} {}",
            constant.name(),
            ty(constant.ty())
        )
        .unwrap();
    }
}

/// Enough of a hash to tell types apart.
fn digest(hash: [u8; 32]) -> String {
    hex::encode(&hash[..8])
}
