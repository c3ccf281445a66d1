//! Training steps of both sides in turns.

use crate::case::{Case, CASES};
use crate::ours::Ours;
use crate::peer::Peer;
use crate::report::{Machine, Measurement, Report};
use anyhow::{ensure, Result};
use std::time::Duration;

/// How long a turn should take.
const TURN: Duration = Duration::from_millis(150);
/// Steps after which the losses are compared: they must be the same training, or the speeds mean nothing.
const SAME_STEPS: u32 = 10;
/// Largest relative difference of the losses then.
const SAME_LOSS: f32 = 1e-3;

/// Measures every case whose name contains `only`.
pub fn run(rounds: u32, only: &str) -> Result<Report> {
    let cases = CASES.iter().filter(|case| case.name.contains(only));
    let results: Vec<Measurement> = cases
        .map(|case| measure(case, rounds))
        .collect::<Result<_>>()?;
    ensure!(!results.is_empty(), "no case's name contains {only:?}");
    Ok(Report::new(Machine::here()?, results))
}

fn measure(case: &Case, rounds: u32) -> Result<Measurement> {
    let values = case.values();
    let (mut ours, mut peer) = (Ours::new(case, &values)?, Peer::new(case, &values)?);
    ours.run(SAME_STEPS)?;
    peer.run(SAME_STEPS)?;
    let loss = ours.loss(SAME_STEPS as usize - 1).unwrap_or(f32::NAN);
    let difference = (loss - peer.loss).abs() / peer.loss.abs();
    ensure!(
        difference < SAME_LOSS,
        "{}: our loss is {loss} where candle's is {}",
        case.name,
        peer.loss
    );

    let our_steps = steps_of_a_turn(|steps| ours.run(steps))?;
    let peer_steps = steps_of_a_turn(|steps| peer.run(steps))?;
    let (mut our_times, mut peer_times) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_times.push(ours.run(our_steps)?.as_secs_f64() / f64::from(our_steps));
        peer_times.push(peer.run(peer_steps)?.as_secs_f64() / f64::from(peer_steps));
    }
    let batch = f64::from(case.batch);
    Ok(Measurement::new(
        case.name,
        batch / median(&mut our_times),
        batch / median(&mut peer_times),
    ))
}

/// How many steps fill a turn.
fn steps_of_a_turn(mut run: impl FnMut(u32) -> Result<Duration>) -> Result<u32> {
    let mut steps = 4;
    loop {
        let took = run(steps)?;
        if took > TURN / 4 {
            let wanted = f64::from(steps) * TURN.as_secs_f64() / took.as_secs_f64();
            return Ok(wanted.ceil() as u32);
        }
        steps *= 2;
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    if times.len() % 2 == 1 {
        times[middle]
    } else {
        (times[middle - 1] + times[middle]) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    /// Both sides train the same model: the check of the losses passes.
    #[test]
    fn both_sides_train_the_same_model() {
        let report = run(1, "digits").unwrap();
        assert_eq!(report.results.len(), 1);
        assert!(report.results[0].ratio > 0.0);
    }
}
