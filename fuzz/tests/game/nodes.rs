//! Nodes of any shape that the rules allow: a hostile buyer's programs.

use crate::{
    hostile::Changes,
    memory::most_of,
    random::random_node,
    referee::REFEREE_MEMORY,
    support::{
        synthetic::{fold_step, FoldStep},
        Rng,
    },
};
use assay_commitment::Sha3;
use assay_game::{Move, MoveError, Outcome, Party, Reason, Verdict};
use assay_numerics::TileIndex;
use assay_program::{Header, Node};
use bolero::check;
use codec::{DecodeAll, Encode};

/// The verdict on a proof, within the declared memory.
fn judge(step: &FoldStep, mv: &Move) -> Result<Verdict, MoveError> {
    let (game, mut defence) = step.game();
    let (outcome, most) = most_of(|| game.next::<Sha3>(&step.claim, &mut defence, mv, 0));
    assert!(
        most <= REFEREE_MEMORY,
        "{most} bytes to judge {:?}",
        step.frame.tile.encoding
    );
    outcome.map(|outcome| match outcome {
        Outcome::Verdict(verdict) => verdict,
        Outcome::Game(game) => panic!("{game:?}"),
    })
}

/// A tile of the output, often the first or last, and a block of its fold, likewise.
fn place(node: &Node, rng: &mut Rng) -> (u64, u32) {
    let pick = |end: u64, rng: &mut Rng| match rng.below(4) {
        0 => 0,
        1 => end - 1,
        _ => rng.below(end),
    };
    let tile = pick(node.output.dims.tiles(), rng);
    let at = TileIndex::of_tile(node.output.dims, tile).unwrap();
    let blocks = node.operation().blocks(at);
    assert!((1..=1 << 16).contains(&blocks), "{node:?}");
    (tile, pick(blocks.into(), rng) as u32)
}

/// The referee takes a right proof of any block, gives the defender the leaf that follows and the challenger any
/// other, and takes no other proof.
#[test]
fn any_block_of_any_node_is_judged() {
    check!()
        .with_type::<(u64, [Changes; 8])>()
        .with_iterations(400)
        .for_each(|(seed, changes)| judge_any(*seed, changes));
}

fn judge_any(seed: u64, changes: &[Changes]) {
    let mut rng = Rng(seed);
    let node = random_node(&mut rng);
    assert_eq!(node.check(Header::MAX_NODES - 2, &header()), Ok(()));
    assert!(node.encode().len() <= Node::MAX_BYTES);
    let (tile, block) = place(&node, &mut rng);
    let mut step = fold_step(&node, tile, block, &mut rng);
    let right = Move::Prove(Box::new(step.proof.clone()));
    let verdict = judge(&step, &right).unwrap();
    assert_eq!(verdict.winner, Party::Challenger);
    let Reason::Proof { computed, .. } = verdict.reason else {
        panic!("{verdict:?}");
    };
    step.frame.leaf = computed;
    assert_eq!(judge(&step, &right).unwrap().winner, Party::Defender);
    for changes in changes {
        let bytes = changes.of(&right.encode());
        if let Ok(another) = Move::decode_all(&mut &bytes[..]) {
            assert!(another == right || judge(&step, &another).is_err());
        }
    }
}

fn header() -> Header {
    Header {
        version: 1,
        flags: 0,
        seed: [0; 32],
        nodes: Header::MAX_NODES,
        slots: Header::MAX_SLOTS,
        inputs: Header::MAX_INPUTS,
        constants: Header::MAX_CONSTANTS,
        constants_root: [0; 32],
    }
}
