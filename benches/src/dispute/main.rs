//! What disputes cost: the largest games, the last move of every operator in Wasm, and a defender's memory.
//!
//! `assay-bench-dispute --wasm FILE --json FILE`, where the Wasm is crate `assay-bench-referee` as `scripts/bench` builds it.

mod memory;
mod referee;
mod report;

use anyhow::{ensure, Context, Result};
use assay_bench::{median, Machine};
use assay_bench_referee::{judge, Answer, Question};
use assay_commitment::Sha3;
use assay_prover::synthetic::{heaviest_proofs, largest_games, proofs_by_size, Position};
use assay_testing::Counting;
use clap::Parser;
use codec::Encode;
use referee::Referee;
use report::{Proof, Report};
use std::{path::PathBuf, time::Instant};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Measures what disputes cost.
#[derive(Parser)]
#[command(name = "assay-bench-dispute", version)]
struct Arguments {
    /// The referee as a Wasm module.
    #[arg(long, value_name = "FILE")]
    wasm: PathBuf,
    /// Also write the report as JSON to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each move is judged; the median counts.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
}

fn main() -> Result<()> {
    let Arguments { wasm, json, rounds } = Arguments::parse();
    let module = std::fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let report = measure(&Referee::new(&module)?, rounds)?;
    report.print(&mut std::io::stderr())?;
    json.map_or(Ok(()), |path| assay_bench::write_json(&report, &path))
}

fn measure(referee: &Referee, rounds: u32) -> Result<Report> {
    let memory = memory::measure()?;
    let proofs = heaviest_proofs()?;
    let mut largest = largest_games()?;
    largest.extend(proofs_by_size()?);
    Ok(Report::new(
        Machine::here()?,
        largest,
        proofs
            .into_iter()
            .map(|position| proof(referee, position, rounds))
            .collect::<Result<_>>()?,
        memory,
    ))
}

/// Judges one move in Wasm and in this process, in turns.
fn proof(referee: &Referee, position: Position, rounds: u32) -> Result<Proof> {
    let Position {
        name,
        claim,
        defence,
        game,
        last,
    } = position;
    let bytes = last.encoded_size();
    let question = Question::new(claim, defence, game, last).encode();
    let (mut wasm, mut native) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (answer, seconds) = referee.judge(&question)?;
        ensure!(
            answer == Answer::Defender as u32,
            "{name}: the referee answers {answer} in Wasm"
        );
        wasm.push(seconds);
        let begun = Instant::now();
        let answer = judge::<Sha3>(&question);
        native.push(begun.elapsed().as_secs_f64());
        ensure!(
            answer == Answer::Defender,
            "{name}: the referee answers {answer:?}"
        );
    }
    Ok(Proof {
        name,
        bytes,
        wasm_ms: median(&mut wasm) * 1e3,
        native_ms: median(&mut native) * 1e3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_last_move_is_judged_for_the_honest_defender() {
        let positions = heaviest_proofs().unwrap();
        // 4 products, a Map of each operation, 5 reductions, 4 movements, 5 lookups, a ScatterAdd.
        assert_eq!(positions.len(), 4 + 19 + 5 + 4 + 5 + 1);
        for Position {
            name,
            claim,
            defence,
            game,
            last,
        } in positions
        {
            let question = Question::new(claim, defence, game, last).encode();
            assert_eq!(judge::<Sha3>(&question), Answer::Defender, "{name}");
            assert_eq!(
                judge::<Sha3>(&question[..question.len() - 1]),
                Answer::Malformed,
                "{name}"
            );
        }
    }
}
