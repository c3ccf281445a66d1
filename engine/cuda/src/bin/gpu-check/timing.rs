//! Timings: products beside cuBLAS, steps, hashing. Each is the median of several runs; where there is a peer, both take turns.

use crate::cases::single;
use crate::cublas;
use crate::jobs::{classifier, transformer};
use crate::programs::on_device;
use crate::random::{Random, Values};
use crate::report::Report;
use anyhow::Error;
use assay_cuda::device::{Device, Engine, Options};
use assay_numerics::{Dims, Op, Operation, Tensor, TensorType};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Runs of which the median counts.
const RUNS: usize = 5;

/// Measures everything on GPU `number`. `peer_steps` are a peer's rates of the training steps, in steps a second.
pub fn measure(
    device: &Arc<Device>,
    number: usize,
    peer_steps: &BTreeMap<String, f64>,
    report: &mut Report,
) -> anyhow::Result<()> {
    for [m, k, n] in [
        [512, 512, 512],
        [1024, 1024, 1024],
        [2048, 2048, 2048],
        [4096, 4096, 4096],
        [8192, 8192, 8192],
        [128, 4096, 4096],
        [512, 16_384, 512],
    ] {
        product(device, number, [m, k, n], report)?;
    }
    for (name, job) in [
        ("classifier", classifier().map_err(Error::from_boxed)?),
        ("transformer", transformer().map_err(Error::from_boxed)?),
    ] {
        let mut engine = on_device(&job, device)?;
        let seconds = median(&mut engine, 200)?;
        let name = format!("{name} step");
        let peer = peer_steps.get(&name).copied();
        report.measured(name, 1.0 / seconds, peer, "steps/s");
    }
    hashing(device, report)
}

/// The median time of a step over some runs of `steps` each, after one run to warm up.
fn median(engine: &mut Engine, steps: u64) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        times.push(seconds(steps, || run(engine, steps))?);
    }
    Ok(middle(times))
}

fn run(engine: &mut Engine, steps: u64) -> anyhow::Result<()> {
    (0..steps).try_for_each(|step| engine.step(step))?;
    Ok(engine.synchronize()?)
}

/// Seconds that each of `steps` takes, which `work` does and waits for.
fn seconds(steps: u64, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() / steps as f64)
}

/// The median of all times but the first.
fn middle(mut times: Vec<f64>) -> f64 {
    times.remove(0);
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn product(
    device: &Arc<Device>,
    number: usize,
    [m, k, n]: [u32; 3],
    report: &mut Report,
) -> anyhow::Result<()> {
    let ty = |rows, cols| Dims::matrix(rows, cols).map(TensorType::f32);
    let operation = Operation {
        op: Op::MatMul {
            transpose_a: false,
            transpose_b: false,
        },
        inputs: vec![ty(m, k)?, ty(k, n)?],
        output: ty(m, n)?,
    };
    let mut random = Random(3);
    let mut data = Vec::new();
    for ty in &operation.inputs {
        data.push(random.tensor(*ty, Values::Tame));
    }
    let program = single(&operation, [0; 32]).map_err(Error::msg)?;
    let state = [Tensor::zeros(operation.output)];
    let options = Options::default();
    let mut engine = Engine::new(device.clone(), &program, &[], &data, &state, options)?;
    let operations = 2.0 * f64::from(m) * f64::from(k) * f64::from(n);
    let steps = (2e11 / operations).clamp(3.0, 300.0) as u64;
    let operands = [&data[0], &data[1]].map(|x| bytemuck::cast_slice(x.words()));
    let mut peer = cublas::Product::new(number, [m, k, n], operands)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        ours.push(seconds(steps, || run(&mut engine, steps))?);
        if let Some(peer) = &mut peer {
            theirs.push(seconds(steps, || peer.run(steps))?);
        }
    }
    let name = format!("product {m} x {k} x {n}");
    if let Some(peer) = &peer {
        compare(&name, &engine.state()?[0], &peer.output()?)?;
    }
    let rate = |times: Vec<f64>| operations / middle(times) / 1e9;
    let peer = peer.map(|_| rate(theirs));
    report.measured(name, rate(ours), peer, "GFLOP/s");
    Ok(())
}

/// Fails unless both sides have computed the same product, each in its own order.
fn compare(name: &str, ours: &Tensor, theirs: &[f32]) -> anyhow::Result<()> {
    let ours: &[f32] = bytemuck::cast_slice(ours.words());
    let largest = theirs.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let pairs = ours.iter().zip(theirs);
    let worst = pairs.fold(0.0f32, |worst, (x, y)| worst.max((x - y).abs()));
    anyhow::ensure!(
        worst <= 1e-4 * largest,
        "{name}: cuBLAS differs by {worst}, the largest element is {largest}"
    );
    Ok(())
}

/// The root of a state of 1 GB.
fn hashing(device: &Arc<Device>, report: &mut Report) -> anyhow::Result<()> {
    let ty = TensorType::f32(Dims::matrix(16_384, 16_384)?);
    let operation = Operation {
        op: Op::Reshape,
        inputs: vec![ty],
        output: ty,
    };
    let program = single(&operation, [0; 32]).map_err(Error::msg)?;
    let data = [Tensor::zeros(ty)];
    let options = Options::default();
    let engine = Engine::new(device.clone(), &program, &[], &data, &data, options)?;
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        let start = Instant::now();
        engine.state_root()?;
        times.push(start.elapsed().as_secs_f64());
    }
    let seconds = middle(times);
    report.measured(
        "state root of 1.07 GB".to_owned(),
        seconds * 1e3,
        None,
        "ms",
    );
    report.measured(
        "hashing".to_owned(),
        ty.bytes() as f64 / seconds / 1e9,
        None,
        "GB/s",
    );
    Ok(())
}
