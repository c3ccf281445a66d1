//! Timings: products beside cuBLAS, steps beside PyTorch, hashing. What is timed must have computed the processor's bits.

use crate::cases::single;
use crate::cublas;
use crate::jobs::Job;
use crate::models::{Model, MODELS};
use crate::programs;
use crate::random::{Random, Values};
use crate::report::{Measured, Report};
use crate::torch;
use crate::turns::{self, Side};
use anyhow::Error;
use assay_cuda::device::{Device, Engine};
use assay_cuda::launch::Overlap;
use assay_numerics::{Dims, Op, Operation, Tensor, TensorType};
use std::sync::Arc;
use std::time::Instant;

/// Products that are timed: rows, terms, columns, and whether either factor is stored transposed.
const PRODUCTS: [([u32; 3], [bool; 2]); 10] = [
    ([512, 512, 512], [false, false]),
    ([1024, 1024, 1024], [false, false]),
    ([2048, 2048, 2048], [false, false]),
    ([4096, 4096, 4096], [false, false]),
    ([8192, 8192, 8192], [false, false]),
    ([128, 4096, 4096], [false, false]),
    ([512, 16_384, 512], [false, false]),
    // What a layer takes: forward, and for its gradients.
    ([2048, 2048, 2048], [false, true]),
    ([2048, 2048, 2048], [true, false]),
    ([2048, 2048, 2048], [true, true]),
];
/// Steps after which state roots and losses are compared.
const SAME_STEPS: u32 = 10;
/// Largest relative difference of the losses then.
const SAME_LOSS: f32 = 1e-3;

/// How to measure.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Number of the GPU.
    pub number: usize,
    /// Turns of each side, at least one.
    pub rounds: u32,
    /// Only what has this in its name.
    pub only: String,
    /// What starts Python.
    pub python: String,
}

/// Measures everything whose name is asked for; stops where a device's bits differ from the processor's.
pub fn measure(
    device: &Arc<Device>,
    settings: &Settings,
    report: &mut Report,
) -> anyhow::Result<()> {
    for ([m, k, n], transposed) in PRODUCTS {
        let form = transposed.map(|is| if is { 't' } else { 'n' });
        let name = format!("product-{}-{m}x{k}x{n}", String::from_iter(form));
        if name.contains(&settings.only) {
            product(device, settings, &name, [m, k, n], transposed, report)?;
        }
    }
    for (name, model) in MODELS {
        if name.contains(&settings.only) {
            steps(device, settings, name, &model, report)?;
        }
    }
    let name = "state-root-1-gb";
    match name.contains(&settings.only) {
        true => hashing(device, settings, name, report),
        false => Ok(()),
    }
}

/// The job on the device, if the roots of its first steps are the processor's.
fn checked(
    device: &Arc<Device>,
    job: &Job,
    steps: u32,
    name: &str,
    report: &mut Report,
) -> anyhow::Result<Engine> {
    let mut engine = programs::on_device(job, device)?;
    let difference = programs::difference(&mut engine, job, steps.into())?;
    let name = format!("{name}, {steps} steps");
    anyhow::ensure!(
        report.check(name, difference),
        "what is to be timed differs from the processor"
    );
    Ok(engine)
}

fn run(engine: &mut Engine, times: u64) -> anyhow::Result<f64> {
    let start = Instant::now();
    for step in 0..times {
        engine.step(step)?;
    }
    engine.synchronize()?;
    Ok(start.elapsed().as_secs_f64())
}

