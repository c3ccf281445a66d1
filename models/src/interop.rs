//! Tensors to candle and back.

use assay_numerics::{DType, Dims, Tensor, TensorError, TensorType};
use candle_core::Device;

/// A candle tensor of this shape on the processor; floats keep their bits.
pub(crate) fn to_candle(
    tensor: &Tensor,
    shape: &[u32],
) -> candle_core::Result<candle_core::Tensor> {
    let shape: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
    match tensor.ty().dtype {
        DType::F32 => {
            let values = tensor
                .words()
                .iter()
                .map(|&word| f32::from_bits(word))
                .collect();
            candle_core::Tensor::from_vec::<_, f32>(values, shape, &Device::Cpu)
        }
        DType::U32 => candle_core::Tensor::from_vec(tensor.words().to_vec(), shape, &Device::Cpu),
    }
}

/// A float tensor of at most four dimensions, with ones in front.
pub(crate) fn from_candle(tensor: &candle_core::Tensor) -> Result<Tensor, InteropError> {
    let mut dims = [1; 4];
    let shape = tensor.dims();
    if shape.len() > 4 {
        return Err(InteropError::Rank(shape.len()));
    }
    for (to, &size) in dims[4 - shape.len()..].iter_mut().zip(shape) {
        *to = u32::try_from(size).unwrap_or(u32::MAX);
    }
    let values = tensor
        .flatten_all()
        .and_then(|flat| flat.to_vec1::<f32>())?;
    let words = values.into_iter().map(f32::to_bits).collect();
    Ok(Tensor::new(TensorType::f32(Dims::new(dims)?), words)?)
}

/// Why a candle tensor has no counterpart.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InteropError {
    #[error("{0} dimensions; at most 4 are possible")]
    Rank(usize),
    #[error("{0}")]
    Shape(#[from] TensorError),
    #[error("{0}")]
    Candle(#[from] candle_core::Error),
}
