//! Blocks full of one kind of extrinsic each.

use crate::{
    market::{self, CHALLENGER},
    report::Block,
};
use anyhow::{ensure, Context, Result};
use assay_bench::median;
use assay_game::{signing_hash, GameId, Move, Party};
use assay_protocol::{JobId, SegmentIndex};
use assay_prover::synthetic::Script;
use assay_runtime::{Runtime, RuntimeCall};
use assay_testing_chain::{Chain, Sender};
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_assay_jobs::HostKeccak;

/// Submissions, claims, acceptances, commitments and challenges of a full house of jobs, then their games, move by move.
pub fn measure(wasm: &[u8], rounds: u32) -> Result<Vec<Block>> {
    let script = Script::new(1)?;
    let mut bench = Bench {
        chain: Chain::new(wasm),
        rounds,
    };
    bench.block("warm-up", vec![]);
    let mut blocks = vec![bench.block("nothing", vec![])];
    bench.block("registrations", market::register());
    let mut each = |name, call: &dyn Fn(JobId) -> Sender| {
        blocks.push(bench.block(name, market::jobs().map(call).collect()));
    };
    each("submit", &|_| market::submit(&script));
    each("claim", &market::claim);
    each("accept", &market::accept);
    each("commit_segment", &|job| {
        market::commit(&script, job, SegmentIndex(0))
    });
    each("open", &market::open);
    blocks.extend(games(&mut bench, &script)?);
    Ok(blocks)
}

struct Bench {
    chain: Chain,
    rounds: u32,
}

impl Bench {
    /// Makes a block, which must take all of them, and imports it as often as is asked for.
    fn block(&mut self, name: impl Into<String>, senders: Vec<Sender>) -> Block {
        let first = senders
            .first()
            .map(|sender| sender.call().get_dispatch_info());
        let operational = first.is_some_and(|info| info.class == DispatchClass::Operational);
        let mut made = self.chain.make(senders);
        let mut imports: Vec<f64> = (0..self.rounds)
            .map(|_| made.import().as_secs_f64())
            .collect();
        Block::new(name.into(), &made, operational, median(&mut imports))
    }
}

/// One block for each round of the games, which are all alike.
fn games(bench: &mut Bench, script: &Script) -> Result<Vec<Block>> {
    let games = bench.chain.inside(|| {
        let numbers = 0..market::jobs().count() as u64;
        numbers
            .map(pallet_assay_disputes::Numbers::<Runtime>::get)
            .collect::<Option<Vec<_>>>()
    });
    let games = games.context("a dispute was not opened")?;
    let mut blocks = Vec::new();
    for mv in &script.moves {
        let moves = games.iter().enumerate();
        let moves: Result<Vec<_>> = moves
            .map(|(job, game)| play(&mut bench.chain, JobId(job as u64), *game, mv))
            .collect();
        blocks.push(bench.block(format!("play {}", kind(mv)), moves?));
    }
    let left = bench
        .chain
        .inside(|| pallet_assay_disputes::Games::<Runtime>::iter_keys().count());
    ensure!(left == 0, "{left} games have not ended");
    Ok(blocks)
}

/// The move as the side whose turn it is signs it.
pub fn play(chain: &mut Chain, job: JobId, id: GameId, mv: &Move) -> Result<Sender> {
    let game = chain.inside(|| pallet_assay_disputes::Games::<Runtime>::get(id));
    let game = game.context("a game ended early")?;
    let signer = match game.mover() {
        Party::Defender => market::operator(job),
        Party::Challenger => CHALLENGER,
    };
    let message = signing_hash::<HostKeccak>(id, game.round, game.transcript, mv);
    let call = pallet_assay_disputes::Call::<Runtime>::play {
        game: id,
        round: game.round,
        mv: Box::new(mv.clone()),
        signature: signer.sign(&message).into(),
    };
    Ok(Sender::Anybody(RuntimeCall::from(call)))
}

/// Which kind of move it is.
fn kind(mv: &Move) -> &'static str {
    match mv {
        Move::OpenIntervals(_) => "open intervals",
        Move::Enter(_) => "enter",
        Move::OpenSteps(_) => "open steps",
        Move::OpenOperators(_) => "open operators",
        Move::OpenTiles(_) => "open tiles",
        Move::OpenFold(_) => "open fold",
        Move::OpenSlots(_) => "open slots",
        Move::Reveal(_) => "reveal",
        Move::Name(_) => "name",
        Move::Prove(_) => "prove",
        Move::ShowSlot(_) => "show slot",
    }
}
