//! Where a job's blobs are to be had.

use assay_blobs::{state_from_bytes, tensor_from_bytes, BlobId, Expected, Fetcher};
use assay_client::{Account, At, ChainClient, ChainError};
use assay_numerics::{Tensor, TensorType};
use assay_program::{Program, ValidProgram};
use assay_protocol::{
    ConstantsRoot, DeclineReason, JobView, ProgramRoot, SegmentIndex, StateRoot, TensorRoot,
};

use super::MaterialError;

/// The store, and the locations from which it is filled. Whatever comes from here has the root that was asked for.
#[derive(Clone, Debug)]
pub struct Sources {
    fetcher: Fetcher,
    locations: Vec<String>,
}

impl Sources {
    /// A store and the base URLs of servers, in the order in which they are asked.
    pub const fn new(fetcher: Fetcher, locations: Vec<String>) -> Self {
        Self { fetcher, locations }
    }

    /// Those of a job: the buyer's locations, then the endpoint of the provider that committed the state where work goes on.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn of_job(
        fetcher: &Fetcher,
        chain: &ChainClient,
        job: &JobView<Account>,
    ) -> Result<Self, ChainError> {
        let last = match job.resume.segment.previous() {
            Some(last) => endpoint_of(chain, job, last).await?,
            None => None,
        };
        Ok(Self::with(fetcher, job, last))
    }

    /// Those for a committed segment: the buyer's locations, then the endpoints of the provider that committed it and of the
    /// one that committed the segment before.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn of_segment(
        fetcher: &Fetcher,
        chain: &ChainClient,
        job: &JobView<Account>,
        segment: SegmentIndex,
    ) -> Result<Self, ChainError> {
        let own = endpoint_of(chain, job, segment).await?;
        let before = match segment.previous() {
            Some(before) => endpoint_of(chain, job, before).await?,
            None => None,
        };
        let before = before.filter(|before| own.as_ref() != Some(before));
        Ok(Self::with(fetcher, job, own.into_iter().chain(before)))
    }

    fn with(
        fetcher: &Fetcher,
        job: &JobView<Account>,
        providers: impl IntoIterator<Item = String>,
    ) -> Self {
        let buyers = job.record.spec.blobs.iter().map(ToString::to_string);
        Self::new(fetcher.clone(), buyers.chain(providers).collect())
    }

    /// The program of this root, decoded and validated.
    ///
    /// # Errors
    /// [`MaterialError`]; hopeless if it is invalid.
    pub async fn program(&self, root: ProgramRoot) -> Result<ValidProgram, MaterialError> {
        let id = BlobId::program(root.0);
        let reason = DeclineReason::ProgramUnavailable;
        let file = self.read(&id, &Expected::Program, reason).await?;
        let program = Program::decode(&file).map_err(MaterialError::invalid)?;
        program.validate().map_err(MaterialError::invalid)
    }

    /// A program's constants.
    ///
    /// # Errors
    /// [`MaterialError`].
    pub async fn constants(
        &self,
        root: ConstantsRoot,
        types: &[TensorType],
    ) -> Result<Vec<Tensor>, MaterialError> {
        if types.is_empty() {
            return Ok(Vec::new());
        }
        let (id, expected) = (
            BlobId::constants(root.0),
            Expected::Constants(types.to_vec()),
        );
        let reason = DeclineReason::DataUnavailable;
        let bytes = self.read(&id, &expected, reason).await?;
        state_from_bytes(types, &bytes).map_err(MaterialError::invalid)
    }

    /// A dataset tensor.
    ///
    /// # Errors
    /// [`MaterialError`].
    pub async fn dataset(&self, root: TensorRoot, ty: TensorType) -> Result<Tensor, MaterialError> {
        let (id, expected) = (BlobId::tensor(root.0), Expected::Tensor(ty));
        let reason = DeclineReason::DataUnavailable;
        let bytes = self.read(&id, &expected, reason).await?;
        tensor_from_bytes(ty, &bytes).map_err(MaterialError::invalid)
    }

    /// Makes sure that a state of these slots is in the store.
    ///
    /// # Errors
    /// [`MaterialError`].
    pub async fn store_state(
        &self,
        root: StateRoot,
        slots: &[TensorType],
    ) -> Result<(), MaterialError> {
        let (id, expected) = (BlobId::state(root.0), Expected::State(slots.to_vec()));
        let stored = self.fetcher.fetch(&id, &expected, &self.locations).await;
        stored.map_err(|error| MaterialError::fetch(error, DeclineReason::StateUnavailable))
    }

    async fn read(
        &self,
        id: &BlobId,
        expected: &Expected,
        reason: DeclineReason,
    ) -> Result<Vec<u8>, MaterialError> {
        let read = self.fetcher.read(id, expected, &self.locations).await;
        read.map_err(|error| MaterialError::fetch(error, reason))
    }
}

/// The endpoint of the provider that has or had a segment.
async fn endpoint_of(
    chain: &ChainClient,
    job: &JobView<Account>,
    segment: SegmentIndex,
) -> Result<Option<String>, ChainError> {
    let page = chain.segments(job.id, segment, 1, At::Best).await?;
    let Some(segment) = page.items.first() else {
        return Ok(None);
    };
    let provider = chain.provider(segment.status.provider(), At::Best).await?;
    Ok(provider.map(|view| view.provider.endpoint.to_string()))
}
