//! Hashes of full tiles, which the sponge absorbs straight from row-major memory.

use super::keccak::{permute, squeeze, Digests, MAX_LANES, RATE};
use super::words::Words;
use assay_numerics::TILE;

/// 64-bit words of a tile's row.
const ROW: usize = TILE as usize / 2;

/// Tiles of 32 x 32 elements, as many as the kernel has lanes.
#[derive(Clone, Copy)]
pub(crate) struct FullTiles {
    /// What stands before the elements of each, little endian.
    pub(crate) header: u64,
    /// Whether they are floats, whose NaN are made canonical.
    pub(crate) float: bool,
    /// The first element of each.
    pub(crate) first: [*const u32; MAX_LANES],
    /// Elements from one row of each to its next.
    pub(crate) strides: [usize; MAX_LANES],
}

impl FullTiles {
    /// The beginnings of a row.
    fn row(&self, row: usize) -> [*const u64; MAX_LANES] {
        let mut starts = [core::ptr::null(); MAX_LANES];
        for (start, (first, stride)) in starts.iter_mut().zip(self.first.iter().zip(self.strides)) {
            *start = first.wrapping_add(row * stride).cast();
        }
        starts
    }

    /// Asks the memory for a row of each tile. The processor does not see by itself what comes after a tile's last row.
    fn fetch(&self, row: usize, lanes: usize) {
        for start in self.row(row).into_iter().take(lanes) {
            for word in [0, ROW / 2, ROW - 1] {
                fetch(start.wrapping_add(word));
            }
        }
    }
}

/// Hashes `W::COUNT` tiles, and asks for those that come next while it does.
///
/// # Safety
/// The processor has the instructions of `W` and is little endian; the first `W::COUNT` of `tiles` can be read.
#[inline(always)]
pub(crate) unsafe fn sponge<W: Words>(
    tiles: &FullTiles,
    ahead: Option<&FullTiles>,
    digests: &mut Digests,
) {
    // SAFETY: the caller's promise; a tile has `TILE` rows of `ROW` words, and the squares of a row end with it.
    unsafe {
        let mut state = [W::splat(0); 25];
        state[0] = W::splat(tiles.header);
        let mut at = 1;
        let mut square = [W::splat(0); 8];
        for row in 0..TILE as usize {
            if let Some(ahead) = ahead {
                ahead.fetch(row, W::COUNT);
            }
            let starts = tiles.row(row);
            for word in (0..ROW).step_by(W::COUNT) {
                W::load_square(starts.as_ptr(), word, &mut square);
                for v in square.into_iter().take(W::COUNT) {
                    let v = if tiles.float { W::canonical(v) } else { v };
                    state[at] = W::xor(state[at], v);
                    at += 1;
                    if at == RATE {
                        permute::<W>(&mut state);
                        at = 0;
                    }
                }
            }
        }
        state[at] = W::xor(state[at], W::splat(1));
        state[RATE - 1] = W::xor(state[RATE - 1], W::splat(1 << 63));
        permute::<W>(&mut state);
        squeeze::<W>(&state, digests);
    }
}

/// Asks for the line of cache in which this word lies.
fn fetch(word: *const u64) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that reads nothing; every processor of this architecture has it.
    unsafe {
        use core::arch::x86_64::{_mm_prefetch, _MM_HINT_T1};
        _mm_prefetch::<_MM_HINT_T1>(word.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = word;
}
