//! The largest games stay within the bounds of the protocol.

use assay_game::{limits, Party, Reason};
use assay_prover::synthetic::{heaviest_proofs, largest_games, proofs_by_size};

#[test]
fn the_largest_games_are_within_bounds() {
    let games = largest_games().unwrap();
    for game in &games {
        assert_eq!(game.verdict.winner, Party::Defender, "{game:?}");
        assert!(game.reveals <= 16, "{game:?}");
        assert!(
            game.largest_move <= u64::from(limits::MOVE_BYTES),
            "{game:?}"
        );
    }
    let [tile, state, widest] = games.as_slice() else {
        panic!("three games")
    };
    // 2^20 intervals, 2^12 steps, 2^14 nodes, then 2^22 tiles and 2^13 blocks, or 2^12 slots.
    assert_eq!((tile.reveals, tile.moves), (4 + 2 + 3 + 4 + 3, 2 * 16 + 2));
    assert_eq!((state.reveals, state.moves), (4 + 2 + 3 + 2, 2 * 11 + 2));
    assert!(matches!(
        state.verdict.reason,
        Reason::Slot { slot: 4095, .. }
    ));
    // Four full tiles, four rows, and the way up for each.
    assert!(widest.last_move > 4 * 4096 + 4 * 128 + 8 * 38 * 32);
    assert_eq!(widest.last_move, widest.largest_move);
}

#[test]
fn a_proof_hardly_grows_with_the_program() {
    let games = proofs_by_size().unwrap();
    let [small, large] = games.as_slice() else {
        panic!("two games")
    };
    // Siblings for a tree taller by log2 of the ratio, for each of the two sources and the accumulator.
    assert!(large.last_move < small.last_move + 3 * 20 * 32, "{games:?}");
}

#[test]
fn the_heaviest_proofs_are_judged_for_the_honest_defender() {
    let positions = heaviest_proofs().unwrap();
    // 4 products, a Map of each operation, 5 reductions, 4 movements, 5 lookups, a ScatterAdd.
    assert_eq!(positions.len(), 4 + 19 + 5 + 4 + 5 + 1);
    for position in positions {
        let verdict = position.verdict().unwrap();
        assert_eq!(verdict.winner, Party::Defender, "{}", position.name);
        assert!(
            matches!(verdict.reason, Reason::Proof { .. }),
            "{}",
            position.name
        );
    }
}
