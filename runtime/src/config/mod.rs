//! Configuration of the pallets, one file per group.

pub mod consensus;
pub mod market;
pub mod money;
pub mod system;
pub mod timing;
