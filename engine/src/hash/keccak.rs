//! Keccak-256 of several messages at once.

use super::words::Words;

/// Words of a block.
pub(crate) const RATE: usize = 17;
/// Words of a digest.
pub(crate) const DIGEST: usize = 4;
/// Each message's digest, in words.
pub(crate) type Digests = [[u64; DIGEST]; MAX_LANES];
/// Most lanes of any instruction set.
pub(crate) const MAX_LANES: usize = 8;

/// The constants of the rounds, FIPS 202, section 3.2.5.
const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Hashes `W::COUNT` padded messages of `blocks` blocks each.
///
/// # Safety
/// The processor has the instructions of `W`; `lanes` are `W::COUNT` pointers to `blocks * RATE` words each.
#[inline(always)]
pub(crate) unsafe fn sponge<W: Words>(
    lanes: *const *const u64,
    blocks: usize,
    digests: &mut Digests,
) {
    // SAFETY: the caller's promise, passed on.
    unsafe {
        let mut state = [W::splat(0); 25];
        for block in 0..blocks {
            absorb::<W>(&mut state, lanes, block * RATE);
            permute::<W>(&mut state);
        }
        squeeze::<W>(&state, digests);
    }
}

/// Every lane's digest.
///
/// # Safety
/// The processor has the instructions of `W`.
#[inline(always)]
pub(super) unsafe fn squeeze<W: Words>(state: &[W::V; 25], digests: &mut Digests) {
    let mut column = [0; MAX_LANES];
    for (word, v) in state.iter().take(DIGEST).enumerate() {
        // SAFETY: the caller's promise; the column has room for every lane.
        unsafe { W::store(column.as_mut_ptr(), *v) };
        for (digest, value) in digests.iter_mut().zip(column).take(W::COUNT) {
            digest[word] = value;
        }
    }
}

/// # Safety
/// As [`sponge`], for the block that begins with word `at`.
#[inline(always)]
unsafe fn absorb<W: Words>(state: &mut [W::V; 25], lanes: *const *const u64, at: usize) {
    // SAFETY: the caller's promise; the squares end before the block does.
    unsafe {
        let mut square = [W::splat(0); 8];
        let whole = RATE / W::COUNT * W::COUNT;
        for first in (0..whole).step_by(W::COUNT) {
            W::load_square(lanes, at + first, &mut square);
            for word in 0..W::COUNT {
                state[first + word] = W::xor(state[first + word], square[word]);
            }
        }
        for (word, v) in state.iter_mut().enumerate().take(RATE).skip(whole) {
            *v = W::xor(*v, W::load(lanes, at + word));
        }
    }
}

/// Keccak-f[1600], FIPS 202, section 3.3. Word (x, y) of the state has number `x + 5 y`.
///
/// # Safety
/// The processor has the instructions of `W`.
#[inline(always)]
pub(super) unsafe fn permute<W: Words>(state: &mut [W::V; 25]) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut a = *state;
        for constant in ROUNDS {
            let column =
                |x: usize| W::xor3(W::xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
            let c = [column(0), column(1), column(2), column(3), column(4)];
            // Theta's difference for column x.
            let d = [
                W::xor(c[4], W::rol(c[1], 1)),
                W::xor(c[0], W::rol(c[2], 1)),
                W::xor(c[1], W::rol(c[3], 1)),
                W::xor(c[2], W::rol(c[4], 1)),
                W::xor(c[3], W::rol(c[0], 1)),
            ];
            // Rho and pi: the word that comes to a place, and by how much it is rotated on the way.
            let moved = |from: usize, by: u32| W::rol(W::xor(a[from], d[from % 5]), by);
            let first = W::xor(a[0], d[0]);
            let rows = [
                [
                    first,
                    moved(6, 44),
                    moved(12, 43),
                    moved(18, 21),
                    moved(24, 14),
                ],
                [
                    moved(3, 28),
                    moved(9, 20),
                    moved(10, 3),
                    moved(16, 45),
                    moved(22, 61),
                ],
                [
                    moved(1, 1),
                    moved(7, 6),
                    moved(13, 25),
                    moved(19, 8),
                    moved(20, 18),
                ],
                [
                    moved(4, 27),
                    moved(5, 36),
                    moved(11, 10),
                    moved(17, 15),
                    moved(23, 56),
                ],
                [
                    moved(2, 62),
                    moved(8, 55),
                    moved(14, 39),
                    moved(15, 41),
                    moved(21, 2),
                ],
            ];
            let chi = |row: [W::V; 5]| {
                [
                    W::chi(row[0], row[1], row[2]),
                    W::chi(row[1], row[2], row[3]),
                    W::chi(row[2], row[3], row[4]),
                    W::chi(row[3], row[4], row[0]),
                    W::chi(row[4], row[0], row[1]),
                ]
            };
            for (y, row) in rows.into_iter().enumerate() {
                let row = chi(row);
                a[5 * y] = row[0];
                a[5 * y + 1] = row[1];
                a[5 * y + 2] = row[2];
                a[5 * y + 3] = row[3];
                a[5 * y + 4] = row[4];
            }
            a[0] = W::xor(a[0], W::splat(constant));
        }
        *state = a;
    }
}
