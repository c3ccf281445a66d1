//! Builds the runtime's Wasm, for the crate's `WASM_BINARY`.

#[cfg(feature = "std")]
fn main() {
    carry_metadata_hash();
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// `CheckMetadataHash` compiles in what this variable says. A test keeps the file true, so that the Wasm need not be built twice to
/// find it out.
#[cfg(feature = "std")]
fn carry_metadata_hash() {
    const FILE: &str = "snapshots/metadata-hash.txt";
    println!("cargo:rerun-if-changed={FILE}");
    match std::fs::read_to_string(FILE) {
        Ok(hash) => std::env::set_var("RUNTIME_METADATA_HASH", hash.trim()),
        Err(error) => println!("cargo:warning=no hash of the metadata, {FILE}: {error}"),
    }
}

#[cfg(not(feature = "std"))]
fn main() {}
