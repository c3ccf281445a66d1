//! Tests by scenario.

mod agenda;
mod assignment;
mod clean_up;
mod clocks;
mod escrow;
mod life_cycle;
mod property;
mod segments;
mod submission;
mod views;
