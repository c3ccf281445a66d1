//! Games between hand-made parties, and hostile moves. Hostile bytes are in `fuzz/`.

mod cheats;
mod clocks;
mod faults;
mod golden;
mod honest;
mod refusals;
mod sizes;
mod support;
