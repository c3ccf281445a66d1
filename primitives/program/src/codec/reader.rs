//! Reading fields off a slice.

use crate::codec::DecodeError;
use assay_numerics::{DType, Dims, TensorType};

/// What is left to read, and how much was read before it.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            offset: 0,
        }
    }

    /// Bytes read so far.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// Bytes not yet read.
    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (field, rest) = self.rest.split_at_checked(count).ok_or(DecodeError::End {
            offset: self.offset,
        })?;
        self.advance(rest);
        Ok(field)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(DecodeError::End {
            offset: self.offset,
        })?;
        self.advance(rest);
        Ok(*field)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn ty(&mut self) -> Result<TensorType, DecodeError> {
        let offset = self.offset;
        let code = self.u8()?;
        let dtype = DType::from_code(code).ok_or(DecodeError::Dtype { offset, code })?;
        let offset = self.offset;
        let dims = [self.u32()?, self.u32()?, self.u32()?, self.u32()?];
        let dims = Dims::new(dims).map_err(|error| DecodeError::Dims { offset, error })?;
        Ok(TensorType { dtype, dims })
    }

    /// Refuses bytes that are left.
    pub(crate) const fn end(&self) -> Result<(), DecodeError> {
        match self.rest {
            [] => Ok(()),
            _ => Err(DecodeError::Trailing {
                offset: self.offset,
            }),
        }
    }

    fn advance(&mut self, rest: &'a [u8]) {
        let read = self.rest.len().saturating_sub(rest.len());
        self.offset = self.offset.saturating_add(read);
        self.rest = rest;
    }
}
