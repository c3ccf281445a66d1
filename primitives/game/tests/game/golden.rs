//! Bytes of moves, names of games, what is signed and transcripts: `../golden/game.txt`, made by a program in another
//! language, with its own Keccak, from `docs/protocol/game.md`. A change in any of them is a change of the protocol.

use crate::support::{path, revealed};
use assay_commitment::{Hash, Keccak, Sha3};
use assay_game::{
    game_id, signing_hash, Enter, Entry, GameId, Leaf, Move, OpenFold, OpenIntervals,
    OpenOperators, OpenSlots, OpenSteps, OpenTiles, Path, Proof, Register, ShowSlot, ShownNode,
    SourceProof, Transcript,
};
use assay_protocol::{IntervalIndex, JobId, SegmentIndex};
use codec::{Decode, Encode};
use std::fmt::Write;

const GOLDEN: &str = include_str!("../golden/game.txt");

fn leaf_hash(i: u8) -> Hash {
    Sha3::hash(&[&[i]])
}

fn hashes(numbers: impl IntoIterator<Item = u8>) -> Vec<Hash> {
    numbers.into_iter().map(leaf_hash).collect()
}

fn siblings(numbers: impl IntoIterator<Item = u8>) -> Path {
    path(hashes(numbers))
}

fn leaf(hash: u8, path: impl IntoIterator<Item = u8>) -> Leaf {
    Leaf {
        hash: leaf_hash(hash),
        path: siblings(path),
    }
}

fn source(words: Vec<u32>, tile_path: Path, tensor_path: Path) -> SourceProof {
    SourceProof {
        words: words.try_into().unwrap(),
        tile_path,
        tensor_path,
    }
}

fn proof() -> Proof {
    let words = vec![0x3f80_0000, 0x7fc0_0000].try_into().unwrap();
    let registers = vec![Register::Words(words), Register::Untouched(leaf_hash(29))];
    let sources = vec![
        source((0..100).collect(), siblings([]), siblings([34])),
        source(vec![0xff80_0000], siblings([35, 36]), siblings([])),
    ];
    Proof {
        registers: registers.try_into().unwrap(),
        before: siblings([30]),
        index: Some(source(vec![5, 6, 7], siblings([31]), siblings([32, 33]))),
        sources: sources.try_into().unwrap(),
    }
}

fn bare_proof() -> Proof {
    Proof {
        registers: Default::default(),
        before: Path::default(),
        index: None,
        sources: Default::default(),
    }
}

/// Moves of every kind by name, as the golden file has them.
fn moves() -> Vec<(&'static str, Move)> {
    let top = |numbers: &[u8]| revealed(hashes(numbers.iter().copied()));
    vec![
        (
            "open_intervals",
            Move::OpenIntervals(OpenIntervals {
                top: top(&[0, 1, 2]),
            }),
        ),
        (
            "enter_first",
            Move::Enter(Enter {
                before: None,
                end: leaf(3, [4, 5]),
            }),
        ),
        (
            "enter",
            Move::Enter(Enter {
                before: Some(leaf(6, [7, 8])),
                end: leaf(9, [10, 11]),
            }),
        ),
        (
            "open_steps",
            Move::OpenSteps(OpenSteps {
                top: top(&[12, 13]),
                last: siblings([14]),
            }),
        ),
        (
            "open_operators",
            Move::OpenOperators(OpenOperators {
                before: Some(leaf(15, [16])),
                top: revealed(hashes(0..64)),
                last: siblings([17, 18]),
            }),
        ),
        (
            "open_tiles",
            Move::OpenTiles(OpenTiles {
                node: ShownNode::try_from((0..70).collect::<Vec<u8>>()).unwrap(),
                node_path: siblings([19, 20]),
                top: top(&[21]),
            }),
        ),
        (
            "open_fold",
            Move::OpenFold(OpenFold {
                top: top(&[22, 23]),
                last: siblings([24]),
            }),
        ),
        ("open_slots", Move::OpenSlots(OpenSlots { top: top(&[25]) })),
        ("reveal", Move::Reveal(top(&[26, 27, 28]))),
        ("name", Move::Name(63)),
        ("prove", Move::Prove(Box::new(proof()))),
        ("prove_bare", Move::Prove(Box::new(bare_proof()))),
        (
            "show_slot",
            Move::ShowSlot(ShowSlot {
                node: leaf(37, [38]),
            }),
        ),
    ]
}

/// These moves in SCALE.
pub fn encoded_moves() -> Vec<Vec<u8>> {
    moves().iter().map(|(_, mv)| mv.encode()).collect()
}

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
