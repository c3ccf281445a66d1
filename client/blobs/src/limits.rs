//! How long and how patiently a fetch goes on.

use std::time::Duration;

/// Limits of time and patience. Size is limited by what the blob must be ([`Expected`](crate::Expected)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection to be made, name resolution included.
    pub connect: Duration,
    /// Without any byte, the answer's head included.
    pub idle: Duration,
    /// For all attempts at one location together.
    pub total: Duration,
    /// The least bytes a second, measured over [`pace_window`](Self::pace_window).
    pub min_bytes_per_second: u64,
    /// The time over which the speed is measured.
    pub pace_window: Duration,
    /// The most redirects followed; each is checked like the first address.
    pub redirects: u8,
    /// The most attempts at one location; later ones go on where the last one stopped, if the server can.
    pub attempts: u32,
    /// The wait before the second attempt; doubled before each later one.
    pub backoff: Duration,
}

impl Default for Limits {
    /// Connect 10 s, idle 20 s, total 1 h, at least 16 KiB/s over 30 s, 3 redirects, 4 attempts from 500 ms.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            total: Duration::from_secs(3_600),
            min_bytes_per_second: 16 << 10,
            pace_window: Duration::from_secs(30),
            redirects: 3,
            attempts: 4,
            backoff: Duration::from_millis(500),
        }
    }
}

/// Which addresses may be fetched from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only ([`is_public`](crate::is_public)): what a stranger names must not reach this network.
    #[default]
    Public,
    /// Any address: the operator says that strangers name none, or that all of this network is theirs to read.
    Any,
}
