//! Datasets in safetensors files.

use super::{DataError, Dataset, Shape, Targets};
use candle_core::{safetensors::load_buffer, DType, Device, Tensor};
use std::{collections::HashMap, path::Path};

/// Reads `features` (f32 or u8, [n, d]) and `targets` (u8, u32 or i64 labels [n]; f32 values [n, k]).
pub(super) fn parse(path: &Path, bytes: &[u8], shape: Shape) -> Result<Dataset, DataError> {
    let file = |problem: String| DataError::File {
        path: path.to_owned(),
        problem,
    };
    let tensors = load_buffer(bytes, &Device::Cpu)
        .map_err(|error| file(format!("not safetensors: {error}")))?;
    let (features, rows) = features(&tensors, shape).map_err(file)?;
    let targets = match shape.targets {
        Targets::Classes(classes) => labels(&tensors, rows, classes),
        Targets::Values(count) => values(&tensors, rows, count),
    };
    Dataset::from_rows(path, features, targets.map_err(file)?, shape)
}

fn features(tensors: &HashMap<String, Tensor>, shape: Shape) -> Result<(Vec<f32>, usize), String> {
    let tensor = named(tensors, "features", &[DType::F32, DType::U8])?;
    match *tensor.dims() {
        [rows, cols] if cols == shape.features as usize => Ok((finite(tensor, "features")?, rows)),
        _ => Err(format!(
            "features has shape {:?}; the model needs [n, {}]",
            tensor.dims(),
            shape.features
        )),
    }
}

fn labels(
    tensors: &HashMap<String, Tensor>,
    rows: usize,
    classes: u32,
) -> Result<Vec<u32>, String> {
    let tensor = named(tensors, "targets", &[DType::U8, DType::U32, DType::I64])?;
    if tensor.dims() != [rows] {
        return Err(format!(
            "targets has shape {:?}; it must be [{rows}] like features",
            tensor.dims()
        ));
    }
    let labels = tensor
        .to_dtype(DType::I64)
        .and_then(|labels| labels.to_vec1::<i64>())
        .map_err(|e| e.to_string())?;
    let checked = labels.into_iter().map(|label| {
        let label_in = u32::try_from(label).ok().filter(|&label| label < classes);
        label_in.ok_or_else(|| {
            format!("the label {label} is not below {classes}, the last of model.layers")
        })
    });
    checked.collect()
}

fn values(tensors: &HashMap<String, Tensor>, rows: usize, count: u32) -> Result<Vec<u32>, String> {
    let tensor = named(tensors, "targets", &[DType::F32])?;
    if tensor.dims() != [rows, count as usize] {
        return Err(format!(
            "targets has shape {:?}; it must be [{rows}, {count}]",
            tensor.dims()
        ));
    }
    Ok(finite(tensor, "targets")?
        .into_iter()
        .map(f32::to_bits)
        .collect())
}

fn named<'a>(
    tensors: &'a HashMap<String, Tensor>,
    name: &str,
    types: &[DType],
) -> Result<&'a Tensor, String> {
    let tensor = tensors
        .get(name)
        .ok_or_else(|| format!("there is no tensor {name:?}; add it"))?;
    match types.contains(&tensor.dtype()) {
        true => Ok(tensor),
        false => Err(format!(
            "{name} has type {:?}; it must be one of {types:?}",
            tensor.dtype()
        )),
    }
}

fn finite(tensor: &Tensor, name: &str) -> Result<Vec<f32>, String> {
    let numbers = tensor
        .to_dtype(DType::F32)
        .and_then(|tensor| tensor.flatten_all()?.to_vec1::<f32>());
    let numbers = numbers.map_err(|error| error.to_string())?;
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(numbers),
        false => Err(format!(
            "{name} holds a number that is not finite; remove that sample"
        )),
    }
}
