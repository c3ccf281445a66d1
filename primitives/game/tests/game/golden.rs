//! Bytes of moves, names of games, what is signed and transcripts: `../golden/game.txt`, made by a program in another
//! language, with its own Keccak, from `docs/protocol/game.md`. A change in any of them is a change of the protocol.

use crate::support::moves::{leaf_hash, moves};
use assay_commitment::Sha3;
use assay_game::{game_id, signing_hash, Entry, GameId, Move, Transcript};
use assay_protocol::{IntervalIndex, JobId, SegmentIndex};
use codec::{Decode, Encode};
use std::fmt::Write;

const GOLDEN: &str = include_str!("../golden/game.txt");

fn id(job: u64, segment: u32, entry: Entry, nonce: u64) -> GameId {
    let account: [u8; 32] = std::array::from_fn(|i| i as u8);
    game_id::<Sha3>(
        &leaf_hash(200),
        JobId(job),
        SegmentIndex(segment),
        &leaf_hash(201),
        entry,
        &account,
        nonce,
    )
}

#[test]
fn moves_names_signatures_and_transcripts() {
    let named = |interval| Entry::Interval(IntervalIndex(interval));
    let game = id(7, 3, named(5), 1);
    let mut text = String::new();
    for (name, id) in [
        ("interval", game),
        ("segment", id(7, 3, Entry::Segment, 1)),
        (
            "largest",
            id(u64::MAX, u32::MAX, named((1 << 20) - 1), u64::MAX),
        ),
    ] {
        writeln!(text, "id_{name} {}", hex::encode(id.0)).unwrap();
    }
    let mut transcript = Transcript::start(game);
    for (round, (name, mv)) in (0..).zip(moves()) {
        let signed = signing_hash::<Sha3>(game, round, transcript, &mv);
        transcript = transcript.after::<Sha3>(&mv);
        writeln!(text, "move_{name} {}", hex::encode(mv.encode())).unwrap();
        writeln!(text, "signing_{name} {}", hex::encode(signed)).unwrap();
        writeln!(text, "transcript_{name} {}", hex::encode(transcript.0)).unwrap();
    }
    assert_eq!(text, GOLDEN);
}

#[test]
fn moves_are_read_as_they_are_written() {
    for (_, mv) in moves() {
        let bytes = mv.encode();
        assert_eq!(Move::decode(&mut bytes.as_slice()), Ok(mv));
    }
}

/// A signature is of one move in one place of one game.
#[test]
fn what_is_signed_holds_nowhere_else() {
    let entry = Entry::Interval(IntervalIndex(5));
    let (game, another) = (id(7, 3, entry, 1), id(7, 3, entry, 2));
    let start = Transcript::start(game);
    let after = start.after::<Sha3>(&Move::Name(1));
    let signed = |game, round, transcript, at| {
        signing_hash::<Sha3>(game, round, transcript, &Move::Name(at))
    };
    let one = signed(game, 0, start, 1);
    for other in [
        signed(another, 0, start, 1),
        signed(game, 1, start, 1),
        signed(game, 0, after, 1),
        signed(game, 0, start, 2),
    ] {
        assert_ne!(one, other);
    }
    // Nor is it a game's name or a transcript.
    assert_ne!(one, after.0);
    assert_ne!(one, game.0);
}
