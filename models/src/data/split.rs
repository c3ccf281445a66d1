//! Setting samples aside.

use super::{DataError, Dataset, Splits};
use assay_numerics::{schedule::permute, Dims, Tensor, TensorType};
use std::path::Path;

/// The epoch whose permutation decides: one that no training reaches.
const EPOCH: u64 = u64::MAX;

/// Sets `fraction` of the samples aside, rounded down but at least one: those that come first in a permutation by the
/// seed. Both parts keep the file's order.
pub(super) fn split(
    path: &Path,
    all: Dataset,
    fraction: f64,
    seed: &[u8; 32],
) -> Result<Splits, DataError> {
    let rows = all.rows();
    let aside = ((f64::from(rows) * fraction) as u32).max(1);
    if aside >= rows {
        let problem =
            format!("{rows} samples are too few to set {aside} aside; lower data.holdout");
        return Err(DataError::File {
            path: path.to_owned(),
            problem,
        });
    }
    let mut is_test = vec![false; rows as usize];
    for position in 0..u64::from(aside) {
        is_test[permute(seed, EPOCH, u64::from(rows), position) as usize] = true;
    }
    let part = |test: bool| {
        let chosen: Vec<usize> = (0..rows as usize)
            .filter(|&row| is_test[row] == test)
            .collect();
        let problem = |error: assay_numerics::TensorError| DataError::File {
            path: path.to_owned(),
            problem: error.to_string(),
        };
        Ok(Dataset {
            features: rows_of(&all.features, &chosen).map_err(problem)?,
            targets: rows_of(&all.targets, &chosen).map_err(problem)?,
        })
    };
    Ok(Splits {
        train: part(false)?,
        test: part(true)?,
    })
}

fn rows_of(tensor: &Tensor, rows: &[usize]) -> Result<Tensor, assay_numerics::TensorError> {
    let cols = tensor.ty().dims.cols();
    let words = rows
        .iter()
        .flat_map(|row| &tensor.words()[row * cols as usize..][..cols as usize]);
    let ty = TensorType {
        dtype: tensor.ty().dtype,
        dims: Dims::matrix(rows.len() as u32, cols)?,
    };
    Tensor::new(ty, words.copied().collect())
}
