//! Upgrades of the runtime, executed as Wasm: what stays readable, what goes on, what a version must say.

mod bounds;
mod layout;
mod market;
mod metadata_hash;
mod referendum;
mod releases;
mod snapshots;
