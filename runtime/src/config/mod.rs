//! Configuration of the pallets, one file per group.

pub mod accounts;
pub mod consensus;
pub mod governance;
pub mod market;
pub mod money;
pub mod staking;
pub mod system;
pub mod timing;
