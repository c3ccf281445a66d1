//! Each rule of the judgement, broken once.

use crate::hand::{self, f32, node, program};
use assay_numerics::{Op, OperationError, RowOrder, TensorType};
use assay_program::{
    Counted, Header, HeaderError, NodeError, Program, ProgramError, ScheduleShape, Source,
};

/// The error for the hand-written program after a change.
fn refused(change: impl FnOnce(&mut Program)) -> ProgramError {
    let mut program = program();
    change(&mut program);
    program.validate().unwrap_err()
}

fn refused_node(change: impl FnOnce(&mut Program)) -> (u32, NodeError) {
    match refused(change) {
        ProgramError::Node { node, error } => (node, error),
        other => panic!("another rule: {other}"),
    }
}

fn refused_count(change: impl FnOnce(&mut Program)) -> (Counted, u32, u32, u32) {
    match refused(change) {
        ProgramError::Header(HeaderError::Count {
            what,
            least,
            most,
            found,
        }) => (what, least, most, found),
        other => panic!("another rule: {other}"),
    }
}

#[test]
fn the_program_unchanged_is_valid() {
    let valid = program().validate().unwrap();
    assert_eq!(valid.get(), &program());
    assert_eq!(
        valid.get().schedule_shape(),
        Some(ScheduleShape { rows: 70, batch: 4 })
    );
    assert_eq!(
        [0, 1, 2, u32::MAX].map(|slot| valid.slot_node(slot)),
        [Some(2), Some(3), None, None]
    );
    assert_eq!(valid.into_inner(), program());
}

#[test]
fn counts() {
    assert_eq!(
        refused_count(|p| p.slots.clear()),
        (Counted::Slots, 1, 1 << 12, 0)
    );
    assert_eq!(
        refused_count(|p| p.slots = vec![f32(1, 1); 4097]),
        (Counted::Slots, 1, 1 << 12, 4097)
    );
    assert_eq!(
        refused_count(|p| drop(p.nodes.drain(..3))),
        (Counted::Nodes, 3, 1 << 14, 2)
    );
    let many = |p: &mut Program| p.nodes = vec![p.nodes[0].clone(); (1 << 14) + 1];
    assert_eq!(
        refused_count(many),
        (Counted::Nodes, 3, 1 << 14, (1 << 14) + 1)
    );
    assert_eq!(
        refused_count(|p| p.inputs = vec![f32(1, 1); 17]),
        (Counted::Inputs, 0, 16, 17)
    );
    assert_eq!(
        refused_count(|p| p.constants = vec![f32(1, 1); 1025]),
        (Counted::Constants, 0, 1024, 1025)
    );
}

#[test]
fn the_root_over_no_constants() {
    let error = refused(|p| p.constants.clear());
    assert_eq!(error, ProgramError::Header(HeaderError::ConstantsRoot));
    let mut program = program();
    (program.constants, program.constants_root) = (vec![], [0; 32]);
    assert!(program.validate().is_ok());
}

#[test]
fn version_and_flags_of_a_header() {
    let header = program().header();
    assert_eq!(header.check(), Ok(()));
    assert_eq!(
        Header {
            version: 0,
            ..header
        }
        .check(),
        Err(HeaderError::Version { found: 0 })
    );
    assert_eq!(
        Header { flags: 1, ..header }.check(),
        Err(HeaderError::Flags { found: 1 })
    );
}

#[test]
fn an_operation_that_numerics_refuses() {
    let (node, error) = refused_node(|p| p.nodes[1].output = f32(2, 5));
    assert_eq!(node, 1);
    assert!(
        matches!(error, NodeError::Operation(OperationError::Dims { .. })),
        "{error}"
    );
}

#[test]
fn a_stream() {
    assert_eq!(
        refused_node(|p| p.nodes[1].stream = 3),
        (1, NodeError::Stream { found: 3 })
    );
}

#[test]
fn sources_that_are_not_there() {
    for (source, available) in [
        (Source::Slot(2), 2),
        (Source::Input(1), 1),
        (Source::Constant(1), 1),
        (Source::Node(9), 1),
    ] {
        let error = NodeError::NoSuchSource {
            input: 0,
            source_ref: source,
            available,
        };
        assert_eq!(
            refused_node(|p| p.nodes[1].inputs[0].source = source),
            (1, error)
        );
    }
}

#[test]
fn nodes_before_what_they_read() {
    let itself = NodeError::NoSuchSource {
        input: 1,
        source_ref: Source::Node(2),
        available: 2,
    };
    assert_eq!(
        refused_node(|p| p.nodes[2].inputs[1].source = Source::Node(2)),
        (2, itself)
    );
    let swapped = NodeError::NoSuchSource {
        input: 0,
        source_ref: Source::Node(0),
        available: 0,
    };
    assert_eq!(refused_node(|p| p.nodes.swap(0, 1)), (0, swapped));
}

