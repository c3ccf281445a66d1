//! Which blobs strangers may send: those of jobs that this worker may take, and nothing else.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use assay_blobs::{BlobId, BlobStore, Expected, Uploads};
use assay_client::Account;
use assay_program::{estimate, Program, ValidProgram};
use assay_protocol::JobView;
use async_trait::async_trait;

use crate::material::defence_bytes;

/// The blobs that are wanted now. Cloning is cheap; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    blobs: Arc<RwLock<HashMap<BlobId, Expected>>>,
    /// The programs of wanted jobs that are here and valid.
    programs: Arc<RwLock<HashMap<BlobId, Arc<ValidProgram>>>>,
}

#[async_trait]
impl Uploads for Wanted {
    async fn expected(&self, id: &BlobId) -> Option<Expected> {
        self.blobs
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(id)
            .cloned()
    }
}

impl Wanted {
    /// Wants the blobs of these jobs and no others: the program first, and once it is here and valid whatever it reads,
    /// with the sizes that it gives.
    pub async fn set(&self, store: &BlobStore, jobs: &[JobView<Account>], memory_bytes: u64) {
        let (mut blobs, mut programs) = (HashMap::new(), HashMap::new());
        for job in jobs {
            let program = BlobId::program(job.record.program_root.0);
            blobs.insert(program, Expected::Program);
            let Some(valid) = self.program(store, &program).await else {
                continue;
            };
            if defence_bytes(&estimate(&valid)) <= memory_bytes {
                blobs.extend(read_by(valid.get(), job));
            }
            programs.insert(program, valid);
        }
        *self
            .programs
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = programs;
        *self
            .blobs
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = blobs;
    }
}

impl Wanted {
    /// A program that is here and valid; read once.
    async fn program(&self, store: &BlobStore, id: &BlobId) -> Option<Arc<ValidProgram>> {
        let known = self
            .programs
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(id)
            .cloned();
        match known {
            Some(known) => Some(known),
            None => stored(store, id).await.map(Arc::new),
        }
    }
}

async fn stored(store: &BlobStore, id: &BlobId) -> Option<ValidProgram> {
    if !store.contains(id).await.ok()? {
        return None;
    }
    let file = store.read(id, &Expected::Program).await.ok()?;
    Program::decode(&file).ok()?.validate().ok()
}

/// The blobs that a job's program reads.
fn read_by(program: &Program, job: &JobView<Account>) -> Vec<(BlobId, Expected)> {
    let spec = &job.record.spec;
    let datasets = spec.datasets.iter().zip(&program.inputs);
    let mut blobs: Vec<_> = datasets
        .map(|(root, ty)| (BlobId::tensor(root.0), Expected::Tensor(*ty)))
        .collect();
    blobs.push((
        BlobId::state(job.resume.state.0),
        Expected::State(program.slots.clone()),
    ));
    if !program.constants.is_empty() {
        blobs.push((
            BlobId::constants(spec.header.constants_root),
            Expected::Constants(program.constants.clone()),
        ));
    }
    blobs
}
