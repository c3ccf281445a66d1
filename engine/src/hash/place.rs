//! Where tiles lie in tensors.

use crate::cpu::Path;
use assay_commitment::TilePreimage;
use assay_numerics::{DType, Tensor, TensorType, TileIndex, TILE};
use std::ops::Range;

/// Some of a tensor's tiles. `words` are all its elements, row-major.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) ty: TensorType,
    pub(crate) words: &'a [u32],
    pub(crate) tiles: Range<u64>,
}

impl<'a> Part<'a> {
    /// All tiles of a tensor.
    pub(crate) fn whole(tensor: &'a Tensor) -> Self {
        let ty = tensor.ty();
        Self {
            ty,
            words: tensor.words(),
            tiles: 0..ty.dims.tiles(),
        }
    }

    pub(super) fn place(&self, tile: u64) -> Place {
        Place::of(self.ty, tile).expect("a part's tiles are its tensor's; qed")
    }
}

/// Where a tile lies among row-major elements.
pub(super) struct Place {
    dtype: DType,
    first: usize,
    pub(super) stride: usize,
    rows: usize,
    cols: usize,
}

impl Place {
    fn of(ty: TensorType, tile: u64) -> Option<Self> {
        let at = TileIndex::of_tile(ty.dims, tile)?;
        let (rows, cols) = ty.dims.tile_extent(at.tile_row, at.tile_col);
        let row = at.batch * u64::from(ty.dims.rows()) + u64::from(at.tile_row * TILE);
        let stride = ty.dims.cols() as usize;
        Some(Self {
            dtype: ty.dtype,
            first: row as usize * stride + (at.tile_col * TILE) as usize,
            stride,
            rows: rows as usize,
            cols: cols as usize,
        })
    }

    /// Whether the tile has all its rows and columns, as they are hashed but for NaN.
    pub(super) fn absorbs(&self) -> bool {
        let side = TILE as usize;
        self.rows == side && self.cols == side && cfg!(target_endian = "little")
    }

    /// Length of the tile's preimage.
    pub(super) fn bytes(&self) -> usize {
        TilePreimage::HEADER_BYTES + 4 * self.rows * self.cols
    }

    /// What stands in the preimage before the words.
    pub(super) fn header(&self) -> [u8; TilePreimage::HEADER_BYTES] {
        TilePreimage::header_bytes(self.dtype, self.rows as u16, self.cols as u16)
    }

    /// The first word of the tensor that is of the tile, of which every row is there.
    pub(super) fn first(&self, words: &[u32]) -> *const u32 {
        let end = self.first + (self.rows - 1) * self.stride + self.cols;
        words[self.first..end].as_ptr()
    }

    /// Copies the tile's words as they are hashed.
    pub(super) fn copy(&self, path: &Path, words: &[u32], to: &mut [u8]) {
        let to: &mut [u32] = bytemuck::cast_slice_mut(to);
        for (row, to) in to.chunks_exact_mut(self.cols).enumerate().take(self.rows) {
            let start = self.first + row * self.stride;
            let from = &words[start..start + self.cols];
            match self.dtype {
                // SAFETY: the path was chosen for this processor; both have that many words.
                DType::F32 => unsafe {
                    (path.canonical)(from.as_ptr(), to.as_mut_ptr(), from.len())
                },
                DType::U32 => to.copy_from_slice(from),
            }
            if cfg!(target_endian = "big") {
                to.iter_mut().for_each(|word| *word = word.to_le());
            }
        }
    }
}

/// Copies words, every NaN made canonical. In a form that the compiler turns into vector instructions.
///
/// # Safety
/// `from` and `to` are `n` words each that do not overlap.
#[inline(always)]
pub(crate) unsafe fn canonical(from: *const u32, to: *mut u32, n: usize) {
    // SAFETY: the caller's promise.
    let (from, to) = unsafe {
        (
            core::slice::from_raw_parts(from, n),
            core::slice::from_raw_parts_mut(to, n),
        )
    };
    for (to, from) in to.iter_mut().zip(from) {
        *to = assay_commitment::canonical_word(DType::F32, *from);
    }
}
