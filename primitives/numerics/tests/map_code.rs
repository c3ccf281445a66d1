//! Map code: its check, its encoding, and the interpreter.

use assay_numerics::map::{MapCode, MapDecodeError, MapError, MapInstruction, MapOp};
use assay_numerics::scalar;
use proptest::prelude::*;

fn instruction(op: MapOp, args: [u8; 3]) -> MapInstruction {
    MapInstruction { op, args }
}

fn code(constants: &[u32], instructions: &[(MapOp, [u8; 3])]) -> MapCode {
    MapCode {
        constants: constants.to_vec(),
        instructions: instructions
            .iter()
            .map(|&(op, args)| instruction(op, args))
            .collect(),
    }
}

fn encoded(code: &MapCode) -> Vec<u8> {
    let mut bytes = Vec::new();
    code.encode(&mut bytes);
    bytes
}

/// `a * x + b` with one rounding, its root if positive, else -1: uses inputs, constants and results.
fn example() -> MapCode {
    code(
        &[0x0000_0000, 0xbf80_0000],
        &[
            (MapOp::Fma, [0, 1, 2]),
            (MapOp::Lt, [3, 5, 0]),
            (MapOp::Sqrt, [5, 0, 0]),
            (MapOp::Select, [6, 7, 4]),
        ],
    )
}

#[test]
fn codes_are_fixed() {
    let names: Vec<_> = (0x01..=0x13)
        .map(|code| format!("{:?}", MapOp::from_code(code).expect("a code")))
        .collect();
    assert_eq!(
        names.join(" "),
        "Add Sub Mul Div Fma Sqrt Exp Ln Tanh Sigmoid Max Min Lt Le Eq Select Abs Neg Flush"
    );
    for code in 0..=255 {
        match MapOp::from_code(code) {
            Some(op) => assert_eq!(op.code(), code),
            None => assert!(code == 0 || code > 0x13),
        }
    }
}

#[test]
fn example_is_encoded_to_these_bytes() {
    let expected = [
        2, 0, 0, 0, 0, 0, 0, 0x80, 0xbf, 4, 0x05, 0, 1, 2, 0x0d, 3, 5, 0, 0x06, 5, 0, 0, 0x10, 6,
        7, 4,
    ];
    assert_eq!(encoded(&example()), expected);
    assert_eq!(MapCode::decode(&expected), Ok(example()));
}

