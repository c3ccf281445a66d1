//! Those who cheat, each against the pallet and the real prover: who is right wins, and the money goes where it is due.

mod arithmetic;
mod copies;
mod evasions;
mod floods;
mod forgeries;
mod liars;
mod operators;
mod paths;
mod shields;
mod steps;
