//! The memory that a defence takes.

use anyhow::{ensure, Result};
use assay_prover::synthetic::LongInterval;
use assay_testing::Counting;
use serde::Serialize;

/// A defender's memory, beside what one step of its job has.
#[derive(Debug, Serialize)]
pub struct Memory {
    /// Bytes of all values that one step computes.
    pub step_bytes: u64,
    /// Bytes of the state.
    pub state_bytes: u64,
    /// The most that a defence takes, by steps of the interval.
    pub peak_bytes: Vec<Peak>,
}

/// The most memory that the defence of an interval takes.
#[derive(Debug, Serialize)]
pub struct Peak {
    /// Steps of the interval.
    pub steps: u32,
    /// In bytes.
    pub bytes: usize,
}

/// Defends intervals of different lengths.
pub fn measure() -> Result<Memory> {
    let first = LongInterval::new(1)?;
    // The process's thread pool is made once.
    first.defend()?;
    let peaks = [8, 64, 512].into_iter().map(peak);
    Ok(Memory {
        step_bytes: first.values(),
        state_bytes: first.state(),
        peak_bytes: peaks.collect::<Result<_>>()?,
    })
}

fn peak(steps: u32) -> Result<Peak> {
    let interval = LongInterval::new(steps)?;
    let (verdict, bytes) = Counting::peak(|| interval.defend());
    let verdict = verdict?;
    ensure!(verdict.winner == assay_game::Party::Defender, "{verdict:?}");
    Ok(Peak { steps, bytes })
}
