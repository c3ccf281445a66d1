//! How large a move and how long a game can be.

use crate::support::{
    operators,
    programs::{f32s, map, ty},
    synthetic::{fold_step, FoldStep},
    Rng,
};
use assay_commitment::Sha3;
use assay_game::{
    limits, Cursor, Enter, Move, OpenFold, OpenIntervals, OpenOperators, OpenSlots, OpenSteps,
    OpenTiles, Outcome, Party, Reason, Revealed, ShowSlot, Verdict,
};
use assay_numerics::{DType, Dims, MapCode, MapInstruction, MapOp, Op, Operation, TensorType};
use assay_program::{Header, Node, Source};
use assay_protocol::{MAX_INTERVALS_PER_SEGMENT, MAX_STEPS_PER_INTERVAL};
use codec::{Encode, MaxEncodedLen};

/// A node whose inputs are the first nodes.
fn node(op: Op, inputs: &[TensorType], output: TensorType) -> Node {
    operators::node(op, inputs, output, Source::Node)
}

fn verdict(step: &FoldStep) -> Verdict {
    let (game, mut defence) = step.game();
    let mv = Move::Prove(Box::new(step.proof.clone()));
    match game.next::<Sha3>(&step.claim, &mut defence, &mv, 0) {
        Ok(Outcome::Verdict(verdict)) => verdict,
        other => panic!("{other:?}"),
    }
}

/// Bytes of the proof of a block, after the referee has taken it: with any leaf the challenger wins, with the right one
/// the defender.
fn proof_bytes(node: &Node, tile: u64, block: u32) -> usize {
    node.operation().check().unwrap();
    let mut step = fold_step(node, tile, block, &mut Rng(tile ^ u64::from(block)));
    let found = verdict(&step);
    assert_eq!(found.winner, Party::Challenger);
    let Reason::Proof { computed, .. } = found.reason else {
        panic!("{found:?}");
    };
    step.frame.leaf = computed;
    assert_eq!(verdict(&step).winner, Party::Defender);
    Move::Prove(Box::new(step.proof)).encoded_size()
}

/// A Map of as many inputs of each kind as may be, in tensors of as many tiles as may be.
fn largest_map() -> Node {
    let full = f32s([4096, 4096, 32, 32]);
    let row = f32s([4096, 4096, 1, 32]);
    let instructions = (1..8).map(|input| MapInstruction {
        op: MapOp::Add,
        args: [if input == 1 { 0 } else { 6 + input }, input, 0],
    });
    let code = MapCode {
        constants: vec![],
        instructions: instructions.collect(),
    };
    node(
        Op::Map(code),
        &[full, full, full, full, row, row, row, row],
        full,
    )
}

/// For each operator a node in trees as high as they may be, with the number of a full tile and of a block.
fn largest() -> Vec<(Node, u64, u32)> {
    let tall = f32s([1, 1, 1 << 29, 32]);
    let wide = f32s([1, 1, 32, 1 << 29]);
    let square = f32s([1, 1, 1 << 17, 1 << 17]);
    let integers = ty(DType::U32, [1, 1, 1 << 29, 1]);
    let product = Op::MatMul {
        transpose_a: false,
        transpose_b: true,
    };
    let side = f32s([1, 1, 1 << 13, 1 << 21]);
    let last_block = (1 << 16) - 1;
    let mut nodes = vec![
        (largest_map(), (1 << 24) - 2, 0),
        (
            node(
                product.clone(),
                &[side, side],
                f32s([1, 1, 1 << 13, 1 << 13]),
            ),
            5,
            last_block,
        ),
        (
            node(product, &[side, side], f32s([1, 1, 1 << 13, 1 << 13])),
            5,
            17,
        ),
        (
            node(Op::RowSum, &[side], f32s([1, 1, 1 << 13, 1])),
            200,
            last_block,
        ),
        (
            node(Op::RowMax, &[side], f32s([1, 1, 1 << 13, 1])),
            200,
            last_block,
        ),
    ];
    let long = f32s([1, 1, 1 << 21, 1 << 13]);
    for op in [Op::ColSum, Op::ColMax] {
        nodes.push((node(op, &[long], f32s([1, 1, 1, 1 << 13])), 100, last_block));
    }
    let batch = f32s([1 << 8, 1 << 8, 512, 512]);
    nodes.push((
        node(Op::LeadSum, &[batch], f32s([1, 1, 512, 512])),
        200,
        last_block,
    ));
    // Every element of the output tile comes from another tile.
    let scattered = f32s([1, 1, 1 << 29, 1]);
    nodes.push((node(Op::Reshape, &[scattered], tall_of(1 << 29)), 9, 31));
    let (apart, together) = (f32s([32, 32, 4096, 4096]), f32s([4096, 4096, 32, 32]));
    let perm = [2, 3, 0, 1];
    nodes.push((node(Op::Permute { perm }, &[apart], together), 9, 1_023));
    let start = [0, 0, 31, 31];
    nodes.push((
        node(
            Op::Slice { start },
            &[square],
            f32s([1, 1, 1 << 16, 1 << 16]),
        ),
        9,
        3,
    ));
    let half = f32s([1, 1, 1 << 28, 32]);
    nodes.push((
        node(Op::Concat { axis: 2 }, &[half, half], tall),
        (1 << 23) + 1,
        0,
    ));
    nodes.push((node(Op::Gather, &[integers, tall], tall), 100, 31));
    nodes.push((
        node(
            Op::Pick,
            &[ty(DType::U32, [1, 1, 32, 1]), wide],
            f32s([1, 1, 32, 1]),
        ),
        0,
        31,
    ));
    nodes.push((node(Op::OneHot, &[integers], tall), 100, 0));
    let order = assay_numerics::RowOrder::Shuffled;
    nodes.push((
        node(Op::BatchRows { order }, &[tall], f32s([1, 1, 1 << 12, 32])),
        100,
        31,
    ));
    nodes.push((
        node(Op::RowWrite, &[tall, f32s([1, 1, 1, 32])], tall),
        77,
        2,
    ));
    let positions = ty(DType::U32, [1, 1, 1 << 21, 1]);
    nodes.push((
        node(
            Op::ScatterAdd,
            &[positions, long],
            f32s([1, 1, 1 << 16, 1 << 13]),
        ),
        5,
        last_block,
    ));
    nodes
}

