//! Whole games between an honest side and a dishonest one, over random programs with every operator: the honest side wins, in
//! bounded time, and the verdict names what was wrong.

mod fault;
mod job;
mod players;
mod rng;
mod story;
mod table;

use assay_commitment::{StateRoot, TraceRoot};
use assay_game::{Entry, Party, Reason};
use assay_numerics::{TileIndex, TILE};
use assay_prover::entry;
use fault::{Alteration, Fault};
use job::Job;
use players::{Believer, Rogue};
use rng::Rng;
use std::{collections::BTreeMap, sync::Arc};
use story::{Forgery, Shown, Story};
use table::{play, Played};

/// Games of each test.
const GAMES: u64 = if cfg!(feature = "slow-tests") {
    50_000
} else {
    1_000
};
/// Operators that have a fold.
const OPERATORS: usize = 17;
/// Games on each job.
const GAMES_PER_JOB: u64 = 10;

/// A segment told with a random fault; `None` if the fault changes nothing that is committed.
fn told(job: &Arc<Job>, rng: &mut Rng) -> Option<(Arc<Story>, usize, Fault, Forgery)> {
    let step = rng.below(job.steps() as u64) as usize;
    let fault = Fault::random(job, step, rng)?;
    let forgery = forgery(rng);
    let story = Story::new(job.clone(), step, fault.clone(), forgery);
    let changed = job.interval_roots(&story.roots) != job.interval_roots(&job.roots);
    changed.then(|| (Arc::new(story), step, fault, forgery))
}

fn forgery(rng: &mut Rng) -> Forgery {
    let level = rng.pick(&[Shown::Steps, Shown::Operators, Shown::Tiles]);
    match rng.below(12) {
        0 => Forgery::Dims,
        1 => Forgery::Dtype,
        2 => Forgery::Padding(level.unwrap()),
        3 => Forgery::Children(level.unwrap()),
        4..8 => Forgery::Fold(rng.next() as u8),
        _ => Forgery::None,
    }
}

/// How the challenger opens the game, with the roots that the defender committed, which it serves or not.
fn opening(own: &[StateRoot], claimed: &[StateRoot], trace: [u8; 32], rng: &mut Rng) -> Entry {
    let published = rng.one_in(2).then_some(claimed);
    entry(own, TraceRoot(trace), published).expect("the commitment is wrong")
}

/// Checks that a verdict by proof names the fault.
fn assert_names(job: &Job, played: &Played, step: usize, fault: &Fault, forgery: Forgery) {
    let place = |interval, in_interval: u32| job.first(interval) + in_interval as usize;
    match played.verdict.reason {
        Reason::TimeOut => {}
        Reason::Slot {
            interval,
            step: at,
            slot,
            ..
        } => {
            assert_eq!(place(interval, at), step);
            match fault {
                Fault::Exchanged { a, b } => assert!([*a, *b].contains(&(slot as usize))),
                fault => assert_eq!(*fault, Fault::Skipped),
            }
        }
        Reason::Proof {
            interval,
            step: at,
            node,
            tile,
            block,
            claimed,
            computed,
        } => {
            assert_eq!(place(interval, at), step);
            assert_ne!(claimed, computed);
            let operation = job.work.node(node).unwrap().operation();
            let dims = operation.output.dims;
            let blocks = operation.blocks(TileIndex::of_tile(dims, tile).unwrap());
            let expected = match forgery {
                Forgery::Fold(part) => u32::from(part) * blocks / 256,
                _ => blocks - 1,
            };
            assert_eq!(block, expected);
            let Fault::Nodes(nodes) = fault else {
                assert!(matches!(fault, Fault::Stale { .. }));
                return;
            };
            let how = nodes.iter().find(|(altered, _)| *altered == node);
            let (_, how) = how.expect("the node named is a faulty one");
            if let Alteration::Element { element, .. } = how {
                let (rows, cols) = (dims.rows() as usize, dims.cols() as usize);
                let (row, col) = (element / cols % rows, element % cols);
                let at = TileIndex {
                    batch: (element / cols / rows) as u64,
                    tile_row: row as u32 / TILE,
                    tile_col: col as u32 / TILE,
                };
                assert_eq!(tile, at.number(dims));
            }
        }
    }
}

