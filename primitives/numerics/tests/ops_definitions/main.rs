//! The operators against whole-tensor models written independently of the fold, bit for bit.

mod attributes;
mod check;
mod fold;
mod golden;
mod indexed;
mod map;
mod matmul;
mod movement;
mod reductions;
mod special;
mod support;
