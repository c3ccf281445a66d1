//! A job's blobs in a store.

use assay_blobs::{state_bytes, tensor_bytes, BlobId, BlobStore, Expected};
use assay_models::JobBundle;
use assay_numerics::Tensor;

use crate::CliError;

/// Writes program, constants, data and start state; what is there already is left as it is. Returns the blobs' names.
///
/// # Errors
/// [`CliError::Store`], for instance that there is no room.
pub async fn publish(bundle: &JobBundle, store: &BlobStore) -> Result<Vec<BlobId>, CliError> {
    let mut ids = Vec::new();
    for (id, expected, bytes) in blobs(bundle) {
        if !store.contains(&id).await? {
            store.put(id, &expected, bytes()).await?;
        }
        ids.push(id);
    }
    Ok(ids)
}

/// A blob whose bytes are made when they are needed.
type Blob<'a> = (BlobId, Expected, Box<dyn Fn() -> Vec<u8> + Send + 'a>);

fn blobs(bundle: &JobBundle) -> Vec<Blob<'_>> {
    let program = bundle.program.get();
    let slots = |tensors: &'_ [Tensor]| tensors.iter().map(Tensor::ty).collect();
    let mut blobs: Vec<Blob<'_>> = vec![
        (
            BlobId::from(bundle.roots.program),
            Expected::Program,
            Box::new(|| program.encode()),
        ),
        (
            BlobId::from(bundle.roots.start_state),
            Expected::State(slots(&bundle.initial_state)),
            Box::new(|| state_bytes(&bundle.initial_state)),
        ),
    ];
    for (root, tensor) in bundle.roots.datasets.iter().zip(&bundle.datasets) {
        blobs.push((
            BlobId::from(*root),
            Expected::Tensor(tensor.ty()),
            Box::new(|| tensor_bytes(tensor)),
        ));
    }
    if !bundle.constants.is_empty() {
        blobs.push((
            BlobId::constants(program.constants_root),
            Expected::Constants(slots(&bundle.constants)),
            Box::new(|| state_bytes(&bundle.constants)),
        ));
    }
    blobs
}
