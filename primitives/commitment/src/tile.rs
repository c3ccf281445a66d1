//! Hashes of tiles.

use crate::{hash::domain, Hash, Keccak};
use alloc::vec::Vec;
use assay_numerics::{DType, Dims, Tensor, TensorType, Tile, TileIndex, TILE};

/// Bits of the one NaN that is ever hashed.
const CANONICAL_NAN: u32 = 0x7fc0_0000;

/// The word that is hashed for `word`: 7fc00000 for any float NaN, everything else as it is.
pub const fn canonical_word(dtype: DType, word: u32) -> u32 {
    match dtype {
        DType::F32 if word & 0x7fff_ffff > 0x7f80_0000 => CANONICAL_NAN,
        DType::F32 | DType::U32 => word,
    }
}

/// The bytes that are hashed for a tile: `0x00 | dtype u8 | rows u16 | cols u16 | 0 0` and then its words, row-major and
/// little endian, NaN made canonical.
pub struct TilePreimage {
    bytes: [u8; Self::MAX_BYTES],
    len: usize,
}

impl TilePreimage {
    /// Length of what stands before the words.
    pub const HEADER_BYTES: usize = 8;
    /// Length of a full tile's preimage.
    pub const MAX_BYTES: usize = Self::HEADER_BYTES + 4 * (TILE * TILE) as usize;

    /// The preimage of a tile.
    pub fn of_tile(tile: &Tile) -> Self {
        let mut preimage = Self::header(tile.dtype(), tile.rows(), tile.cols());
        preimage.extend(tile.dtype(), tile.words().iter().copied());
        preimage
    }

    /// The preimage of tile number `tile` of a tensor whose elements are `words`, row-major. `None` past the last tile
    /// or if `words` ends before the tile does.
    pub fn at(ty: TensorType, words: &[u32], tile: u64) -> Option<Self> {
        let place = Place::of(ty.dims, tile)?;
        let mut preimage = Self::header(ty.dtype, place.rows as u16, place.cols as u16);
        for row in 0..place.rows {
            let start = place.row_start(row)?;
            let end = start.checked_add(place.cols as usize)?;
            preimage.extend(ty.dtype, words.get(start..end)?.iter().copied());
        }
        Some(preimage)
    }

    /// What stands before the words of a tile.
    pub fn header_bytes(dtype: DType, rows: u16, cols: u16) -> [u8; Self::HEADER_BYTES] {
        let ([r0, r1], [c0, c1]) = (rows.to_le_bytes(), cols.to_le_bytes());
        [domain::TILE, dtype.code(), r0, r1, c0, c1, 0, 0]
    }

    /// A preimage without words yet.
    pub(crate) fn header(dtype: DType, rows: u16, cols: u16) -> Self {
        let mut bytes = [0; Self::MAX_BYTES];
        let header = Self::header_bytes(dtype, rows, cols);
        for (byte, value) in bytes.iter_mut().zip(header) {
            *byte = value;
        }
        let len = Self::HEADER_BYTES;
        Self { bytes, len }
    }

    /// Appends words; what does not fit is dropped (a tile has at most 1,024).
    pub(crate) fn extend(&mut self, dtype: DType, words: impl Iterator<Item = u32>) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let mut written = 0usize;
        for (target, word) in room.chunks_exact_mut(4).zip(words) {
            target.copy_from_slice(&canonical_word(dtype, word).to_le_bytes());
            written = written.saturating_add(4);
        }
        self.len = self.len.saturating_add(written);
    }

    /// The bytes, 12 to [`Self::MAX_BYTES`] of them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The tile's hash.
    pub fn hash<K: Keccak>(&self) -> Hash {
        K::hash(&[self.as_bytes()])
    }
}

/// Where a tile's rows lie in row-major elements.
struct Place {
    first: u64,
    width: u64,
    rows: u32,
    cols: u32,
}

impl Place {
    fn of(dims: Dims, tile: u64) -> Option<Self> {
        let at = TileIndex::of_tile(dims, tile)?;
        let (rows, cols) = dims.tile_extent(at.tile_row, at.tile_col);
        let width = u64::from(dims.cols());
        let above = u64::from(at.tile_row).checked_mul(u64::from(TILE))?;
        let row = at
            .batch
            .checked_mul(u64::from(dims.rows()))?
            .checked_add(above)?;
        let left = u64::from(at.tile_col).checked_mul(u64::from(TILE))?;
        Some(Self {
            first: row.checked_mul(width)?.checked_add(left)?,
            width,
            rows,
            cols,
        })
    }

    fn row_start(&self, row: u32) -> Option<usize> {
        let start = self
            .width
            .checked_mul(u64::from(row))?
            .checked_add(self.first)?;
        usize::try_from(start).ok()
    }
}

/// The hash of a tile: the leaf of a tensor's tree.
pub fn tile_hash<K: Keccak>(tile: &Tile) -> Hash {
    TilePreimage::of_tile(tile).hash::<K>()
}

/// The hash of tile number `tile`, straight from a tensor's row-major elements. `None` past the last tile or if `words`
/// ends before the tile does.
pub fn tile_hash_at<K: Keccak>(ty: TensorType, words: &[u32], tile: u64) -> Option<Hash> {
    TilePreimage::at(ty, words, tile).map(|preimage| preimage.hash::<K>())
}

/// The hashes of a tensor's tiles in order: the leaves of its tree.
pub fn tile_hashes<K: Keccak>(tensor: &Tensor) -> Vec<Hash> {
    (0..tensor.ty().dims.tiles())
        .map_while(|tile| tile_hash_at::<K>(tensor.ty(), tensor.words(), tile))
        .collect()
}
