//! Tests by scenario.

mod agenda;
mod assignment;
mod authorize;
mod clean_up;
mod clocks;
mod escrow;
mod games;
mod life_cycle;
mod property;
mod segments;
mod submission;
mod views;
