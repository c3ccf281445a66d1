//! Shapes and whole tensors in row-major order.

use crate::{DType, Tile, TileIndex, TileShape, TILE};
use alloc::vec::Vec;
use core::fmt;

/// The dimensions of a tensor: always four, leading ones where it has fewer. The last two are rows and columns and
/// are cut into tiles; the first two are a batch of matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dims([u32; 4]);

impl Dims {
    /// Most tiles that one tensor may have.
    pub const MAX_TILES: u64 = 1 << 24;

    /// Checks that no dimension is zero and that the tensor has at most [`Self::MAX_TILES`] tiles.
    pub fn new(dims: [u32; 4]) -> Result<Self, TensorError> {
        if dims.contains(&0) {
            return Err(TensorError::ZeroDim { dims });
        }
        let tiles = [
            dims[0],
            dims[1],
            dims[2].div_ceil(TILE),
            dims[3].div_ceil(TILE),
        ]
        .iter()
        .try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)))
        .filter(|&n| n <= Self::MAX_TILES);
        tiles
            .map(|_| Self(dims))
            .ok_or(TensorError::TooManyTiles { dims })
    }

    /// A matrix of `rows` x `cols`.
    pub fn matrix(rows: u32, cols: u32) -> Result<Self, TensorError> {
        Self::new([1, 1, rows, cols])
    }

    /// The four dimensions.
    pub const fn get(self) -> [u32; 4] {
        self.0
    }

    /// Rows of each matrix.
    pub const fn rows(self) -> u32 {
        self.0[2]
    }

    /// Columns of each matrix.
    pub const fn cols(self) -> u32 {
        self.0[3]
    }

    /// Number of matrices, the product of the leading two dimensions.
    pub const fn batch(self) -> u64 {
        self.0[0] as u64 * self.0[1] as u64
    }

    /// Rows of tiles in each matrix.
    pub const fn tile_rows(self) -> u32 {
        self.rows().div_ceil(TILE)
    }

    /// Columns of tiles in each matrix.
    pub const fn tile_cols(self) -> u32 {
        self.cols().div_ceil(TILE)
    }

    /// Number of tiles, at most [`Self::MAX_TILES`].
    pub const fn tiles(self) -> u64 {
        self.batch() * self.tile_rows() as u64 * self.tile_cols() as u64
    }

    /// Number of elements, at most 2^34.
    pub const fn elements(self) -> u64 {
        self.batch() * self.rows() as u64 * self.cols() as u64
    }

    /// The matrix of this tensor that is read for matrix `batch` of `output`, where a leading dimension of 1 is
    /// repeated.
    pub(crate) fn broadcast_batch(self, output: Self, batch: u64) -> u64 {
        let [out0, out1, ..] = output.0.map(u64::from);
        let [d0, d1, ..] = self.0.map(u64::from);
        let (i0, i1) = (batch / out1 % out0, batch % out1);
        i0.min(d0 - 1) * d1 + i1.min(d1 - 1)
    }

    /// Height and width of the tile in this row and column of tiles; edge tiles are smaller than 32 x 32.
    pub fn tile_extent(self, tile_row: u32, tile_col: u32) -> (u32, u32) {
        let rows = self
            .rows()
            .saturating_sub(tile_row.saturating_mul(TILE))
            .min(TILE);
        let cols = self
            .cols()
            .saturating_sub(tile_col.saturating_mul(TILE))
            .min(TILE);
        (rows, cols)
    }
}

/// Element type and dimensions of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// Element type.
    pub dtype: DType,
    /// Dimensions.
    pub dims: Dims,
}

impl TensorType {
    /// A float tensor of these dimensions.
    pub const fn f32(dims: Dims) -> Self {
        Self {
            dtype: DType::F32,
            dims,
        }
    }

    /// An integer tensor of these dimensions.
    pub const fn u32(dims: Dims) -> Self {
        Self {
            dtype: DType::U32,
            dims,
        }
    }

    /// Shape of tile number `tile`, or `None` past the end.
    pub fn tile_shape(self, tile: u64) -> Option<TileShape> {
        let at = TileIndex::of_tile(self.dims, tile)?;
        Some(self.tile_shape_at(at))
    }

    /// Shape of the tile at this place, which must lie inside.
    pub(crate) fn tile_shape_at(self, at: TileIndex) -> TileShape {
        let (rows, cols) = self.dims.tile_extent(at.tile_row, at.tile_col);
        TileShape {
            dtype: self.dtype,
            rows: rows as u16,
            cols: cols as u16,
        }
    }

    /// Size in memory in bytes.
    pub const fn bytes(self) -> u64 {
        self.dims.elements() * 4
    }
}

