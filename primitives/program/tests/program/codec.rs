//! Encodings go both ways, and hostile bytes are refused in peace.

use crate::hand;
use assay_numerics::Op;
use assay_program::{
    testing::random_program, DecodeError, Header, HeaderError, Node, Program, Source, MAGIC,
};
use proptest::prelude::*;

/// What must hold of any bytes whatever.
fn judge(bytes: &[u8]) {
    if let Ok(program) = Program::decode(bytes) {
        assert_eq!(
            program.encode(),
            bytes,
            "an accepted file is the only one for its program"
        );
        let _ = program.clone().validate();
        let _ = program.schedule_shape();
    }
}

/// An encoding and where to change it.
fn alterations() -> impl Strategy<Value = (Vec<u8>, Vec<(prop::sample::Index, u8)>)> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    (any::<u64>(), changes)
        .prop_map(|(seed, changes)| (random_program(seed).program.encode(), changes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_program_is_its_encoding(seed: u64) {
        let program = random_program(seed).program;
        let bytes = program.encode();
        prop_assert_eq!(Program::decode(&bytes), Ok(program.clone()));
        prop_assert_eq!(Header::decode(&program.header().encode()), Ok(program.header()));
        for node in &program.nodes {
            let encoding = node.encode();
            prop_assert!(encoding.len() <= Node::MAX_BYTES);
            prop_assert_eq!(Node::decode(&encoding), Ok(node.clone()));
        }
    }

    #[test]
    fn altered_bytes_are_judged((mut bytes, changes) in alterations()) {
        for (index, byte) in changes {
            *index.get_mut(&mut bytes) = byte;
        }
        judge(&bytes);
    }

    #[test]
    fn every_cut_is_refused(seed: u64, cut: prop::sample::Index) {
        let bytes = random_program(seed).program.encode();
        prop_assert!(Program::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn bytes_after_the_end_are_refused(seed: u64, more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = random_program(seed).program.encode();
        let offset = bytes.len();
        bytes.extend(more);
        prop_assert_eq!(Program::decode(&bytes), Err(DecodeError::Trailing { offset }));
    }

    #[test]
    fn pieces_put_in_or_taken_out_are_judged(seed: u64, a: prop::sample::Index, b: prop::sample::Index) {
        let bytes = random_program(seed).program.encode();
        let (a, b) = (a.index(bytes.len()), b.index(bytes.len()));
        judge(&[&bytes[..a], &bytes[b..]].concat());
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        judge(&bytes);
        judge(&[&MAGIC, bytes.as_slice()].concat());
        let _ = Node::decode(&bytes);
        let _ = Header::decode(&bytes);
    }
}

#[test]
fn a_claimed_count_allocates_nothing() {
    // The most of everything, and not a byte after the header.
    let header = Header {
        nodes: 1 << 14,
        slots: 1 << 12,
        inputs: 16,
        constants: 1 << 10,
        ..hand::program().header()
    };
    let bytes = [&MAGIC, header.encode().as_slice()].concat();
    assert_eq!(
        Program::decode(&bytes),
        Err(DecodeError::End {
            offset: bytes.len()
        })
    );
}

#[test]
fn header_of_another_time() {
    let decode = |header: Header| Program::decode(&[&MAGIC, header.encode().as_slice()].concat());
    let header = hand::program().header();
    let version = decode(Header {
        version: 2,
        ..header
    });
    assert_eq!(
        version,
        Err(DecodeError::Header(HeaderError::Version { found: 2 }))
    );
    let flags = decode(Header {
        flags: 0x8000,
        ..header
    });
    assert_eq!(
        flags,
        Err(DecodeError::Header(HeaderError::Flags { found: 0x8000 }))
    );
}

#[test]
fn files_that_are_no_programs() {
    assert_eq!(Program::decode(b""), Err(DecodeError::Magic));
    assert_eq!(Program::decode(b"ASSAYPRH"), Err(DecodeError::Magic));
    assert_eq!(
        Program::decode(b"ASSAYPRG"),
        Err(DecodeError::End { offset: 8 })
    );
    let long = vec![0; Program::MAX_BYTES + 1];
    assert_eq!(
        Program::decode(&long),
        Err(DecodeError::TooLong {
            most: Program::MAX_BYTES,
            found: long.len()
        })
    );
}

/// The hand-written RowWrite: op at 0, output count at 8, dtype at 9, dims at 10, input count at 26, kind at 27.
#[test]
fn each_field_of_a_node_is_judged() {
    let good = hand::program().nodes[3].encode();
    let with = |offset: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[offset] = byte;
        Node::decode(&bytes)
    };
    assert!(matches!(
        with(0, 0xee),
        Err(DecodeError::Operator { offset: 0, .. })
    ));
    assert_eq!(
        with(8, 0),
        Err(DecodeError::Outputs {
            offset: 8,
            found: 0
        })
    );
    assert_eq!(
        with(8, 2),
        Err(DecodeError::Outputs {
            offset: 8,
            found: 2
        })
    );
    assert_eq!(with(9, 2), Err(DecodeError::Dtype { offset: 9, code: 2 }));
    assert!(matches!(
        with(10, 0),
        Err(DecodeError::Dims { offset: 10, .. })
    ));
    assert_eq!(
        with(26, 9),
        Err(DecodeError::Inputs {
            offset: 26,
            most: 8,
            found: 9
        })
    );
    assert_eq!(
        with(26, 1),
        Err(DecodeError::Trailing {
            offset: good.len() - 22
        })
    );
    assert_eq!(with(26, 3), Err(DecodeError::End { offset: good.len() }));
    assert_eq!(
        with(27, 4),
        Err(DecodeError::Source {
            offset: 27,
            code: 4
        })
    );
    // Attributes that a RowWrite does not have.
    assert!(matches!(
        with(2, 1),
        Err(DecodeError::Operator { offset: 0, .. })
    ));
}

#[test]
fn source_kinds() {
    let sources = [
        Source::Node(5),
        Source::Slot(6),
        Source::Input(7),
        Source::Constant(u32::MAX),
    ];
    for (kind, source) in (0..).zip(sources) {
        assert_eq!(source.code().0, kind);
        assert_eq!(Source::from_code(kind, source.code().1), Some(source));
    }
    assert_eq!(Source::from_code(4, 0), None);
}

#[test]
fn what_cannot_be_encoded_does_not_decode_as_something_else() {
    let mut node = hand::program().nodes.remove(2);
    node.inputs = vec![node.inputs[0]; 256];
    assert!(Node::decode(&node.encode()).is_err());
    if let Op::Map(code) = &mut node.op {
        code.constants = vec![0; 20_000];
    }
    assert!(Node::decode(&node.encode()).is_err());
}
