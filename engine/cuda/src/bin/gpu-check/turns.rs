//! Two sides in turns, so that whatever else the machine does meets both alike.

/// Seconds that a turn should take.
const TURN: f64 = 0.15;

/// Does its work some times over and says how many seconds that took.
pub type Side<'a> = &'a mut dyn FnMut(u64) -> anyhow::Result<f64>;

/// Median seconds of the work once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds {
    /// Ours.
    pub ours: f64,
    /// The peer's, if there is one.
    pub peer: Option<f64>,
}

/// Lets both sides do their work in `rounds` turns, of which there is at least one, after some to find how often it fits.
pub fn seconds<'a>(rounds: u32, ours: Side<'a>, peer: Option<Side<'a>>) -> anyhow::Result<Seconds> {
    let mut sides: Vec<Side<'a>> = vec![ours];
    sides.extend(peer);
    let mut times = Vec::new();
    for side in &mut sides {
        times.push(times_of_a_turn(side)?);
    }
    let mut seconds = vec![Vec::new(); sides.len()];
    for _ in 0..rounds {
        for ((side, times), seconds) in sides.iter_mut().zip(&times).zip(&mut seconds) {
            seconds.push(side(*times)? / *times as f64);
        }
    }
    let mut medians = seconds.into_iter().map(median);
    Ok(Seconds {
        ours: medians.next().unwrap_or(f64::NAN),
        peer: medians.next(),
    })
}

/// How often the work fits into a turn.
fn times_of_a_turn(side: Side<'_>) -> anyhow::Result<u64> {
    let mut times = 1;
    loop {
        let took = side(times)?;
        if took > TURN / 4.0 {
            return Ok((times as f64 * TURN / took).ceil() as u64);
        }
        times *= 2;
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    match times.len() % 2 {
        1 => times[middle],
        _ => (times[middle - 1] + times[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_sides_take_turns() {
        let turns = RefCell::new(String::new());
        let side = |name: char, each: f64| {
            let turns = &turns;
            move |times: u64| {
                turns.borrow_mut().push(name);
                Ok(times as f64 * each)
            }
        };
        let (mut ours, mut peer) = (side('o', 0.1), side('p', 0.05));
        let found = seconds(3, &mut ours, Some(&mut peer)).unwrap();
        assert!((found.ours - 0.1).abs() < 1e-12);
        assert!((found.peer.unwrap() - 0.05).abs() < 1e-12);
        // One turn of each to find how often the work fits.
        assert_eq!(*turns.borrow(), "opopopop");
    }

    #[test]
    fn alone_there_is_no_peer() {
        let mut ours = |times: u64| Ok(times as f64 * 1e-3);
        let found = seconds(2, &mut ours, None).unwrap();
        assert_eq!(found.peer, None);
        assert!((found.ours - 1e-3).abs() < 1e-12);
    }

    #[test]
    fn a_side_that_breaks_off_is_an_error() {
        let mut ours = |_| Ok(1.0);
        let mut peer = |_| anyhow::bail!("gone");
        assert!(seconds(1, &mut ours, Some(&mut peer)).is_err());
    }
}
