//! Properties of trees, paths and streams, against the definitions written once more.

mod plain;
mod stream;
mod tree;
