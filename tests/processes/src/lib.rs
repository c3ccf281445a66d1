//! Nodes and workers as processes, and a market among them, for tests of several crates. Nothing that is shipped depends on
//! it. What goes wrong is a failed test, so everything here panics where a test would.
//!
//! - [`node`]: nodes that come and go; chain specifications at another pace.
//! - [`daemon`]: providers, verifiers, and those that cheat.
//! - [`market`], [`small_job`]: a buyer, and a job that trains in a moment.
//! - [`proxy`]: a door to one of several nodes.
//! - [`process`]: what they have in common: a child process whose words can be waited for.
//!
//! The programs must be built before; [`program`] says where they are looked for.
//!
//! ```no_run
//! # async fn example() {
//! use assay_processes::node::Node;
//!
//! let directory = std::env::temp_dir().join("a-node");
//! let node = Node::start(&directory).await;
//! println!("{}", node.url());
//! # }
//! ```

pub mod daemon;
pub mod market;
pub mod node;
pub mod process;
mod program;
pub mod proxy;
pub mod small_job;

pub use program::program;
