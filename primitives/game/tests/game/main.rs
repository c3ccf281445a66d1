//! Games between hand-made parties, hostile moves and hostile bytes.

mod cheats;
mod clocks;
mod faults;
mod fuzz;
mod golden;
mod honest;
mod refusals;
mod sizes;
mod support;
