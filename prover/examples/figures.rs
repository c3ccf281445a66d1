//! Prints the figures of the largest games as JSON.

use assay_prover::synthetic::{largest_games, proofs_by_size, GameFigures};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let list = |games: Vec<GameFigures>| {
        let games: Vec<String> = games.iter().map(GameFigures::json).collect();
        games.join(",")
    };
    println!(
        r#"{{"largest":[{}],"by_size":[{}]}}"#,
        list(largest_games()?),
        list(proofs_by_size()?)
    );
    Ok(())
}
