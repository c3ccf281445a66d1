//! # Upgrades of the runtime
//!
//! Two Wasms of the runtime for tests, each with one more feature than the one that the node carries. The tests of this
//! crate execute them, and the released ones in `runtime/releases/`, on a chain without a node. Nothing that is shipped
//! depends on it. docs/upgrades.md has the rules that the tests enforce.
//!
//! ```
//! use assay_upgrades::NEXT_VERSION;
//!
//! assert_ne!(NEXT_VERSION, assay_runtime::WASM_BINARY.unwrap());
//! ```

/// What wasm-builder writes for a Wasm: more than one test needs of it.
#[allow(dead_code)]
mod next_version {
    include!(concat!(env!("OUT_DIR"), "/next_version"));
}

#[allow(dead_code)]
mod try_runtime {
    include!(concat!(env!("OUT_DIR"), "/try_runtime"));
}

/// The runtime one version later, compact and compressed: a feature of the runtime's own crate is all that differs.
pub const NEXT_VERSION: &[u8] = unwrap(next_version::WASM_BINARY);

/// The runtime with the feature `try-runtime`: it checks migrations and every pallet's invariants when it is asked to.
pub const TRY_RUNTIME: &[u8] = unwrap(try_runtime::WASM_BINARY);

const fn unwrap(wasm: Option<&'static [u8]>) -> &'static [u8] {
    wasm.expect("built without SKIP_WASM_BUILD")
}