#[test]
fn an_input_of_another_type_than_its_source() {
    // The node is right by itself; only its source shows that it lies. One for each kind of source.
    let lies = [
        (1, Source::Node(0), f32(5, 5)),
        (0, Source::Input(0), f32(71, 5)),
        (2, Source::Slot(0), f32(1, 1)),
    ];
    for (number, from, declared) in lies {
        let error = refused(|p| p.nodes[number as usize].inputs[0].ty = declared);
        let found = program().source_type(from).unwrap();
        assert_eq!(
            error,
            ProgramError::InputType {
                node: number,
                input: 0,
                from,
                declared,
                found
            }
        );
    }
    let error = refused(|p| {
        p.nodes[2].inputs[0] = assay_program::Input {
            source: Source::Constant(0),
            ty: f32(1, 5),
        }
    });
    let (from, declared, found) = (Source::Constant(0), f32(1, 5), f32(1, 1));
    assert_eq!(
        error,
        ProgramError::InputType {
            node: 2,
            input: 0,
            from,
            declared,
            found
        }
    );
}

#[test]
fn commit_stands_last_and_nowhere_else() {
    let missing = refused_node(|p| drop(p.nodes.pop()));
    assert_eq!(missing, (3, NodeError::MisplacedCommit));
    let early = refused_node(|p| p.nodes.insert(0, node(Op::Commit, &[], f32(1, 1))));
    assert_eq!(early, (0, NodeError::MisplacedCommit));
    let (number, error) = refused_node(|p| p.nodes[4].output = f32(1, 2));
    assert!(
        number == 4 && matches!(error, NodeError::Operation(_)),
        "{error}"
    );
}

#[test]
fn the_last_nodes_are_the_slots_in_order() {
    // Both updates are there, but exchanged.
    let error = refused(|p| p.nodes.swap(2, 3));
    assert_eq!(
        error,
        ProgramError::SlotType {
            node: 2,
            slot: 0,
            expected: f32(1, 5),
            found: f32(9, 5)
        }
    );
    // Another node stands between them and Commit.
    let error = refused(|p| {
        let extra = p.nodes[1].clone();
        p.nodes.insert(4, extra);
    });
    assert_eq!(
        error,
        ProgramError::SlotType {
            node: 3,
            slot: 0,
            expected: f32(1, 5),
            found: f32(9, 5)
        }
    );
    // Same shape, another element type.
    let error = refused(|p| p.slots[0] = TensorType::u32(p.slots[0].dims));
    assert!(
        matches!(
            error,
            ProgramError::InputType {
                node: 2,
                input: 0,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn shuffled_reads_follow_one_schedule() {
    let read = |order, rows: u32, batch: u32| {
        node(
            Op::BatchRows { order },
            &[(Source::Input(1), f32(rows, 3))],
            f32(batch, 3),
        )
    };
    let with = |order, rows, batch| {
        let mut program = shifted();
        program.inputs.push(f32(rows, 3));
        program.nodes[0] = read(order, rows, batch);
        program.validate()
    };
    assert!(with(RowOrder::Shuffled, 70, 4).is_ok());
    assert!(with(RowOrder::Sequential, 71, 5).is_ok());
    for (rows, batch) in [(71, 4), (70, 5)] {
        let (expected, found) = (
            ScheduleShape { rows, batch },
            ScheduleShape { rows: 70, batch: 4 },
        );
        let error = ProgramError::Schedule {
            node: 1,
            expected,
            found,
        };
        assert_eq!(with(RowOrder::Shuffled, rows, batch), Err(error));
    }
}

/// The hand-written program with one more node at its start.
fn shifted() -> Program {
    let mut program = program();
    for input in program.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
        if let Source::Node(number) = &mut input.source {
            *number += 1;
        }
    }
    let first = program.nodes[0].clone();
    program.nodes.insert(0, first);
    program
}

#[test]
fn no_shuffled_reads_no_schedule() {
    let mut program = program();
    program.nodes[0].op = Op::BatchRows {
        order: RowOrder::Sequential,
    };
    assert_eq!(program.validate().unwrap().get().schedule_shape(), None);
}

#[test]
fn the_largest_programs_fit_their_limits() {
    // 2^14 nodes with the longest encodings that numerics accepts are still far from the limits on bytes.
    let mut code = hand::step_code();
    code.constants = vec![1; 16];
    code.instructions = vec![code.instructions[0]; 32];
    let weight = f32(1, 5);
    let inputs = [(Source::Slot(0), weight); 4]
        .into_iter()
        .chain([(Source::Constant(0), f32(1, 1)); 4]);
    let large = node(Op::Map(code), &inputs.collect::<Vec<_>>(), weight);
    assert_eq!(large.encode().len(), 397);
    let mut program = program();
    let tail = program.nodes.split_off(2);
    program.nodes.resize((1 << 14) - 3, large);
    program.nodes.extend(tail);
    assert!(program.encode().len() < Program::MAX_BYTES / 2);
    assert!(program.validate().is_ok());
}
