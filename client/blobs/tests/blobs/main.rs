//! Blobs between stores and servers, honest and not.

mod common;
mod liars;
mod server;
mod store;