fn product(
    device: &Arc<Device>,
    settings: &Settings,
    name: &str,
    [m, k, n]: [u32; 3],
    [transpose_a, transpose_b]: [bool; 2],
    report: &mut Report,
) -> anyhow::Result<()> {
    let ty = |rows, cols| Dims::matrix(rows, cols).map(TensorType::f32);
    let operation = Operation {
        op: Op::MatMul {
            transpose_a,
            transpose_b,
        },
        inputs: vec![
            if transpose_a { ty(k, m)? } else { ty(m, k)? },
            if transpose_b { ty(n, k)? } else { ty(k, n)? },
        ],
        output: ty(m, n)?,
    };
    let job = job(&operation)?;
    let mut engine = checked(device, &job, 1, name, report)?;
    let operands = [&job.data[0], &job.data[1]].map(|x| bytemuck::cast_slice(x.words()));
    let transposed = [transpose_a, transpose_b];
    let mut peer = cublas::Product::new(settings.number, [m, k, n], transposed, operands)?;
    if let Some(peer) = &mut peer {
        peer.run(1)?;
        compare(name, &engine.state()?[0], &peer.output()?)?;
    }
    let mut ours = |times| run(&mut engine, times);
    let mut theirs = peer.as_mut().map(|peer| |times| peer.run(times));
    let theirs = theirs.as_mut().map(|peer| peer as Side<'_>);
    let seconds = turns::seconds(settings.rounds, &mut ours, theirs)?;
    let operations = 2.0 * f64::from(m) * f64::from(k) * f64::from(n);
    let measured = Measured::new(name, operations / 1e9, seconds, "GFLOP/s");
    report.measured(measured.beside(peer.map(|peer| peer.name())));
    Ok(())
}

/// A program of one operation on random data.
fn job(operation: &Operation) -> anyhow::Result<Job> {
    let mut random = Random(3);
    let inputs = operation.inputs.iter();
    Ok(Job {
        program: single(operation, [0; 32], Overlap::Apart).map_err(Error::msg)?,
        constants: Vec::new(),
        data: inputs.map(|ty| random.tensor(*ty, Values::Tame)).collect(),
        state: vec![Tensor::zeros(operation.output)],
    })
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

/// Training steps, beside PyTorch's of the same model, numbers, batches and optimizer.
fn steps(
    device: &Arc<Device>,
    settings: &Settings,
    name: &str,
    model: &Model,
    report: &mut Report,
) -> anyhow::Result<()> {
    let training = model.training().map_err(Error::from_boxed)?;
    let mut engine = checked(device, &training.job, SAME_STEPS, name, report)?;
    let place = format!("cuda:{}", settings.number);
    let mut peer = torch::Peer::start(&settings.python, &place, model, &training, SAME_STEPS);
    if let Some(peer) = &peer {
        let last = SAME_STEPS as usize - 1;
        let loss = engine.slot_words(training.parameters.end, last..last + 1)?;
        same_loss(name, f32::from_bits(loss[0]), peer.loss())?;
    }
    let mut ours = |steps| run(&mut engine, steps);
    let mut theirs = peer.as_mut().map(|peer| |steps| peer.run(steps));
    let theirs = theirs.as_mut().map(|peer| peer as Side<'_>);
    let seconds = turns::seconds(settings.rounds, &mut ours, theirs)?;
    let measured = Measured::new(name, 1.0, seconds, "steps/s");
    report.measured(measured.beside(peer.map(|peer| peer.name())));
    Ok(())
}

/// Fails unless both sides train the same.
fn same_loss(name: &str, ours: f32, theirs: f32) -> anyhow::Result<()> {
    let difference = (ours - theirs).abs() / theirs.abs();
    anyhow::ensure!(
        difference < SAME_LOSS,
        "{name}: our loss is {ours} where PyTorch's is {theirs}"
    );
    Ok(())
}

/// The root of a state of 1.07 GB.
fn hashing(
    device: &Arc<Device>,
    settings: &Settings,
    name: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let ty = TensorType::f32(Dims::matrix(16_384, 16_384)?);
    let job = job(&Operation {
        op: Op::Reshape,
        inputs: vec![ty],
        output: ty,
    })?;
    let engine = checked(device, &job, 1, name, report)?;
    let mut ours = |times| {
        let start = Instant::now();
        for _ in 0..times {
            engine.state_root()?;
        }
        Ok(start.elapsed().as_secs_f64())
    };
    let seconds = turns::seconds(settings.rounds, &mut ours, None)?;
    let gigabytes = ty.bytes() as f64 / 1e9;
    report.measured(Measured::new(name, gigabytes, seconds, "GB/s"));
    Ok(())
}
