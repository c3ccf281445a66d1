//! The pace, the clock as a pure machine, and the clock on a chain.

mod chain;
mod clock;
mod pace;