/// Rows of 32 with this many elements.
fn tall_of(elements: u32) -> TensorType {
    f32s([1, 1, elements / 32, 32])
}

#[test]
fn no_proof_is_larger_than_a_move_may_be() {
    let sizes: Vec<_> = largest()
        .iter()
        .map(|(node, tile, block)| (proof_bytes(node, *tile, *block), node.op.name()))
        .collect();
    let largest = sizes.iter().max().unwrap();
    assert_eq!(*largest, (26_657, "Map"), "{sizes:?}");
    assert!(largest.0 <= limits::MOVE_BYTES as usize);
}

#[test]
fn a_proof_with_two_registers_and_two_full_tiles_fits() {
    let (node, tile, block) = &largest()[1];
    assert_eq!(proof_bytes(node, *tile, *block), 19_347);
}

#[test]
fn no_other_move_is_larger_than_a_sixth_of_it() {
    let others = [
        OpenIntervals::max_encoded_len(),
        Enter::max_encoded_len(),
        OpenSteps::max_encoded_len(),
        OpenOperators::max_encoded_len(),
        OpenTiles::max_encoded_len(),
        OpenFold::max_encoded_len(),
        OpenSlots::max_encoded_len(),
        Revealed::max_encoded_len(),
        ShowSlot::max_encoded_len(),
    ];
    assert!(others
        .iter()
        .all(|bytes| 6 * bytes < limits::MOVE_BYTES as usize));
}

/// Reveals on the way down a tree, its opening included.
fn reveals(leaves: u64) -> u32 {
    let mut cursor = Cursor::at_root(leaves, [0; 32]);
    let mut count = 0;
    loop {
        count += 1;
        cursor.height = cursor.revealed_height();
        if cursor.is_leaf() {
            return count;
        }
    }
}

#[test]
fn the_longest_game_has_sixteen_reveals() {
    let trees = [
        MAX_INTERVALS_PER_SEGMENT.into(),
        MAX_STEPS_PER_INTERVAL.into(),
        Header::MAX_NODES.into(),
        Dims::MAX_TILES,
        Operation::MAX_BLOCKS,
    ];
    assert_eq!(trees.map(reveals), [4, 2, 3, 4, 3]);
    assert_eq!(trees.map(reveals).iter().sum::<u32>(), 16);
    // If `Commit` itself is in dispute, the way over tiles and blocks is replaced by one over slots.
    assert!(reveals(Header::MAX_SLOTS.into()) <= 7);
    assert!(trees
        .iter()
        .all(|leaves| assay_commitment::tree_height(*leaves) <= limits::TALLEST));
}

#[test]
fn a_small_map_needs_no_more_than_its_words() {
    let scalar = f32s([1, 1, 1, 1]);
    let doubled = node(map(MapOp::Add, [0, 0, 0]), &[scalar], scalar);
    assert!(proof_bytes(&doubled, 0, 0) < 500);
}
