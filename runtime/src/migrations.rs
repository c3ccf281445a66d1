//! What an upgrade does to the state, once, in the first block of the new runtime.
//!
//! A migration is a [`VersionedMigration`](frame_support::migrations::VersionedMigration) of one pallet from its storage
//! version `n` to `n + 1`, in `pallets/<name>/src/migrations/`, with `pre_upgrade` and `post_upgrade` that check it. It joins
//! [`Unreleased`] in the same commit that raises the pallet's storage version. docs/upgrades.md has the rules.

/// Migrations that no released runtime has run. The release that runs them is the last to name them: the commit after
/// it empties the tuple.
pub type Unreleased = ();

/// Migrations that run at every upgrade, whatever it is from.
pub type Permanent = ();

/// All migrations, in the order in which they run, before the pallets' own hooks.
pub type SingleBlockMigrations = (Unreleased, Permanent);
