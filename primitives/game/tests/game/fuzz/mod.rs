//! Hostile bytes: whatever a stranger sends, nothing panics, and no more memory is taken than is declared here.
//!
//! The inputs are random bytes and changed right ones, from seeds that proptest draws. `PROPTEST_CASES` sets how many.
//! (bolero would draw them as well, but it demands `indexmap` 2.11.2 exactly and so holds back the whole workspace.)

mod decoders;
mod memory;
mod nodes;
mod referee;

use crate::support::Rng;
use proptest::prelude::ProptestConfig;

/// `cases` cases a test, or as many as the environment says.
fn cases(cases: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(cases),
    }
}

/// Bytes that may be anything.
fn random_bytes(rng: &mut Rng) -> Vec<u8> {
    let most = 1 << rng.below(11);
    let len = rng.below(most);
    (0..len).map(|_| rng.next() as u8).collect()
}

/// The bytes after a few changes: other bits, cuts, repeats, insertions, long lengths.
fn changed(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + rng.below(3) {
        let at = rng.below(bytes.len() as u64 + 1) as usize;
        match rng.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let repeated = bytes[at..].to_vec();
                bytes.extend(repeated.into_iter().take(rng.below(64) as usize));
            }
            2 => bytes.insert(at, rng.next() as u8),
            // The greatest compact number of four bytes, and the greatest word.
            3 => bytes
                .splice(at..(at + 4).min(bytes.len()), [0xfe, 0xff, 0xff, 0xff])
                .for_each(drop),
            4 => bytes
                .splice(at..(at + 4).min(bytes.len()), [0xff; 4])
                .for_each(drop),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
        }
    }
    bytes
}
