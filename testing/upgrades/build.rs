//! Builds two other Wasms of the runtime. They share the directory of its own, and so all that their features leave alone.

use std::{env, path::Path};
use substrate_wasm_builder::WasmBuilder;

fn main() {
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts; qed");
    let root = Path::new(&here).ancestors().nth(2);
    let runtime = root
        .expect("the crate lies two directories below the root; qed")
        .join("runtime/Cargo.toml");
    for (feature, name) in [
        ("next-version", "next_version"),
        ("try-runtime", "try_runtime"),
    ] {
        WasmBuilder::new()
            .with_project(&runtime)
            .expect("the runtime lies beside the crate's parent; qed")
            .import_memory()
            .export_heap_base()
            .enable_feature(feature)
            .set_file_name(name)
            .build();
    }
}
