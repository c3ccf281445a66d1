//! What was measured.

use crate::memory::Memory;
use anyhow::Result;
use assay_bench::Machine;
use assay_prover::synthetic::GameFigures;
use serde::Serialize;
use std::io::Write;

/// A report; `schema_version` grows with every change that a reader could trip over.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    /// The games with most reveals and the largest move, and those about a small and a large program.
    games: Vec<Game>,
    /// For each operator the last move that costs most.
    proofs: Vec<Proof>,
    memory: Memory,
    summary: Summary,
}

/// A whole game.
#[derive(Debug, Serialize)]
struct Game {
    name: &'static str,
    /// How often the defender shows nodes of a tree.
    rounds: u32,
    moves: u32,
    bytes: u64,
    largest_move: u64,
    last_move: u64,
}

/// A last move.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// The operator, with the operation for a Map.
    pub name: String,
    /// Bytes of the move.
    pub bytes: usize,
    /// Milliseconds to judge it in Wasm.
    pub wasm_ms: f64,
    /// The same in native code, hashing included.
    pub native_ms: f64,
}

/// The bounds in short.
#[derive(Debug, Serialize)]
struct Summary {
    most_rounds: u32,
    largest_move: u64,
    slowest_proof_ms: f64,
}

impl Report {
    /// Puts the figures together.
    pub fn new(
        machine: Machine,
        games: Vec<GameFigures>,
        proofs: Vec<Proof>,
        memory: Memory,
    ) -> Self {
        let games: Vec<Game> = games.into_iter().map(Game::from).collect();
        let sizes = proofs.iter().map(|proof| proof.bytes as u64);
        let summary = Summary {
            most_rounds: games.iter().map(|game| game.rounds).max().unwrap_or(0),
            largest_move: games
                .iter()
                .map(|game| game.largest_move)
                .chain(sizes)
                .max()
                .unwrap_or(0),
            slowest_proof_ms: proofs.iter().map(|proof| proof.wasm_ms).fold(0.0, f64::max),
        };
        Self {
            schema_version: 1,
            machine,
            games,
            proofs,
            memory,
            summary,
        }
    }

    /// The report for a reader.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        writeln!(out, "{}", self.machine.cpu)?;
        for game in &self.games {
            writeln!(
                out,
                "{:20} {:>3} rounds {:>3} moves {:>7} bytes, largest {:>6}, last {:>6}",
                game.name, game.rounds, game.moves, game.bytes, game.largest_move, game.last_move
            )?;
        }
        for proof in &self.proofs {
            writeln!(
                out,
                "{:20} {:>6} bytes {:>8.3} ms in Wasm {:>8.3} ms native",
                proof.name, proof.bytes, proof.wasm_ms, proof.native_ms
            )?;
        }
        let Memory {
            step_bytes,
            state_bytes,
            peak_bytes,
        } = &self.memory;
        writeln!(
            out,
            "one step: {step_bytes} bytes of values, {state_bytes} of state"
        )?;
        for peak in peak_bytes {
            writeln!(
                out,
                "defence of {:>4} steps: {} bytes at most",
                peak.steps, peak.bytes
            )?;
        }
        let Summary {
            most_rounds,
            largest_move,
            slowest_proof_ms,
        } = &self.summary;
        writeln!(
            out,
            "at most {most_rounds} rounds, {largest_move} bytes, {slowest_proof_ms:.3} ms"
        )?;
        Ok(())
    }
}

impl From<GameFigures> for Game {
    fn from(figures: GameFigures) -> Self {
        Self {
            name: figures.name,
            rounds: figures.reveals,
            moves: figures.moves,
            bytes: figures.bytes,
            largest_move: figures.largest_move,
            last_move: figures.last_move,
        }
    }
}
