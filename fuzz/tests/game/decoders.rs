//! Every decoder.

use crate::{
    hostile::Hostile,
    memory::most_of,
    submission::submission,
    support::{hash, moves::moves, programs::every_operator},
};
use assay_commitment::Sha3;
use assay_game::Move;
use assay_numerics::Op;
use assay_program::{Header, Node, Program};
use assay_protocol::{JobSubmission, Params, SegmentCommitment, StateRoot};
use bolero::check;
use codec::{Decode, DecodeAll, Encode};
use std::sync::LazyLock;

/// Most memory for a node, an operator or a header.
const NODE_MEMORY: usize = 4 << 10;
/// Most memory for a move.
const MOVE_MEMORY: usize = 128 << 10;
/// Most memory for a commitment.
const COMMITMENT_MEMORY: usize = 8 << 10;
/// Most memory for a submission.
const SUBMISSION_MEMORY: usize = 8 << 10;
/// Most memory for a program, for each of its bytes.
const PROGRAM_FACTOR: usize = 16;

fn check_node(bytes: &[u8]) {
    let (node, most) = most_of(|| Node::decode(bytes));
    assert!(most <= NODE_MEMORY, "{most} bytes for a node");
    if let Ok(node) = node {
        assert_eq!(node.encode(), bytes);
        // Judging takes no more.
        let (_, most) = most_of(|| node.check(3, &RIGHT.header));
        assert!(most <= NODE_MEMORY, "{most} bytes to judge a node");
    }
}

fn check_op(bytes: &[u8]) {
    let (Some(code), Some(attributes)) = (bytes.first(), bytes.get(1..)) else {
        return;
    };
    let (op, most) = most_of(|| Op::decode(u16::from(*code), attributes));
    assert!(most <= NODE_MEMORY, "{most} bytes for an operator");
    if let Ok(op) = op {
        let mut again = Vec::new();
        op.encode_attributes(&mut again);
        assert_eq!(
            (op.code(), again.as_slice()),
            (u16::from(*code), attributes)
        );
    }
}

fn check_header(bytes: &[u8]) {
    let (header, most) = most_of(|| Header::decode(bytes));
    assert!(most <= NODE_MEMORY, "{most} bytes for a header");
    if let Ok(header) = header {
        assert_eq!(header.encode(), bytes);
        let _ = header.check();
    }
}

fn check_program(bytes: &[u8]) {
    let (program, most) = most_of(|| Program::decode(bytes));
    let allowed = NODE_MEMORY + PROGRAM_FACTOR * bytes.len();
    assert!(
        most <= allowed,
        "{most} bytes for {} of a program",
        bytes.len()
    );
    if let Ok(program) = program {
        assert_eq!(program.encode(), bytes);
        let _ = program.validate();
    }
}

fn check_move(bytes: &[u8]) {
    let (mv, most) = most_of(|| Move::decode_all(&mut &bytes[..]));
    assert!(most <= MOVE_MEMORY, "{most} bytes for a move");
    if let Ok(mv) = mv {
        assert_eq!(mv.encode(), bytes);
    }
}

fn check_commitment(bytes: &[u8]) {
    let (commitment, most) = most_of(|| SegmentCommitment::decode_all(&mut &bytes[..]));
    assert!(most <= COMMITMENT_MEMORY, "{most} bytes for a commitment");
    if let Ok(commitment) = commitment {
        assert_eq!(commitment.encode(), bytes);
        let _ = commitment.verify::<Sha3>(3);
    }
}

fn check_submission(bytes: &[u8]) {
    let (submission, most) = most_of(|| JobSubmission::decode_all(&mut &bytes[..]));
    assert!(most <= SUBMISSION_MEMORY, "{most} bytes for a submission");
    if let Ok(submission) = submission {
        assert_eq!(submission.encode(), bytes);
        let _ = submission.check(&Params::main());
    }
}

/// Right encodings of each kind.
struct Right {
    header: Header,
    nodes: Vec<Vec<u8>>,
    /// Codes and attributes.
    ops: Vec<Vec<u8>>,
    headers: Vec<Vec<u8>>,
    programs: Vec<Vec<u8>>,
    moves: Vec<Vec<u8>>,
    commitments: Vec<Vec<u8>>,
    submissions: Vec<Vec<u8>>,
}

static RIGHT: LazyLock<Right> = LazyLock::new(|| {
    let program = every_operator().program;
    let op = |node: &Node| {
        let mut bytes = vec![node.op.code() as u8];
        node.op.encode_attributes(&mut bytes);
        bytes
    };
    Right {
        header: program.header(),
        nodes: program.nodes.iter().map(Node::encode).collect(),
        ops: program.nodes.iter().map(op).collect(),
        headers: vec![program.header().encode().to_vec()],
        programs: vec![program.encode()],
        moves: moves().iter().map(|(_, mv)| mv.encode()).collect(),
        commitments: [1, 3, 100].map(|count| commitment(count).encode()).to_vec(),
        submissions: vec![submission().encode()],
    }
});

