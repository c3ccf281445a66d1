//! Fuzz targets, in `tests/`: whatever bytes a stranger sends, nothing panics, and no more memory is taken than is declared.
//!
//! `cargo test` draws inputs at random, on stable; `BOLERO_RANDOM_ITERATIONS` sets how many. `cargo bolero test NAME` searches
//! for inputs that reach new code.
