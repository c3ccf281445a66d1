//! Attributes as bytes: fixed examples, every operator there and back, and hostile bytes.

use super::support::config;
use assay_numerics::{MapCode, MapInstruction, MapOp, Op, OpDecodeError, RowOrder};
use proptest::prelude::*;

fn encoded(op: &Op) -> Vec<u8> {
    let mut bytes = Vec::new();
    op.encode_attributes(&mut bytes);
    bytes
}

fn any_op() -> impl Strategy<Value = Op> {
    let unit = prop::sample::select(vec![
        Op::RowSum,
        Op::RowMax,
        Op::ColSum,
        Op::ColMax,
        Op::LeadSum,
        Op::Reshape,
        Op::Gather,
        Op::Pick,
        Op::OneHot,
        Op::RowWrite,
        Op::ScatterAdd,
        Op::Commit,
        Op::BatchRows {
            order: RowOrder::Shuffled,
        },
        Op::BatchRows {
            order: RowOrder::Sequential,
        },
    ]);
    let code = (1usize..33, prop::collection::vec(0u32..0x7f80_0000, 0..17)).prop_map(
        |(count, constants)| {
            let instructions = vec![
                MapInstruction {
                    op: MapOp::Add,
                    args: [0, 1, 0]
                };
                count
            ];
            Op::Map(MapCode {
                constants,
                instructions,
            })
        },
    );
    prop_oneof![
        unit,
        code,
        any::<[bool; 2]>().prop_map(|[transpose_a, transpose_b]| Op::MatMul {
            transpose_a,
            transpose_b
        }),
        any::<[u8; 4]>().prop_map(|perm| Op::Permute { perm }),
        any::<[u32; 4]>().prop_map(|start| Op::Slice { start }),
        any::<u8>().prop_map(|axis| Op::Concat { axis }),
    ]
}

#[test]
fn layouts() {
    for (op, code, bytes) in [
        (
            Op::MatMul {
                transpose_a: true,
                transpose_b: false,
            },
            0x02,
            vec![1],
        ),
        (
            Op::MatMul {
                transpose_a: false,
                transpose_b: true,
            },
            0x02,
            vec![2],
        ),
        (Op::Permute { perm: [0, 2, 1, 3] }, 0x21, vec![0, 2, 1, 3]),
        (
            Op::Slice {
                start: [1, 2, 0x0102_0304, 4],
            },
            0x22,
            vec![1, 0, 0, 0, 2, 0, 0, 0, 4, 3, 2, 1, 4, 0, 0, 0],
        ),
        (Op::Concat { axis: 3 }, 0x23, vec![3]),
        (
            Op::BatchRows {
                order: RowOrder::Shuffled,
            },
            0x33,
            vec![0],
        ),
        (
            Op::BatchRows {
                order: RowOrder::Sequential,
            },
            0x33,
            vec![1],
        ),
        (Op::ScatterAdd, 0x35, vec![]),
        (Op::Commit, 0xff, vec![]),
    ] {
        assert_eq!((op.code(), encoded(&op)), (code, bytes.clone()));
        assert_eq!(Op::decode(code, &bytes), Ok(op));
    }
}

#[test]
fn refusals() {
    assert_eq!(
        Op::decode(0x03, &[]),
        Err(OpDecodeError::UnknownOp { code: 0x03 })
    );
    assert_eq!(
        Op::decode(0x0102, &[0]),
        Err(OpDecodeError::UnknownOp { code: 0x0102 })
    );
    assert_eq!(
        Op::decode(0x02, &[4]),
        Err(OpDecodeError::Reserved {
            code: 0x02,
            value: 4
        })
    );
    assert_eq!(
        Op::decode(0x33, &[2]),
        Err(OpDecodeError::Reserved {
            code: 0x33,
            value: 2
        })
    );
    let length = |code, expected, found| {
        Err(OpDecodeError::Length {
            code,
            expected,
            found,
        })
    };
    assert_eq!(Op::decode(0x10, &[0]), length(0x10, 0, 1));
    assert_eq!(Op::decode(0x22, &[0; 17]), length(0x22, 16, 17));
    assert_eq!(Op::decode(0x21, &[]), length(0x21, 4, 0));
}

proptest! {
    #![proptest_config(config(500))]
    #[test]
    fn there_and_back(op in any_op()) {
        prop_assert_eq!(Op::decode(op.code(), &encoded(&op)), Ok(op));
    }

    #[test]
    fn a_byte_more_or_less_is_refused(op in any_op(), extra: u8) {
        let mut bytes = encoded(&op);
        bytes.push(extra);
        prop_assert!(Op::decode(op.code(), &bytes).is_err());
        bytes.truncate(bytes.len().saturating_sub(2));
        prop_assert!(bytes.is_empty() || Op::decode(op.code(), &bytes).is_err());
    }

    #[test]
    fn what_is_read_encodes_to_the_same_bytes(
        code in prop_oneof![any::<u16>(), 0u16..0x40, Just(0xff)],
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            prop::collection::vec(0u8..20, 0..40),
            (0u8..2, prop::collection::vec(1u8..0x14, 1..5)).prop_map(|(constants, ops)| {
                let mut bytes = vec![constants];
                bytes.extend([0; 4].repeat(usize::from(constants)));
                bytes.push(ops.len() as u8);
                ops.into_iter().for_each(|op| bytes.extend([op, 0, 0, 0]));
                bytes
            }),
        ],
    ) {
        if let Ok(op) = Op::decode(code, &bytes) {
            prop_assert_eq!(op.code(), code);
            prop_assert_eq!(encoded(&op), bytes);
        }
    }
}
