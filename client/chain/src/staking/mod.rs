//! Validators and nominators: session keys, bonds, eras and points.
//!
//! These are pallets of the SDK, so fields and variants are found by their names in the runtime's metadata.

pub mod calls;
mod keys;
mod read;

pub use keys::SessionKeys;
pub use read::{Chunk, Exposure, Ledger, OffenceKind, Points, Prefs};
