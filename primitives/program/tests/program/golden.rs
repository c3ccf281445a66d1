//! Golden bytes and roots of the hand-written program. They were computed from the written format by a program in
//! another language; a change in any of them is a change of the protocol.

use crate::hand;
use assay_commitment::{fold_path, node_leaf, program_root, Sha3};

const HEADER: &str = "01000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f05000000020000000100000001000000c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0";

const NODES: [&str; 5] = [
    "3300010000000000000100010000000100000004000000050000000102000000000001000000010000004600000005000000",
    "12000000000000000100010000000100000001000000050000000100000000000001000000010000000400000005000000",
    "01000a0001cdccccbd010501020000000000010001000000010000000100000005000000020100000000000100000001000000010000000500000000010000000001000000010000000100000005000000",
    "3400000000000000010001000000010000000900000005000000020101000000000100000001000000090000000500000000010000000001000000010000000100000005000000",
    "ff0000000000000001000100000001000000010000000100000000",
];

const TYPES: &str = "0001000000010000000100000005000000000100000001000000090000000500000000010000000100000046000000050000000001000000010000000100000001000000";

const ROOT: &str = "3f22813bb1cce9d7a5e244e5a0e84cbab094666eace85c3910acbeae063b4ab0";

#[test]
fn the_file() {
    let magic = hex::encode("ASSAYPRG");
    assert_eq!(hex::encode(hand::program().header().encode()), HEADER);
    assert_eq!(
        hex::encode(hand::program().encode()),
        [&magic, HEADER, TYPES, &NODES.concat()].concat()
    );
}

#[test]
fn the_nodes() {
    let program = hand::program();
    for (node, golden) in program.nodes.iter().zip(NODES) {
        assert_eq!(hex::encode(node.encode()), golden);
    }
}

#[test]
fn the_root() {
    assert_eq!(hex::encode(hand::program().root::<Sha3>()), ROOT);
}

#[test]
fn a_path_from_each_node_to_the_root() {
    let program = hand::program();
    let (tree, count) = (program.node_tree::<Sha3>(), program.nodes.len() as u64);
    assert_eq!(tree.root(), program.node_tree_root::<Sha3>());
    for (index, node) in (0..).zip(&program.nodes) {
        let leaf = node_leaf::<Sha3>(&node.encode());
        let folded = fold_path::<Sha3>(leaf, index, count, &tree.path(index).unwrap()).unwrap();
        assert_eq!(
            program_root::<Sha3>(&program.header().encode(), folded),
            program.root::<Sha3>()
        );
    }
}

/// `docs/protocol/programs.md` gives every value of this file.
#[test]
fn the_page_has_these_values() {
    let page = include_str!("../../../../docs/protocol/programs.md");
    for value in [HEADER, TYPES, ROOT].iter().chain(&NODES) {
        assert!(page.contains(&format!("`{value}`")), "{value}");
    }
}
