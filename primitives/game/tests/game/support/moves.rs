//! A move of every kind.

use super::{path, revealed};
use assay_commitment::{Hash, Keccak, Sha3};
use assay_game::{
    Enter, Leaf, Move, OpenFold, OpenIntervals, OpenOperators, OpenSlots, OpenSteps, OpenTiles,
    Path, Proof, Register, ShowSlot, ShownNode, SourceProof,
};

/// The hash of one byte.
pub fn leaf_hash(i: u8) -> Hash {
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
pub fn moves() -> Vec<(&'static str, Move)> {
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