/// Plays games on random jobs until there were enough; `game` says whether it played one.
fn series(first_seed: u64, mut game: impl FnMut(&Arc<Job>, &mut Rng) -> bool) {
    let (mut played, mut seed) = (0, first_seed);
    while played < GAMES {
        let mut rng = Rng::new(seed);
        let job = Arc::new(Job::random(seed, &mut rng));
        for _ in 0..GAMES_PER_JOB {
            let game_seed = rng.next();
            let _told = Told { seed, game_seed };
            played += u64::from(game(&job, &mut Rng::new(game_seed)));
        }
        seed += 1;
    }
}

/// Says which game failed.
struct Told {
    seed: u64,
    game_seed: u64,
}

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("job {}, game {:#x}", self.seed, self.game_seed);
        }
    }
}

#[test]
fn every_wrong_segment_is_convicted() {
    let mut reasons = [0u64; 3];
    let mut convicted: BTreeMap<&str, u64> = BTreeMap::new();
    series(0, |job, rng| {
        let Some((story, step, fault, forgery)) = told(job, rng) else {
            return false;
        };
        let claim = job.claim(&story.roots);
        let own = job.interval_roots(&job.roots);
        let claimed = job.interval_roots(&story.roots);
        let entry = opening(&own, &claimed, claim.trace, rng);
        let mut defender = Rogue {
            inner: Believer::new(story, false, rng),
            rng: Rng::new(rng.next()),
            random: false,
            silent: 200,
        };
        let mut challenger = Believer::new(job.clone(), true, rng);
        let played = play(&claim, entry, &mut defender, &mut challenger, rng);
        let what = format!(
            "{fault:?} in step {step} with {forgery:?}: {:?}",
            played.verdict
        );
        assert_eq!(played.verdict.winner, Party::Challenger, "{what}");
        assert_names(job, &played, step, &fault, forgery);
        let reason = match played.verdict.reason {
            Reason::TimeOut => 0,
            Reason::Slot { .. } => 1,
            Reason::Proof { node, .. } => {
                let name = job.work.node(node).unwrap().op.name();
                *convicted.entry(name).or_default() += 1;
                2
            }
        };
        reasons[reason] += 1;
        true
    });
    // Each way in which a game can end has been taken, and every operator has been judged.
    assert!(
        reasons.iter().all(|count| *count > GAMES / 100),
        "{reasons:?}"
    );
    assert_eq!(convicted.len(), OPERATORS, "{convicted:?}");
}

#[test]
fn no_honest_segment_is_convicted() {
    series(1 << 32, |job, rng| {
        let claim = job.claim(&job.roots);
        let intervals = claim.intervals();
        let entry = match rng.one_in(2) {
            true => Entry::Segment,
            false => Entry::Interval(assay_protocol::IntervalIndex(
                rng.below(intervals.into()) as u32
            )),
        };
        let mut defender = Believer::new(job.clone(), true, rng);
        let rogue = |inner, rng: &mut Rng| Rogue {
            inner,
            rng: Rng::new(rng.next()),
            random: rng.one_in(2),
            silent: 50,
        };
        // The challenger believes in a fault that is none, or has no belief at all.
        let step = rng.below(job.steps() as u64) as usize;
        let fault = Fault::random(job, step, rng).unwrap_or(Fault::Skipped);
        let forgery = forgery(rng);
        let story = Arc::new(Story::new(job.clone(), step, fault, forgery));
        let mut challenger = rogue(Believer::new(story, false, rng), rng);
        let played = play(&claim, entry, &mut defender, &mut challenger, rng);
        assert_eq!(
            played.verdict.winner,
            Party::Defender,
            "{:?}",
            played.verdict
        );
        if let Reason::Proof {
            claimed, computed, ..
        } = played.verdict.reason
        {
            assert_eq!(claimed, computed);
        }
        true
    });
}
