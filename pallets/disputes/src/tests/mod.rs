//! Tests by scenario.

mod adversaries;
mod clean_up;
mod conviction;
mod coupling;
mod money;
mod moves;
mod opening;
mod play;
mod property;
mod queue;
mod real;
mod time;
mod views;
