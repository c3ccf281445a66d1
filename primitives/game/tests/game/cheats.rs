//! Providers that execute something else, or commit something else than they executed.

use crate::support::{
    player,
    programs::{every_operator, values, World},
    run::{another_word, Run},
    table::{dispute, first_difference, Table},
};
use assay_commitment::{tensor_root, trace_root_from_tree, tree_root, Hash, Level, Sha3};
use assay_game::{Claim, Entry, Move, Party, Reason, Verdict};
use assay_numerics::{MapOp, Op, RowOrder, TensorType};

/// Both ways to challenge end in a conviction; the verdict of the last.
fn convict(theirs: &Run, right: &Run) -> Verdict {
    let named = first_difference(theirs, right);
    let [_, verdict] = [named, Entry::Segment].map(|entry| dispute(theirs, right, entry).0);
    assert_eq!(verdict.winner, Party::Challenger);
    verdict
}

/// The verdict on a provider that executes another world than the one agreed.
fn execute_another(change: impl Fn(&mut World)) -> Verdict {
    let world = every_operator();
    let mut another = world.clone();
    change(&mut another);
    let theirs = Run::execute(&world, &another, |_, _| {});
    convict(&theirs, &Run::honest(&world))
}

/// The node in which the fold step lies that convicts.
fn guilty_node(verdict: Verdict) -> u32 {
    match verdict.reason {
        Reason::Proof { node, .. } => node,
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_data_constants_or_seed_lose() {
    let data = execute_another(|world| world.inputs[0] = values(world.inputs[0].ty(), 1));
    assert_eq!(guilty_node(data), 0);
    let constants =
        execute_another(|world| world.constants[0] = values(world.constants[0].ty(), 1));
    assert_eq!(guilty_node(constants), 3);
    assert_eq!(
        guilty_node(execute_another(|world| world.program.seed[5] ^= 1)),
        0
    );
}

#[test]
fn another_order_of_batches_or_another_operation_loses() {
    let order = RowOrder::Sequential;
    let batches = execute_another(|world| {
        for node in &mut world.program.nodes[..2] {
            node.op = Op::BatchRows { order };
        }
    });
    assert_eq!(guilty_node(batches), 0);
    let code = execute_another(|world| {
        let last = world.program.nodes.len() - 3;
        if let Op::Map(code) = &mut world.program.nodes[last].op {
            code.instructions[0].op = MapOp::Add;
        }
    });
    assert_eq!(guilty_node(code), every_operator().commit() - 2);
}

#[test]
fn steps_not_taken_lose() {
    let world = every_operator();
    let right = Run::honest(&world);
    for last in [0, 2, 4] {
        let stale = Run::execute(&world, &world, |step, after| {
            if step == last {
                *after = world.start.clone();
            }
        });
        let reason = convict(&stale, &right).reason;
        assert!(matches!(reason, Reason::Slot { slot: 0, .. }), "{reason:?}");
    }
}

#[test]
fn another_loss_on_the_tape_loses() {
    let world = every_operator();
    let theirs = Run::execute(&world, &world, |step, after| {
        if step == 3 {
            let word = &mut after[1].words_mut()[0];
            *word = another_word(assay_numerics::DType::F32, *word);
        }
    });
    let reason = convict(&theirs, &Run::honest(&world)).reason;
    assert!(matches!(reason, Reason::Slot { slot: 1, .. }), "{reason:?}");
}

/// A provider whose output of `node` stands under another root than the tensor's.
fn with_output_root(right: &Run, node: usize, root: Hash) -> Verdict {
    let mut theirs = right.with_slot(1, 0);
    theirs.steps[1].outputs.roots[node] = root;
    let (verdict, table) = dispute(&theirs, right, Entry::Segment);
    assert!(matches!(table.moves.last(), Some(Move::OpenTiles(_))));
    verdict
}

#[test]
fn right_tiles_under_another_type_lose() {
    let world = every_operator();
    let right = Run::honest(&world);
    let node = 2;
    let ty = right.node(node).output;
    let tree = tree_root::<Sha3>(&right.tile_leaves(1, node));
    let turned = crate::support::programs::f32s([1, 1, 35, 40]);
    let integers = TensorType::u32(ty.dims);
    for false_type in [turned, integers] {
        let root = tensor_root::<Sha3>(false_type, tree).0;
        let verdict = with_output_root(&right, node as usize, root);
        assert_eq!(verdict.winner, Party::Challenger);
        assert_eq!(verdict.reason, Reason::TimeOut);
    }
}

#[test]
fn garbage_where_a_tensor_has_no_tiles_loses() {
    let world = every_operator();
    let right = Run::honest(&world);
    // Six tiles: places 6 and 7 are padding.
    let node = 0;
    let mut leaves = right.tile_leaves(1, node);
    assert_eq!(leaves.len(), 6);
    leaves.extend([[7; 32]; 2]);
    let root = tensor_root::<Sha3>(right.node(node).output, tree_root::<Sha3>(&leaves)).0;
    let verdict = with_output_root(&right, node as usize, root);
    assert_eq!(
        (verdict.winner, verdict.reason),
        (Party::Challenger, Reason::TimeOut)
    );
}

/// A defender that has this trace but no tree for it that the rules allow.
fn cannot_open(trace: Hash) {
    let world = every_operator();
    let run = Run::honest(&world);
    let claim = Claim {
        trace,
        ..run.claim()
    };
    for entry in [
        Entry::Interval(assay_protocol::IntervalIndex(1)),
        Entry::Segment,
    ] {
        let mut table = Table::new(claim.clone(), entry);
        let verdict = table.play(|claim, phase| player::defend(&run, claim, phase), |_, _| 0);
        assert_eq!(table.moves.len(), 1);
        assert_eq!(
            (verdict.winner, verdict.reason),
            (Party::Challenger, Reason::TimeOut)
        );
    }
}

#[test]
fn a_trace_of_another_length_or_level_cannot_be_opened() {
    let world = every_operator();
    let leaves = Run::honest(&world).interval_leaves();
    let (count, tree) = (leaves.len() as u64, tree_root::<Sha3>(&leaves));
    let trace = |level, count, tree| trace_root_from_tree::<Sha3>(level, count, tree).0;
    cannot_open(trace(Level::Interval, 1, leaves[2]));
    cannot_open(trace(Level::Interval, count + 1, tree));
    cannot_open(trace(Level::Step, count, tree));
    cannot_open(tree);
}

#[test]
fn garbage_in_the_padding_of_the_commitment_cannot_be_opened() {
    let world = every_operator();
    let mut leaves = Run::honest(&world).interval_leaves();
    assert_eq!(leaves.len(), 3);
    leaves.push([7; 32]);
    let tree = tree_root::<Sha3>(&leaves);
    cannot_open(trace_root_from_tree::<Sha3>(Level::Interval, 3, tree).0);
}
