//! What jobs occupy of the state, from submission to clean-up.

use crate::{blocks::play, market, report::Footprint};
use anyhow::{bail, Context, Result};
use assay_game::GameId;
use assay_protocol::{JobId, JobStatus, SegmentIndex};
use assay_prover::synthetic::Script;
use assay_runtime::{Runtime, RuntimeCall};
use assay_testing_chain::{Chain, Sender};
use pallet_assay_disputes::{Disputes, Numbers};
use pallet_assay_jobs::{Records, States};

/// Segments of the job.
const SEGMENTS: u32 = 32;
/// Blocks that anything may take here.
const PATIENCE: u32 = 2_000;

/// A job that is disputed once, at the moments of its life. It is the second, so that what the first such job leaves for good,
/// counters, is not counted. What is there at last is the agenda's entry for the time by which a provider had to be found; it goes
/// when that time comes.
pub fn measure(wasm: &[u8]) -> Result<Vec<Footprint>> {
    let script = Script::new(SEGMENTS)?;
    let mut chain = Chain::new(wasm);
    chain.make(market::register());
    live(&mut chain, &script, JobId(0))?;
    live(&mut chain, &script, JobId(1))
}

/// From submission to clean-up.
fn live(chain: &mut Chain, script: &Script, job: JobId) -> Result<Vec<Footprint>> {
    let mut moments = Moments::new(chain);
    chain.make(vec![market::submit(script)]);
    moments.note(chain, "submitted");
    chain.make(vec![market::claim(job)]);
    chain.make(vec![market::accept(job)]);
    moments.note(chain, "accepted");
    train(chain, script, job, 1)?;
    chain.make(vec![market::open(job)]);
    moments.note(chain, "first segment committed and disputed");
    let game = chain.inside(|| Numbers::<Runtime>::get(job.0));
    let game = game.context("no dispute was opened")?;
    for mv in &script.moves {
        let mv = play(chain, job, game, mv)?;
        chain.make(vec![mv]);
    }
    moments.note(chain, "dispute decided");
    train(chain, script, job, SEGMENTS)?;
    moments.note(chain, &format!("all {SEGMENTS} segments committed"));
    chain.blocks_until("end of the job", PATIENCE, || {
        let state = States::<Runtime>::get(job);
        state.is_some_and(|state| matches!(state.status, JobStatus::Ended { .. }))
    });
    moments.note(chain, "ended");
    clean_up(chain, job, game)?;
    moments.note(chain, "cleaned up");
    Ok(moments.seen)
}

/// What the state has grown by at each moment.
struct Moments {
    before: (usize, usize),
    seen: Vec<Footprint>,
}

impl Moments {
    fn new(chain: &mut Chain) -> Self {
        Self {
            before: occupied(chain),
            seen: Vec::new(),
        }
    }

    fn note(&mut self, chain: &mut Chain, moment: &str) {
        let (items, bytes) = occupied(chain);
        self.seen.push(Footprint {
            moment: moment.to_owned(),
            items: items as i64 - self.before.0 as i64,
            bytes: bytes as i64 - self.before.1 as i64,
        });
    }
}

/// Commits segments, each as soon as the chain takes it, until so many are.
fn train(chain: &mut Chain, script: &Script, job: JobId, segments: u32) -> Result<()> {
    for _ in 0..PATIENCE {
        let committed = chain.inside(|| States::<Runtime>::get(job));
        let committed = committed.context("the job is gone")?.progress.committed;
        if committed >= segments {
            return Ok(());
        }
        chain.attempt(market::commit(script, job, SegmentIndex(committed)));
    }
    bail!("{segments} segments take too long")
}

/// Has what is left of the job and its dispute removed, as anybody may once its time is over.
fn clean_up(chain: &mut Chain, job: JobId, game: GameId) -> Result<()> {
    let calls = [
        pallet_assay_disputes::Call::<Runtime>::pull { game }.into(),
        pallet_assay_disputes::Call::<Runtime>::clean_up { game }.into(),
        pallet_assay_jobs::Call::<Runtime>::clean_up { job }.into(),
    ];
    for _ in 0..PATIENCE {
        if chain.inside(|| {
            Records::<Runtime>::get(job).is_none() && Disputes::<Runtime>::get(game).is_none()
        }) {
            return Ok(());
        }
        for call in &calls {
            chain.attempt(Sender::Anybody(RuntimeCall::clone(call)));
        }
    }
    bail!("the records are still there")
}

/// Items and bytes, keys included, of what our pallets store.
fn occupied(chain: &mut Chain) -> (usize, usize) {
    let prefixes = ["Disputes", "Jobs", "Protocol", "Providers"]
        .map(|pallet| sp_crypto_hashing::twox_128(pallet.as_bytes()));
    let ours =
        |(key, _): &(Vec<u8>, Vec<u8>)| prefixes.iter().any(|prefix| key.starts_with(prefix));
    let pairs: Vec<_> = chain.pairs().into_iter().filter(ours).collect();
    let bytes = pairs
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    (pairs.len(), bytes)
}
