//! Roots from streams of bytes, in bounded memory.

use crate::{
    records::{state_root, tensor_root},
    tile::TilePreimage,
    Keccak, StateRoot, TensorRoot, TreeBuilder,
};
use alloc::vec::Vec;
use assay_numerics::{TensorType, TILE};

/// Why a stream is not the blob that its type tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// More bytes came than the type has.
    #[error("the blob has more than the {expected} bytes of its shape")]
    TooLong {
        /// Bytes of the type.
        expected: u64,
    },
    /// The stream ended early.
    #[error("the blob ends after {found} of the {expected} bytes of its shape")]
    TooShort {
        /// Bytes of the type.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
}

/// Computes a tensor root from row-major little-endian words that come in pieces of any length.
///
/// Holds at most one band of 32 rows (`min(32, rows) * cols * 4` bytes) and one hash for each level of the tree. The band
/// grows as bytes come, so a claimed shape alone costs no memory; a tensor of few, very long rows is held whole.
#[derive(Clone, Debug)]
pub struct TensorHasher<K> {
    ty: TensorType,
    tiles: TreeBuilder<K>,
    band: Vec<u8>,
    /// First row of the band in its matrix.
    row: u32,
    received: u64,
}

impl<K: Keccak> TensorHasher<K> {
    /// A hasher for one tensor of this type.
    pub fn new(ty: TensorType) -> Self {
        Self {
            ty,
            tiles: TreeBuilder::new(),
            band: Vec::new(),
            row: 0,
            received: 0,
        }
    }

    /// Bytes that are still to come.
    pub const fn missing(&self) -> u64 {
        self.ty.bytes().saturating_sub(self.received)
    }

    /// Takes the next bytes. If they are too many, none is taken.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if bytes.len() as u64 > self.missing() {
            return Err(StreamError::TooLong {
                expected: self.ty.bytes(),
            });
        }
        self.received = self.received.saturating_add(bytes.len() as u64);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.band_bytes().saturating_sub(self.band.len() as u64);
            let take = usize::try_from(room).unwrap_or(usize::MAX).min(rest.len());
            let (now, later) = rest.split_at_checked(take).unwrap_or((rest, &[]));
            self.band.extend_from_slice(now);
            rest = later;
            if self.band.len() as u64 == self.band_bytes() {
                self.hash_band();
            }
        }
        Ok(())
    }

    /// The root, once all bytes have come.
    pub fn finish(self) -> Result<TensorRoot, StreamError> {
        if self.missing() > 0 {
            return Err(StreamError::TooShort {
                expected: self.ty.bytes(),
                found: self.received,
            });
        }
        Ok(tensor_root::<K>(self.ty, self.tiles.root()))
    }

    /// Rows of the band that is being gathered.
    fn band_rows(&self) -> u32 {
        self.ty.dims.rows().saturating_sub(self.row).min(TILE)
    }

    fn band_bytes(&self) -> u64 {
        u64::from(self.band_rows()).saturating_mul(self.row_bytes())
    }

    fn row_bytes(&self) -> u64 {
        u64::from(self.ty.dims.cols()).saturating_mul(4)
    }

    /// Hashes the tiles of a full band and goes to the next.
    fn hash_band(&mut self) {
        for tile_col in 0..self.ty.dims.tile_cols() {
            let preimage = self.preimage(tile_col);
            self.tiles.push(preimage.hash::<K>());
        }
        self.band.clear();
        self.row = self.row.saturating_add(self.band_rows());
        if self.row >= self.ty.dims.rows() {
            self.row = 0;
        }
    }

    fn preimage(&self, tile_col: u32) -> TilePreimage {
        let rows = self.band_rows();
        let first = tile_col.saturating_mul(TILE);
        let cols = self.ty.dims.cols().saturating_sub(first).min(TILE);
        let mut preimage = TilePreimage::header(self.ty.dtype, rows as u16, cols as u16);
        // A full band is in memory, so its row length is an address.
        for row in self.band.chunks_exact(self.row_bytes() as usize) {
            let words = row.chunks_exact(4).skip(first as usize).take(cols as usize);
            preimage.extend(self.ty.dtype, words.map(word));
        }
        preimage
    }
}

fn word(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_le_bytes).unwrap_or_default()
}

/// Computes a state root from a state blob: the slots' tensors one after the other, each row-major and little endian.
#[derive(Clone, Debug)]
pub struct StateHasher<K> {
    slots: Vec<TensorType>,
    roots: Vec<TensorRoot>,
    current: Option<TensorHasher<K>>,
    expected: u64,
    received: u64,
}

impl<K: Keccak> StateHasher<K> {
    /// A hasher for a state with these slots.
    pub fn new(slots: &[TensorType]) -> Self {
        let expected = slots
            .iter()
            .fold(0u64, |sum, ty| sum.saturating_add(ty.bytes()));
        let current = slots.first().map(|ty| TensorHasher::new(*ty));
        Self {
            slots: slots.to_vec(),
            roots: Vec::new(),
            current,
            expected,
            received: 0,
        }
    }

    /// Bytes that are still to come.
    pub const fn missing(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }

    /// Takes the next bytes. If they are too many, none is taken.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if bytes.len() as u64 > self.missing() {
            return Err(StreamError::TooLong {
                expected: self.expected,
            });
        }
        self.received = self.received.saturating_add(bytes.len() as u64);
        let mut rest = bytes;
        while let Some(mut slot) = self.current.take() {
            let take = usize::try_from(slot.missing())
                .unwrap_or(usize::MAX)
                .min(rest.len());
            let (now, later) = rest.split_at_checked(take).unwrap_or((rest, &[]));
            slot.update(now)?;
            rest = later;
            if slot.missing() > 0 {
                self.current = Some(slot);
                break;
            }
            self.roots.push(slot.finish()?);
            self.current = self
                .slots
                .get(self.roots.len())
                .map(|ty| TensorHasher::new(*ty));
        }
        Ok(())
    }

    /// The state root, once all bytes have come.
    pub fn finish(self) -> Result<StateRoot, StreamError> {
        self.finish_slots().map(|slots| state_root::<K>(&slots))
    }

    /// The slots' tensor roots, once all bytes have come.
    pub fn finish_slots(self) -> Result<Vec<TensorRoot>, StreamError> {
        if self.missing() > 0 {
            return Err(StreamError::TooShort {
                expected: self.expected,
                found: self.received,
            });
        }
        Ok(self.roots)
    }
}