#[test]
fn every_prefix_and_any_suffix_is_refused() {
    let bytes = encoded(&example());
    for length in 0..bytes.len() {
        assert_eq!(
            MapCode::decode(&bytes[..length]),
            Err(MapDecodeError::Truncated),
            "{length} bytes"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(
        MapCode::decode(&longer),
        Err(MapDecodeError::TrailingBytes { found: 1 })
    );
}

#[test]
fn decoding_refuses_what_is_not_canonical_or_too_long() {
    let form = |error| Err(MapDecodeError::Form(error));
    assert_eq!(
        MapCode::decode(&[0, 1, 0x14, 0, 0, 0]),
        Err(MapDecodeError::UnknownOperation { code: 0x14 })
    );
    assert_eq!(
        MapCode::decode(&[0, 1, 0x00, 0, 0, 0]),
        Err(MapDecodeError::UnknownOperation { code: 0 })
    );
    assert_eq!(MapCode::decode(&[0, 0]), form(MapError::NoInstructions));
    assert_eq!(
        MapCode::decode(&[17]),
        form(MapError::TooManyConstants { found: 17 })
    );
    assert_eq!(
        MapCode::decode(&[0, 33]),
        form(MapError::TooManyInstructions { found: 33 })
    );
    assert_eq!(
        MapCode::decode(&[0, 1, 0x01, 0, 0, 9]),
        form(MapError::UnusedArgument { index: 0, value: 9 })
    );
    // Nine times Sigmoid takes 432 operations.
    assert_eq!(
        MapCode::decode(&[&[0, 9][..], &[0x0a, 0, 0, 0].repeat(9)].concat()),
        form(MapError::TooManyOperations { found: 432 })
    );
    assert_eq!(
        MapCode::decode(&[1, 1, 0, 0xc0, 0x7f, 1, 0x11, 0, 0, 0]),
        form(MapError::ConstantNotCanonical {
            index: 0,
            word: 0x7fc0_0001
        })
    );
    assert!(MapCode::decode(&[1, 0, 0, 0xc0, 0x7f, 1, 0x11, 0, 0, 0]).is_ok());
}

#[test]
fn the_check_says_what_is_wrong_and_where() {
    assert_eq!(example().check(3), Ok(()));
    assert_eq!(
        example().check(9),
        Err(MapError::TooManyInputs { found: 9 })
    );
    assert_eq!(code(&[], &[]).check(1), Err(MapError::NoInstructions));
    assert_eq!(
        code(&[0; 17], &[(MapOp::Abs, [0; 3])]).check(1),
        Err(MapError::TooManyConstants { found: 17 })
    );
    assert_eq!(
        code(&[], &[(MapOp::Abs, [0; 3]); 33]).check(1),
        Err(MapError::TooManyInstructions { found: 33 })
    );
    let slow = |tail| {
        let mut instructions = vec![(MapOp::Sigmoid, [0; 3]); 7];
        instructions.extend(vec![(MapOp::Sqrt, [0; 3]); 12]);
        instructions.extend(tail);
        code(&[], &instructions).check(1)
    };
    assert_eq!(slow(vec![]), Ok(()));
    assert_eq!(
        slow(vec![(MapOp::Abs, [0; 3])]),
        Err(MapError::TooManyOperations { found: 385 })
    );
    assert_eq!(
        code(&[0xffc0_0000], &[(MapOp::Abs, [0; 3])]).check(0),
        Err(MapError::ConstantNotCanonical {
            index: 0,
            word: 0xffc0_0000
        })
    );
    // Value 2 is the result of instruction 0 itself with one input and one constant.
    for (op, args) in [
        (MapOp::Abs, [2, 0, 0]),
        (MapOp::Add, [0, 2, 0]),
        (MapOp::Fma, [0, 1, 2]),
    ] {
        assert_eq!(
            code(&[0], &[(op, args)]).check(1),
            Err(MapError::UndefinedValue {
                index: 0,
                value: 2,
                defined: 2
            })
        );
    }
    let unused = code(&[], &[(MapOp::Abs, [0; 3]), (MapOp::Neg, [1, 1, 0])]);
    assert_eq!(
        unused.check(1),
        Err(MapError::UnusedArgument { index: 1, value: 1 })
    );
    assert_eq!(
        code(&[0x3f80_0000], &[(MapOp::Neg, [0; 3])]).check(0),
        Ok(())
    );
}

#[test]
fn errors_name_the_place() {
    let text = MapError::UndefinedValue {
        index: 3,
        value: 9,
        defined: 8,
    }
    .to_string();
    assert_eq!(
        text,
        "instruction 3 of a Map uses value 9, but only 8 come before it"
    );
    let text = MapDecodeError::Form(MapError::TooManyConstants { found: 17 }).to_string();
    assert_eq!(text, "a Map has 17 constants; at most 16 are allowed");
}

#[test]
fn the_interpreter_follows_the_code() {
    let example = example();
    assert_eq!(example.eval(&[2.0, 3.0, 3.0]), 3.0);
    assert_eq!(example.eval(&[2.0, -3.0, 3.0]), -1.0);
    let fused = example.eval(&[1.000_000_1, 1.000_000_1, -1.0]);
    assert_eq!(
        fused.to_bits(),
        scalar::sqrt(scalar::fma(1.000_000_1, 1.000_000_1, -1.0)).to_bits()
    );
}

#[test]
fn each_operation_takes_its_arguments_in_order() {
    let inputs = [0.75, 0.5, 3.0];
    let [a, b, c] = inputs;
    for (op, expected) in [
        (MapOp::Add, 1.25),
        (MapOp::Sub, 0.25),
        (MapOp::Mul, 0.375),
        (MapOp::Div, 1.5),
        (MapOp::Fma, 3.375),
        (MapOp::Sqrt, scalar::sqrt(a)),
        (MapOp::Exp, scalar::exp(a)),
        (MapOp::Ln, scalar::ln(a)),
        (MapOp::Tanh, scalar::tanh(a)),
        (MapOp::Sigmoid, scalar::sigmoid(a)),
        (MapOp::Max, a),
        (MapOp::Min, b),
        (MapOp::Lt, 0.0),
        (MapOp::Le, 0.0),
        (MapOp::Eq, 0.0),
        (MapOp::Select, b),
        (MapOp::Abs, a),
        (MapOp::Neg, -a),
        (MapOp::Flush, a),
    ] {
        let args = [[0, 0, 0], [0, 1, 0], [0, 1, 2]][op.arity() - 1];
        let code = code(&[], &[(op, args)]);
        assert_eq!(code.check(3), Ok(()), "{op:?}");
        assert_eq!(code.eval(&inputs).to_bits(), expected.to_bits(), "{op:?}");
        assert_eq!(op.apply([a, b, c]).to_bits(), expected.to_bits(), "{op:?}");
    }
}

#[test]
fn the_longest_code_uses_every_value() {
    let constants: Vec<u32> = (0..16).map(|i| (i as f32).to_bits()).collect();
    // Each instruction adds the next value to the running sum: 1 + ... + 8 of inputs, 0 + ... + 15 of constants.
    let mut instructions = vec![instruction(MapOp::Add, [0, 1, 0])];
    instructions.extend((2..24).map(|value| instruction(MapOp::Add, [value + 22, value, 0])));
    instructions.extend((23..32).map(|index| instruction(MapOp::Neg, [index + 23, 0, 0])));
    let code = MapCode {
        constants,
        instructions,
    };
    assert_eq!(code.instructions.len(), MapCode::MAX_INSTRUCTIONS);
    assert_eq!(code.check(8), Ok(()));
    assert_eq!(encoded(&code).len(), MapCode::MAX_ENCODED);
    assert_eq!(code.eval(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), -156.0);
}

#[test]
fn a_nan_comes_out_in_one_form() {
    let negate = code(&[], &[(MapOp::Neg, [0; 3])]);
    for word in [0x7fc0_0000, 0xffff_ffff, 0x7f80_0001] {
        assert_eq!(
            negate.eval(&[f32::from_bits(word)]).to_bits(),
            scalar::CANONICAL_NAN
        );
    }
}

#[test]
fn code_that_the_check_refuses_gives_nan() {
    let too_many = [1.0; 9];
    assert!(code(&[], &[]).eval(&[1.0]).is_nan());
    assert!(code(&[], &[(MapOp::Abs, [1, 0, 0])]).eval(&[1.0]).is_nan());
    assert!(code(&[0; 16], &[(MapOp::Abs, [0; 3]); 32])
        .eval(&too_many)
        .is_nan());
    assert!(example().eval(&[2.0]).is_nan());
}

fn any_op() -> impl Strategy<Value = MapOp> {
    (0..MapOp::ALL.len()).prop_map(|i| MapOp::ALL[i])
}

/// Well-formed code for this many inputs.
fn any_code(inputs: usize) -> impl Strategy<Value = MapCode> {
    let constants = prop::collection::vec(
        any::<u32>().prop_map(scalar::canonical),
        0..=MapCode::MAX_CONSTANTS,
    );
    let parts = prop::collection::vec((any_op(), any::<[u8; 3]>()), 1..=MapCode::MAX_INSTRUCTIONS);
    (constants, parts).prop_map(move |(constants, parts)| {
        let first = inputs + constants.len();
        // Beyond one operation for each instruction.
        let mut left = MapCode::MAX_OPERATIONS - MapCode::MAX_INSTRUCTIONS as u64;
        let instructions = parts.into_iter().enumerate().map(|(index, (op, draws))| {
            let op = if op.operations() - 1 > left {
                MapOp::Abs
            } else {
                op
            };
            left -= op.operations() - 1;
            let argument = |i: usize| {
                if i < op.arity() {
                    (usize::from(draws[i]) % (first + index)) as u8
                } else {
                    0
                }
            };
            instruction(op, [argument(0), argument(1), argument(2)])
        });
        MapCode {
            instructions: instructions.collect(),
            constants,
        }
    })
}

proptest! {
    #[test]
    fn well_formed_code_survives_encoding((inputs, code) in (1..=8usize).prop_flat_map(|n| (Just(n), any_code(n)))) {
        prop_assert_eq!(code.check(inputs), Ok(()));
        let bytes = encoded(&code);
        prop_assert!(bytes.len() <= MapCode::MAX_ENCODED);
        prop_assert_eq!(MapCode::decode(&bytes), Ok(code));
    }

    #[test]
    fn evaluation_is_pure_and_canonical(code in any_code(8), words in any::<[u32; 8]>()) {
        let inputs = words.map(f32::from_bits);
        let bits = code.eval(&inputs).to_bits();
        prop_assert_eq!(bits, scalar::canonical(bits));
        let others = words.map(|word| f32::from_bits(scalar::canonical(word)));
        prop_assert_eq!(bits, code.eval(&others).to_bits(), "a NaN's payload changed the result");
    }

    #[test]
    fn hostile_bytes_are_refused_or_canonical(bytes in prop::collection::vec(0..20u8, 0..80)) {
        if let Ok(code) = MapCode::decode(&bytes) {
            prop_assert_eq!(encoded(&code), bytes);
            let _ = code.check(4);
            let _ = code.eval(&[1.0; 4]);
        }
    }

    #[test]
    fn arbitrary_code_never_panics(
        constants in prop::collection::vec(any::<u32>(), 0..40),
        parts in prop::collection::vec((any_op(), any::<[u8; 3]>()), 0..80),
        inputs in prop::collection::vec(any::<f32>(), 0..20),
    ) {
        let instructions = parts.into_iter().map(|(op, args)| instruction(op, args)).collect();
        let code = MapCode { constants, instructions };
        let result = code.eval(&inputs);
        if code.check(inputs.len()).is_ok() {
            prop_assert!(MapCode::decode(&encoded(&code)).is_ok());
        } else {
            prop_assert_eq!(result.to_bits(), scalar::canonical(result.to_bits()));
        }
    }
}
