//! Nodes that are none, or not the one in their place.

use super::{sum_fault, too_high, within, Case};
use crate::support::{
    path, player,
    programs::{every_operator, f32s},
    run::Run,
    table::Table,
};
use assay_commitment::{node_leaf, tree_root, Sha3, Tree};
use assay_game::{
    Claim, Entry, Move, MoveError, Party, Path, Phase, Reason, ShownNode, Stage, Verdict,
};
use assay_numerics::{DType, Op};
use assay_program::{Node, Source};
use assay_protocol::IntervalIndex;

/// A program whose node has another encoding, which everybody has agreed to.
fn with_encoding(right: &Run, node: u32, encoding: Vec<u8>) -> (Claim, ShownNode, Path) {
    let mut leaves = right.node_leaves();
    leaves[node as usize] = node_leaf::<Sha3>(&encoding);
    let claim = Claim {
        node_tree_root: tree_root::<Sha3>(&leaves),
        ..right.claim()
    };
    let node_path = player::path_of(&leaves, node.into());
    (claim, ShownNode::try_from(encoding).unwrap(), node_path)
}

/// A game about that node, which a challenger that cannot execute it names; the defender has executed the right one.
fn dispute(right: &Run, node: u32, encoding: Vec<u8>) -> (Verdict, Table) {
    let (claim, shown, node_path) = with_encoding(right, node, encoding);
    let mut table = Table::new(claim, Entry::Interval(IntervalIndex(0)));
    let verdict = table.play(
        |claim, phase| match player::defend(right, claim, phase) {
            Move::OpenTiles(mut mv) => {
                (mv.node, mv.node_path) = (shown.clone(), node_path.clone());
                Move::OpenTiles(mv)
            }
            mv => mv,
        },
        |walk, _| match walk.stage {
            Stage::Operators(_) => node as u8,
            _ => 0,
        },
    );
    (verdict, table)
}

#[test]
fn an_ill_formed_node_convicts() {
    let world = every_operator();
    let right = Run::honest(&world);
    let node = 3;
    let edit = |change: fn(&mut Node)| {
        let mut edited = right.node(node).clone();
        change(&mut edited);
        edited.encode()
    };
    let mut trailing = right.node(node).encode();
    trailing.push(0);
    let encodings = [
        edit(|node| node.stream = 1),
        edit(|node| node.inputs[0].source = Source::Node(3)),
        edit(|node| node.inputs[0].source = Source::Slot(2)),
        edit(|node| node.inputs[1].source = Source::Constant(3)),
        edit(|node| node.output.dtype = DType::U32),
        edit(|node| node.op = Op::Commit),
        edit(|node| node.op = Op::Concat { axis: 4 }),
        trailing,
        vec![],
        vec![0xff; 512],
    ];
    for encoding in encodings {
        let (verdict, mut table) = dispute(&right, node, encoding);
        let last = table.moves.last().unwrap().clone();
        assert!(matches!(last, Move::OpenTiles(_)));
        assert_eq!(table.take(&last, 0), Err(MoveError::IllFormedNode));
        assert_eq!(
            (verdict.winner, verdict.reason),
            (Party::Challenger, Reason::TimeOut)
        );
    }
}

#[test]
fn an_input_of_another_type_than_its_source_cannot_be_proved() {
    let world = every_operator();
    let right = Run::honest(&world);
    let node = 4;
    let mut edited = right.node(node).clone();
    edited.inputs[0].ty = f32s([1, 1, 40, 36]);
    let (verdict, table) = dispute(&right, node, edited.encode());
    assert!(matches!(table.moves.last(), Some(Move::Prove(_))));
    assert_eq!(
        (verdict.winner, verdict.reason),
        (Party::Challenger, Reason::TimeOut)
    );
}

/// What a node's leaf hashes does not begin as an inner node of a tree does.
#[test]
fn an_inner_node_of_the_program_is_no_node() {
    let world = every_operator();
    let right = Run::honest(&world);
    let tree = Tree::new::<Sha3>(right.node_leaves());
    let inner = [tree.leaves()[2], tree.leaves()[3]].concat();
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenTiles(_))
    });
    for bytes in [inner.clone(), [vec![1], inner].concat()] {
        let node = ShownNode::try_from(bytes).unwrap();
        case.refuses(
            too_high(5, 4),
            within!(Move::OpenTiles(mv) => {
                mv.node = node.clone();
                mv.node_path = path(mv.node_path[1..].to_vec());
            }),
        );
        case.refuses(
            MoveError::WrongRoot,
            within!(Move::OpenTiles(mv) => mv.node = node),
        );
    }
}
