//! Programs that train, every state root against the processor's.

use crate::jobs::{classifier, transformer, Job};
use crate::report::Report;
use anyhow::Error;
use assay_cuda::device::{Device, Engine, Options};
use assay_engine::{Engine as CpuEngine, Options as CpuOptions, State};
use std::sync::Arc;

/// Compares state roots over some steps.
pub fn check(device: &Arc<Device>, steps: u64, report: &mut Report) -> anyhow::Result<()> {
    for (name, job) in [
        ("classifier", classifier().map_err(Error::from_boxed)?),
        ("transformer", transformer().map_err(Error::from_boxed)?),
    ] {
        let name = format!("{name}, {steps} steps");
        let mut engine = on_device(&job, device)?;
        report.check(name, difference(&mut engine, &job, steps)?);
    }
    Ok(())
}

/// A job on a device.
pub fn on_device(job: &Job, device: &Arc<Device>) -> anyhow::Result<Engine> {
    Ok(Engine::new(
        device.clone(),
        &job.program,
        &job.constants,
        &job.data,
        &job.state,
        Options::default(),
    )?)
}

/// The first step after which the roots differ, of an engine that has taken none.
pub fn difference(ours: &mut Engine, job: &Job, steps: u64) -> anyhow::Result<Option<String>> {
    let mut cpu = CpuEngine::new(&job.program, job.constants.clone(), CpuOptions::default())?;
    let mut state = State::new(&job.program, job.state.clone())?;
    for step in 0..steps {
        ours.step(step)?;
        cpu.step(&mut state, &job.data, step)?;
        let (found, expected) = (ours.state_root()?, cpu.state_root(&state));
        if found != expected {
            return Ok(Some(format!(
                "after step {step} the root is {found}, the processor has {expected}"
            )));
        }
    }
    Ok(None)
}