fn commitment(states: u64) -> SegmentCommitment {
    let states: Vec<_> = (0..states).map(|i| StateRoot(hash(i))).collect();
    SegmentCommitment::new::<Sha3>(&states).unwrap()
}

fn from_any_bytes(right: &[Vec<u8>], check_bytes: fn(&[u8])) {
    check!()
        .with_type::<Hostile>()
        .with_iterations(5_000)
        .for_each(|hostile| check_bytes(&hostile.bytes(right)));
}

#[test]
fn nodes_from_any_bytes() {
    from_any_bytes(&RIGHT.nodes, check_node);
}

#[test]
fn operators_from_any_bytes() {
    from_any_bytes(&RIGHT.ops, check_op);
}

#[test]
fn headers_from_any_bytes() {
    from_any_bytes(&RIGHT.headers, check_header);
}

#[test]
fn programs_from_any_bytes() {
    from_any_bytes(&RIGHT.programs, check_program);
}

#[test]
fn moves_from_any_bytes() {
    from_any_bytes(&RIGHT.moves, check_move);
}

#[test]
fn commitments_from_any_bytes() {
    from_any_bytes(&RIGHT.commitments, check_commitment);
}

#[test]
fn submissions_from_any_bytes() {
    from_any_bytes(&RIGHT.submissions, check_submission);
}

#[test]
fn the_right_submission_is_one_that_a_chain_takes() {
    assert_eq!(submission().check(&Params::main()), Ok(()));
}

/// What begins right and ends early is nothing.
#[test]
fn no_beginning_of_an_encoding_is_one() {
    let every_beginning = |bytes: &[u8], is_one: &dyn Fn(&[u8]) -> bool| {
        assert!(is_one(bytes));
        (0..bytes.len()).for_each(|end| assert!(!is_one(&bytes[..end]), "{end} bytes"));
    };
    for bytes in &RIGHT.moves {
        every_beginning(bytes, &|bytes| Move::decode(&mut &bytes[..]).is_ok());
    }
    for bytes in &RIGHT.nodes {
        every_beginning(bytes, &|bytes| Node::decode(bytes).is_ok());
    }
    for bytes in &RIGHT.commitments {
        every_beginning(bytes, &|bytes| {
            SegmentCommitment::decode(&mut &bytes[..]).is_ok()
        });
    }
    every_beginning(&RIGHT.headers[0], &|bytes| Header::decode(bytes).is_ok());
    every_beginning(&RIGHT.programs[0], &|bytes| Program::decode(bytes).is_ok());
}

/// A length that nothing follows takes no memory, wherever it stands.
#[test]
fn lengths_without_bytes_take_no_memory() {
    for kind in 0..=u8::MAX {
        for length in [
            [0xfe, 0xff, 0xff, 0xff],
            [3, 0xff, 0xff, 0xff],
            [0xfd, 0x0f, 0, 0],
        ] {
            check_move(&[&[kind][..], &length].concat());
            check_move(&[&[kind, 0][..], &length].concat());
            check_move(&[&[kind, 4, 0][..], &length].concat());
        }
    }
}

/// There is one way to write a length.
#[test]
fn lengths_in_a_longer_form_are_refused() {
    let node = hash(1);
    let reveal = |length: &[u8]| [&[7], length, &node].concat();
    assert!(Move::decode_all(&mut &reveal(&[4])[..]).is_ok());
    let longer: [&[u8]; 3] = [&[5, 0], &[6, 0, 0, 0], &[3, 1, 0, 0, 0]];
    for length in longer {
        assert!(Move::decode_all(&mut &reveal(length)[..]).is_err());
    }
}

#[test]
fn a_huge_move_is_no_move() {
    let huge = vec![0xff; 1 << 20];
    check_move(&huge);
    for kind in 0..12 {
        check_move(&[&[kind][..], &huge].concat());
    }
    let run_of_zeros = vec![0; 1 << 20];
    for kind in 0..12 {
        let bytes = [&[kind][..], &run_of_zeros].concat();
        check_move(&bytes);
        assert!(Move::decode_all(&mut &bytes[..]).is_err());
    }
}

#[test]
fn a_commitment_is_read_as_it_is_written() {
    let commitment = commitment(5);
    let bytes = commitment.encode();
    let again = SegmentCommitment::decode_all(&mut &bytes[..]);
    assert_eq!(again, Ok(commitment));
}
