//! Any bytes where a node should be.

use crate::support::{
    path,
    programs::f32s,
    revealed,
    synthetic::{largest_claim, last_step, siblings},
    Rng,
};
use assay_commitment::{fold_path, tensor_root, Sha3};
use assay_game::{Claim, Cursor, Move, NodeFrame, OpenTiles, Phase, ShownNode};
use assay_program::{Header, Node};

/// A game about the last node but `Commit` of a program in which these bytes stand there, and the opening of its tiles.
/// `None` if no move could hold the bytes.
pub fn opening(bytes: &[u8], rng: &mut Rng) -> Option<(Claim, Phase, Move)> {
    let node = ShownNode::try_from(bytes.to_vec()).ok()?;
    let (count, number) = (u64::from(Header::MAX_NODES), Header::MAX_NODES - 2);
    let node_path = siblings(count, number.into(), rng);
    let leaf = assay_commitment::node_leaf::<Sha3>(bytes);
    let mut claim = largest_claim();
    claim.node_tree_root =
        fold_path::<Sha3>(leaf, number.into(), count, &node_path).expect("a path");
    let ty = Node::decode(bytes).map_or(f32s([1, 1, 1, 1]), |node| node.output);
    let unknown = Cursor::at_root(ty.dims.tiles(), [0; 32]);
    let shown = (0..unknown.revealed_count()).map(|_| rng.hash()).collect();
    let top = revealed(shown);
    let opened = Cursor::open::<Sha3>(ty.dims.tiles(), &top).expect("as many as there are");
    let frame = NodeFrame {
        step: last_step(&claim, rng),
        operators: rng.hash(),
        node: number,
        output: tensor_root::<Sha3>(ty, opened.root).0,
    };
    let mv = OpenTiles {
        node,
        node_path: path(node_path),
        top,
    };
    Some((claim, Phase::OpenTiles(frame), Move::OpenTiles(mv)))
}