/// A whole tensor in row-major order. Floats are kept as their bit patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    ty: TensorType,
    words: Vec<u32>,
}

impl Tensor {
    /// Takes the words of a tensor, row-major; their number must be that of the type's elements.
    pub fn new(ty: TensorType, words: Vec<u32>) -> Result<Self, TensorError> {
        if words.len() as u64 != ty.dims.elements() {
            return Err(TensorError::WrongLength {
                expected: ty.dims.elements(),
                found: words.len() as u64,
            });
        }
        Ok(Self { ty, words })
    }

    /// A float tensor from values.
    pub fn from_f32(dims: Dims, values: &[f32]) -> Result<Self, TensorError> {
        Self::new(
            TensorType::f32(dims),
            values.iter().map(|v| v.to_bits()).collect(),
        )
    }

    /// A tensor of +0 or 0.
    pub fn zeros(ty: TensorType) -> Self {
        Self {
            ty,
            words: alloc::vec![0; ty.dims.elements() as usize],
        }
    }

    /// Element type and dimensions.
    pub const fn ty(&self) -> TensorType {
        self.ty
    }

    /// The elements as bit patterns, row-major.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The elements for writing.
    pub fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }

    /// The elements, without a copy.
    pub fn into_words(self) -> Vec<u32> {
        self.words
    }

    /// Copies out tile number `tile` (row-major over batch, tile rows, tile columns), or `None` past the end.
    pub fn tile(&self, tile: u64) -> Option<Tile> {
        let at = TileIndex::of_tile(self.ty.dims, tile)?;
        let (rows, cols) = self.ty.dims.tile_extent(at.tile_row, at.tile_col);
        let (height, width) = (self.ty.dims.rows() as usize, self.ty.dims.cols() as usize);
        let mut words = Vec::with_capacity((rows * cols) as usize);
        for r in 0..rows {
            let row = at.batch as usize * height + (at.tile_row * TILE + r) as usize;
            let start = row * width + (at.tile_col * TILE) as usize;
            words.extend_from_slice(self.words.get(start..start + cols as usize)?);
        }
        Tile::new(self.ty.dtype, rows as u16, cols as u16, words).ok()
    }

    /// Writes `tile` as tile number `index`; extents must agree.
    pub fn set_tile(&mut self, index: u64, tile: &Tile) -> Result<(), TensorError> {
        let dims = self.ty.dims;
        let at = TileIndex::of_tile(dims, index).ok_or(TensorError::NoSuchTile { index })?;
        let (rows, cols) = dims.tile_extent(at.tile_row, at.tile_col);
        if (u32::from(tile.rows()), u32::from(tile.cols())) != (rows, cols)
            || tile.dtype() != self.ty.dtype
        {
            return Err(TensorError::TileMismatch { index });
        }
        for (r, source) in tile.words().chunks_exact(cols as usize).enumerate() {
            let row = at.batch as usize * dims.rows() as usize + (at.tile_row * TILE) as usize + r;
            let start = row * dims.cols() as usize + (at.tile_col * TILE) as usize;
            if let Some(target) = self.words.get_mut(start..start + cols as usize) {
                target.copy_from_slice(source);
            }
        }
        Ok(())
    }
}

/// Why a shape or tensor is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorError {
    /// A dimension is zero.
    ZeroDim {
        /// The dimensions given.
        dims: [u32; 4],
    },
    /// More than 2^24 tiles.
    TooManyTiles {
        /// The dimensions given.
        dims: [u32; 4],
    },
    /// The number of words is not that of the elements.
    WrongLength {
        /// Elements of the type.
        expected: u64,
        /// Words given.
        found: u64,
    },
    /// The tensor has fewer tiles.
    NoSuchTile {
        /// The tile asked for.
        index: u64,
    },
    /// The tile's type or extent is not what stands at that place.
    TileMismatch {
        /// The tile's number.
        index: u64,
    },
}

impl fmt::Display for TensorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroDim { dims } => write!(
                f,
                "dimensions {dims:?} contain a zero; each must be at least 1"
            ),
            Self::TooManyTiles { dims } => write!(
                f,
                "dimensions {dims:?} need more than 2^24 tiles of 32 x 32"
            ),
            Self::WrongLength { expected, found } => {
                write!(f, "{found} elements given where the shape has {expected}")
            }
            Self::NoSuchTile { index } => write!(f, "the tensor has no tile {index}"),
            Self::TileMismatch { index } => write!(f, "tile {index} has another type or extent"),
        }
    }
}

impl core::error::Error for TensorError {}
