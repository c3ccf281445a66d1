//! What state roots cost of training: steps with a root at each interval's end, beside steps without.

use crate::report::Measurement;
use crate::train::{Model, Ours, Training, MODELS};
use crate::turns;
use anyhow::{Context, Result};
use assay_engine::Snapshot;
use std::cell::RefCell;
use std::hint::black_box;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Measures every model whose name contains `only`, in steps a second: with roots computed between steps, and with roots
/// computed beside the next interval's steps, both at the interval that a job has by default.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let mut results = Vec::new();
    for (name, model) in MODELS.iter().filter(|(name, _)| name.contains(only)) {
        let steps = model.alone()?.default_interval();
        for (how, place) in [("between", Place::Between), ("beside", Place::Beside)] {
            let name = format!("{name}-{how}-{steps}-steps");
            results.push(beside(name, model, steps, place, rounds)?);
        }
    }
    Ok(results)
}

/// When an interval's root is computed.
#[derive(Clone, Copy)]
enum Place {
    /// Before the next step is taken.
    Between,
    /// While the next interval's steps are taken.
    Beside,
}

/// One run takes both sides' turns: where a second one happens to lie in memory can make it slower by more than roots cost.
fn beside(
    name: String,
    model: &Model,
    steps: u32,
    place: Place,
    rounds: u32,
) -> Result<Measurement> {
    let run = RefCell::new(model.alone()?);
    let mut with_roots = |intervals: u32| match place {
        Place::Between => between(&mut run.borrow_mut(), steps, intervals),
        Place::Beside => overlapped(&mut run.borrow_mut(), steps, intervals),
    };
    let mut without = |intervals: u32| run.borrow_mut().run(intervals * steps);
    let (ours, peer) = turns::seconds(rounds, &mut with_roots, &mut without)?;
    let rate = |seconds: f64| f64::from(steps) / seconds;
    Ok(Measurement::new(name, rate(ours), rate(peer), "steps/s"))
}

/// Intervals with a root after each.
fn between(run: &mut Ours, steps: u32, intervals: u32) -> Result<Duration> {
    let begun = Instant::now();
    for _ in 0..intervals {
        run.run(steps)?;
        black_box(run.root());
    }
    Ok(begun.elapsed())
}

/// Intervals whose roots another thread has computed, as the worker does it: one snapshot goes to and fro.
fn overlapped(run: &mut Ours, steps: u32, intervals: u32) -> Result<Duration> {
    let (full, snapshots) = mpsc::channel::<Snapshot>();
    let (hashed, empty) = mpsc::channel();
    hashed.send(run.snapshot()?)?;
    // The closure drops the way to the other thread, which then ends.
    std::thread::scope(move |scope| {
        scope.spawn(move || {
            for snapshot in snapshots {
                black_box(snapshot.root());
                if hashed.send(snapshot).is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        for _ in 0..intervals {
            run.run(steps)?;
            let mut snapshot = empty.recv().context("hashing broke off")?;
            run.set_aside(&mut snapshot)?;
            full.send(snapshot)?;
        }
        // The last root is waited for.
        let _last = empty.recv().context("hashing broke off")?;
        Ok(begun.elapsed())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_cost_something_and_not_all() {
        let results = measure(1, "digits").unwrap();
        assert_eq!(results.len(), 2);
        assert!(results.iter().all(|result| result.ratio > 0.0));
    }

    /// What is set aside has the root of the state, whatever came after.
    #[test]
    fn a_root_beside_steps_is_the_state_s() {
        let (_, model) = &MODELS[0];
        let mut run = model.alone().unwrap();
        let mut snapshot = run.snapshot().unwrap();
        for _ in 0..3 {
            run.run(2).unwrap();
            let root = run.root();
            run.set_aside(&mut snapshot).unwrap();
            run.run(1).unwrap();
            assert_eq!(snapshot.root(), root);
        }
    }
}
