//! Tensors and states as the bytes of their blobs.

use assay_numerics::{Tensor, TensorError, TensorType};

/// The blob of a tensor: its words row-major, little endian.
pub fn tensor_bytes(tensor: &Tensor) -> Vec<u8> {
    tensor
        .words()
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect()
}

/// The blob of a state: its slots' blobs one after the other.
pub fn state_bytes<'a>(slots: impl IntoIterator<Item = &'a Tensor>) -> Vec<u8> {
    let slots: Vec<&Tensor> = slots.into_iter().collect();
    let length: u64 = slots.iter().map(|slot| slot.ty().bytes()).sum();
    // Taken at once: a state may fill much of the memory.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    for slot in slots {
        bytes.extend(slot.words().iter().flat_map(|word| word.to_le_bytes()));
    }
    bytes
}

/// The tensor of a blob.
///
/// # Errors
/// [`TensorError::WrongLength`] if the bytes are not as many as the type has.
pub fn tensor_from_bytes(ty: TensorType, bytes: &[u8]) -> Result<Tensor, TensorError> {
    if bytes.len() as u64 != ty.bytes() {
        return Err(TensorError::WrongLength {
            expected: ty.dims.elements(),
            found: bytes.len() as u64 / 4,
        });
    }
    let words = bytes
        .chunks_exact(4)
        .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    Tensor::new(ty, words.collect())
}

/// The slots of a state's blob.
///
/// # Errors
/// [`TensorError::WrongLength`] if the bytes are not as many as the types have.
pub fn state_from_bytes(slots: &[TensorType], bytes: &[u8]) -> Result<Vec<Tensor>, TensorError> {
    let mut rest = bytes;
    let mut tensors = Vec::with_capacity(slots.len());
    for ty in slots {
        let length = usize::try_from(ty.bytes())
            .unwrap_or(usize::MAX)
            .min(rest.len());
        let (now, later) = rest.split_at(length);
        tensors.push(tensor_from_bytes(*ty, now)?);
        rest = later;
    }
    if !rest.is_empty() {
        let expected = slots
            .iter()
            .fold(0u64, |sum, ty| sum.saturating_add(ty.dims.elements()));
        return Err(TensorError::WrongLength {
            expected,
            found: bytes.len() as u64 / 4,
        });
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::Dims;

    #[test]
    fn a_state_goes_both_ways() {
        let (a, b) = (
            TensorType::u32(Dims::matrix(2, 3).unwrap()),
            TensorType::f32(Dims::matrix(1, 1).unwrap()),
        );
        let tensors = vec![
            Tensor::new(a, (1..7).collect()).unwrap(),
            Tensor::new(b, vec![0x7fc0_0000]).unwrap(),
        ];
        let bytes = state_bytes(&tensors);
        assert_eq!(bytes.len(), 28);
        assert_eq!(bytes[..8], [1, 0, 0, 0, 2, 0, 0, 0]);
        assert_eq!(bytes[..24], tensor_bytes(&tensors[0])[..]);
        assert_eq!(state_from_bytes(&[a, b], &bytes), Ok(tensors));
    }

    #[test]
    fn another_length_is_refused() {
        let ty = TensorType::u32(Dims::matrix(2, 3).unwrap());
        for length in [0, 4, 23, 25, 28] {
            assert!(tensor_from_bytes(ty, &vec![0; length]).is_err(), "{length}");
            assert!(
                state_from_bytes(&[ty], &vec![0; length]).is_err(),
                "{length}"
            );
        }
    }
}
