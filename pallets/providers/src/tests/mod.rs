//! Tests by scenario.

mod registration;
mod registry;
mod unbonding;
