//! Two sides in turns.

use anyhow::Result;
use assay_bench::median;
use std::time::Duration;

/// How long a turn should take.
const TURN: Duration = Duration::from_millis(150);

/// Runs its work some times over and says how long that took.
pub type Side<'a> = &'a mut dyn FnMut(u32) -> Result<Duration>;

/// Median seconds that each side takes for its work once, in `rounds` turns.
pub fn seconds(rounds: u32, ours: Side<'_>, peer: Side<'_>) -> Result<(f64, f64)> {
    let (our_times, peer_times) = (times_of_a_turn(ours)?, times_of_a_turn(peer)?);
    let (mut our_seconds, mut peer_seconds) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_seconds.push(ours(our_times)?.as_secs_f64() / f64::from(our_times));
        peer_seconds.push(peer(peer_times)?.as_secs_f64() / f64::from(peer_times));
    }
    Ok((median(&mut our_seconds), median(&mut peer_seconds)))
}

/// How often the work fits into a turn.
fn times_of_a_turn(run: Side<'_>) -> Result<u32> {
    let mut times = 1;
    loop {
        let took = run(times)?;
        if took > TURN / 4 {
            let wanted = f64::from(times) * TURN.as_secs_f64() / took.as_secs_f64();
            return Ok(wanted.ceil() as u32);
        }
        times *= 2;
    }
}
