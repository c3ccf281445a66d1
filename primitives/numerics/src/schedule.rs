//! Which rows of a dataset make the batch of a step: a Feistel permutation with cycle walking, integers only.

use crate::RowOrder;

/// Rounds of one pass through the network.
pub const ROUNDS: usize = 8;
/// Most passes of one walk.
pub const MAX_TURNS: usize = 64;

/// 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The row that row `j` of the batch of `step` takes from a dataset of `rows` rows. 0 if there are none.
///
/// Position `p = step * batch + j`, modulo 2^64. In sequence it is row `p mod rows`; shuffled, each `rows` positions
/// are an epoch with its own permutation.
///
/// ```
/// use assay_numerics::{schedule::row, RowOrder};
/// assert_eq!(row(RowOrder::Sequential, &[0; 32], 3, 10, 2, 25), 7);
/// ```
pub fn row(order: RowOrder, seed: &[u8; 32], step: u64, batch: u64, j: u64, rows: u64) -> u64 {
    let position = step.wrapping_mul(batch).wrapping_add(j);
    let (Some(epoch), Some(at)) = (position.checked_div(rows), position.checked_rem(rows)) else {
        return 0;
    };
    match order {
        RowOrder::Shuffled => permute(seed, epoch, rows, at),
        RowOrder::Sequential => at,
    }
}

/// Where the permutation of `0..rows` for this seed and epoch sends `position`; a position past the end counts modulo
/// `rows`. With at most one row it is 0.
///
/// The network permutes `0..2^w`, the least power of two that holds `rows`, and is applied until the value is below
/// `rows`. At least half of all values are, so a walk of more than [`MAX_TURNS`] passes is a matter of one in 2^64; it
/// ends with the value modulo `rows`.
pub fn permute(seed: &[u8; 32], epoch: u64, rows: u64, position: u64) -> u64 {
    if rows <= 1 {
        return 0;
    }
    let network = Network::new(seed, epoch, rows);
    let mut x = position % rows;
    for _ in 0..MAX_TURNS {
        x = network.pass(x);
        if x < rows {
            return x;
        }
    }
    x % rows
}

/// A Feistel network over `low_bits + high_bits` bits, whose halves differ by at most one bit.
struct Network {
    low_bits: u32,
    high_bits: u32,
    keys: [u64; ROUNDS],
}

impl Network {
    /// The network for 2 or more rows.
    fn new(seed: &[u8; 32], epoch: u64, rows: u64) -> Self {
        let width = u64::BITS - rows.saturating_sub(1).leading_zeros();
        Self {
            low_bits: width / 2,
            high_bits: width - width / 2,
            keys: round_keys(seed, epoch),
        }
    }

    fn pass(&self, x: u64) -> u64 {
        let mut high = x >> self.low_bits;
        let mut low = x ^ (high << self.low_bits);
        for (round, key) in self.keys.iter().enumerate() {
            if round % 2 == 0 {
                high ^= top_bits(mix64(low ^ key), self.high_bits);
            } else {
                low ^= top_bits(mix64(high ^ key), self.low_bits);
            }
        }
        high << self.low_bits | low
    }
}

fn round_keys(seed: &[u8; 32], epoch: u64) -> [u64; ROUNDS] {
    let words = seed
        .as_chunks()
        .0
        .iter()
        .map(|&word| u64::from_le_bytes(word));
    let key = words
        .chain([epoch])
        .fold(GOLDEN, |key, word| mix64(key ^ word));
    let mut offset = key;
    [(); ROUNDS].map(|()| {
        offset = offset.wrapping_add(GOLDEN);
        mix64(offset)
    })
}

/// The `bits` highest bits, 0 if there are none to take.
fn top_bits(x: u64, bits: u32) -> u64 {
    x.checked_shr(u64::BITS - bits).unwrap_or(0)
}

/// The finaliser of splitmix64.
fn mix64(mut z: u64) -> u64 {
    z ^= z >> 30;
    z = z.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^= z >> 27;
    z = z.wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
