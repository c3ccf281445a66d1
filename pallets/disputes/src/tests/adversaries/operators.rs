//! Providers that change one element of one operator's output.

use std::collections::BTreeSet;

use assay_game::Reason;
use assay_numerics::{Tensor, TileIndex, TILE};

use crate::tests::real::{convict, every_output, Player, Tale, NODES, STEPS};

/// Operators that have a fold: all but `Commit`.
const OPERATORS: usize = 17;

/// The tile that holds an element.
fn tile_of(tensor: &Tensor, element: usize) -> u64 {
    let dims = tensor.ty().dims;
    let (rows, cols) = (dims.rows() as usize, dims.cols() as usize);
    TileIndex {
        batch: (element / cols / rows) as u64,
        tile_row: (element / cols % rows) as u32 / TILE,
        tile_col: (element % cols) as u32 / TILE,
    }
    .number(dims)
}

/// Changes the lowest bit of an element of a node's output in the last step; the chain finds it there.
fn find(node: u32, element: usize) {
    let job = every_output();
    let flip = |output: &mut Tensor| output.words_mut()[element] ^= 1;
    let tale = Tale::with_output(job, STEPS - 1, node, flip);
    let expected = tile_of(tale.last_output(node), element);
    let reason = convict(job, tale, Player::defending).verdict.reason;
    let Reason::Proof {
        step,
        node: by,
        tile,
        claimed,
        computed,
        ..
    } = reason
    else {
        panic!("node {node}: {reason:?}");
    };
    assert_eq!((step, by, tile), (1, node, expected));
    assert_ne!(claimed, computed);
}

#[test]
fn one_wrong_element_of_any_operator_is_found() {
    let job = every_output();
    let mut names = BTreeSet::new();
    for node in 0..NODES {
        let output = &job.steps[STEPS - 1].outputs[node as usize];
        find(node, output.words().len() - 1);
        names.insert(job.work.node(node).unwrap().op.name());
    }
    assert_eq!(names.len(), OPERATORS, "{names:?}");
}
