//! Hostile bytes for every decoder and for the referee.

mod decoders;
mod hostile;
mod memory;
mod nodes;
mod opening;
mod random;
mod referee;
mod submission;
#[allow(dead_code)] // The game's tests use all of it.
#[path = "../../../primitives/game/tests/game/support/mod.rs"]
mod support;
