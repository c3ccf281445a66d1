//! Decisions against a chain that is the protocol's own state machine: under crashes, forks, lost and late transactions the
//! job is finished, with the right roots, and no intent is ever signed twice at a time.

mod chain;
mod random;
mod rules;
mod sim;

use assay_client::Account;
use assay_protocol::{
    DeclaredWork, DeviceClass, JobSpec, Params, ProgramHeader, Requirements, Schedule,
    SegmentIndex, StateRoot, StepCount, Url, UNIT,
};

const US: Account = Account([7; 32]);
const OTHER: Account = Account([9; 32]);

fn spec() -> JobSpec {
    JobSpec {
        header: ProgramHeader {
            version: 1,
            nodes: 4,
            slots: 1,
            ..ProgramHeader::default()
        },
        node_tree_root: Default::default(),
        start_state: StateRoot([1; 32]),
        datasets: Default::default(),
        dataset_rows: 10,
        batch_size: 2,
        schedule: Schedule {
            total_steps: StepCount(25),
            steps_per_segment: 10,
            steps_per_interval: 4,
        },
        work: DeclaredWork {
            flops_per_step: 1,
            bytes_per_step: 1,
            memory_bytes: 1,
        },
        seconds_per_segment: 10,
        price_per_segment: UNIT,
        requirements: Requirements {
            device: DeviceClass::Cpu,
            memory_bytes: 1,
            min_stake: 0,
        },
        blobs: vec![Url::parse("http://localhost:1").unwrap()]
            .try_into()
            .unwrap(),
        max_pause: 10,
    }
}

fn params() -> Params {
    let mut params = Params::default();
    params.segments.challenge_window = 4;
    params.segments.pipeline_limit = 2;
    params.assignment.open_limit = 1_000_000;
    params.assignment.accept_window = 1_000_000;
    params
}

/// The state after a segment that starts from `start`: any function of both will do.
fn trained(start: StateRoot, segment: SegmentIndex) -> StateRoot {
    let mut root = start.0;
    root[0] = root[0].wrapping_mul(31).wrapping_add(segment.0 as u8 + 1);
    root[1] = root[1].wrapping_add(1);
    StateRoot(root)
}
