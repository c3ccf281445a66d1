//! Networks of nodes as processes, and the faults that they must survive. Nothing that is shipped depends on it. What goes
//! wrong is a failed test, so everything here panics where a test would. `docs/chain.md` says what holds.
//!
//! - [`network`]: four validators and two full nodes that reach each other by [`links`] alone; [`chain`] is what they run.
//! - [`faults`]: what goes wrong, and what must hold meanwhile; [`volume`] is a disk that fills up.
//! - [`ledger`]: what was final on any node, ever.
//! - [`work`]: a job and a dispute that are open while something goes wrong.
//! - [`lag`]: how far finality lags behind.
//! - [`referendum`]: what token holders decide.
//!
//! ```no_run
//! use assay_network_tests::{faults::{Blow, Fault}, network::Network, work::Market};
//!
//! # async fn example() {
//! let mut network = Network::start().await;
//! let mut market = Market::open(&network).await;
//! market.begin(&network).await;
//! let blow = Blow { validator: 0, other: 1, blocks: 10 };
//! let recovery = Fault::Partition.strike(&mut network, &mut market, blow).await;
//! println!("whole again after {recovery:?}");
//! # }
//! ```

pub mod chain;
pub mod faults;
pub mod lag;
pub mod ledger;
pub mod links;
pub mod network;
pub mod referendum;
pub mod volume;
pub mod work;
