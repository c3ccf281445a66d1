//! A job as a buyer submits it.

use crate::support::hash;
use assay_protocol::{
    ConstantsRoot, DeclaredWork, JobSpec, JobSubmission, NodeTreeRoot, ProgramHeader, Requirements,
    Schedule, StateRoot, StepCount, TensorRoot, Url, UNIT,
};

/// One that a chain takes.
pub fn submission() -> JobSubmission {
    let datasets = vec![TensorRoot(hash(1)), TensorRoot(hash(2))];
    let blobs = vec![Url::parse("https://example.org/job").expect("a location")];
    JobSubmission {
        spec: JobSpec {
            header: ProgramHeader {
                version: 1,
                flags: 0,
                seed: [7; 32],
                nodes: 20,
                slots: 4,
                inputs: 2,
                constants: 1,
                constants_root: ConstantsRoot(hash(3)),
            },
            node_tree_root: NodeTreeRoot(hash(4)),
            start_state: StateRoot(hash(5)),
            datasets: datasets.try_into().expect("at most 16"),
            dataset_rows: 1_000,
            batch_size: 32,
            schedule: Schedule {
                total_steps: StepCount(25),
                steps_per_segment: 10,
                steps_per_interval: 4,
            },
            work: DeclaredWork {
                flops_per_step: 1_000_000,
                bytes_per_step: 1_000_000,
                memory_bytes: 1 << 20,
            },
            seconds_per_segment: 10,
            price_per_segment: UNIT,
            requirements: Requirements {
                memory_bytes: 1 << 20,
                ..Requirements::default()
            },
            blobs: blobs.try_into().expect("at most 4"),
            max_pause: 100,
        },
        escrow: 2 * UNIT,
    }
}
