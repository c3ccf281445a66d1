//! What every operator is checked on: shapes and values that are hostile to each.

use crate::random::{Random, Values};
use assay_cuda::launch::Target;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{Dims, Op, Operation, RowOrder, Tensor, TensorError, TensorType};
use assay_program::{Input, Node, Program, Source, ValidProgram};

/// The seed of all cases.
pub const SEED: [u8; 32] = [7; 32];

/// Devices for which products are cut: small and large ones, so that every kernel is launched on any device.
pub const TARGETS: [Target; 4] = [
    Target { processors: 1 },
    Target { processors: 6 },
    Target { processors: 40 },
    Target { processors: 2000 },
];

/// An operator with the values it is given.
pub struct Case {
    /// The operator.
    pub op: Op,
    /// Its inputs.
    pub inputs: Vec<Tensor>,
    /// The type of its output.
    pub output: TensorType,
    /// The number of the step.
    pub step: u64,
}

impl Case {
    /// The operator with its types.
    pub fn operation(&self) -> Operation {
        Operation {
            op: self.op.clone(),
            inputs: self.inputs.iter().map(Tensor::ty).collect(),
            output: self.output,
        }
    }
}

type Cases = Result<Vec<Case>, TensorError>;

/// All cases.
pub fn all() -> Cases {
    let mut random = Random(1);
    let mut cases = maps(&mut random)?;
    cases.extend(products(&mut random)?);
    cases.extend(reductions(&mut random)?);
    cases.extend(movements(&mut random)?);
    cases.extend(lookups(&mut random)?);
    cases.extend(scatters(&mut random)?);
    cases.extend(steps(&mut random)?);
    Ok(cases)
}

/// A program whose one slot becomes the operation's output.
pub fn single(operation: &Operation, seed: [u8; 32]) -> Result<ValidProgram, String> {
    let sources = (0..).map(Source::Input).zip(&operation.inputs);
    let inputs = sources
        .map(|(source, ty)| Input { source, ty: *ty })
        .collect();
    let node = |op, inputs, output| Node {
        op,
        inputs,
        output,
        stream: 0,
    };
    let end = TensorType::f32(Dims::new([1; 4]).map_err(|error| error.to_string())?);
    let program = Program {
        seed,
        slots: vec![operation.output],
        inputs: operation.inputs.clone(),
        constants: Vec::new(),
        constants_root: [0; 32],
        nodes: vec![
            node(operation.op.clone(), inputs, operation.output),
            node(Op::Commit, Vec::new(), end),
        ],
    };
    program.validate().map_err(|error| error.to_string())
}

fn f32_of(sizes: [u32; 4]) -> Result<TensorType, TensorError> {
    Ok(TensorType::f32(Dims::new(sizes)?))
}

/// Each operation of a Map by itself, on hostile values, broadcast and not.
fn maps(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for op in MapOp::ALL {
        let mut args = [0, 1, 2];
        args[op.arity()..].fill(0);
        let code = MapCode {
            constants: Vec::new(),
            instructions: vec![MapInstruction { op, args }],
        };
        for values in [Values::Wild, Values::Any] {
            let sizes = [2, 1, 67, 101];
            let inputs = [sizes, [1, 1, 67, 1], [2, 1, 1, 101]];
            let inputs = inputs.map(|sizes| Ok(random.floats(Dims::new(sizes)?, values)));
            cases.push(Case {
                op: Op::Map(code.clone()),
                inputs: inputs.into_iter().collect::<Result<_, _>>()?,
                output: f32_of(sizes)?,
                step: 0,
            });
        }
    }
    Ok(cases)
}

/// Products of every form: small, skinny, long, batched and of any shape.
fn products(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    let shapes = [
        [1, 1, 1],
        [3, 5, 7],
        [64, 64, 64],
        [130, 40, 260],
        [33, 513, 31],
        [8, 1600, 12],
        [1, 2048, 300],
        [200, 16, 1],
        [257, 129, 511],
    ];
    let mut ragged = || [0; 3].map(|_: u32| random.between(1, 150));
    let ragged = [ragged(), ragged(), ragged()];
    for (number, [m, k, n]) in shapes.into_iter().chain(ragged).enumerate() {
        for (transpose_a, transpose_b) in
            [(false, false), (true, false), (false, true), (true, true)]
        {
            let a = if transpose_a { [k, m] } else { [m, k] };
            let b = if transpose_b { [n, k] } else { [k, n] };
            let values = Values::ALL[number % 3];
            let lead = if number % 4 == 1 { [2, 3] } else { [1, 1] };
            cases.push(Case {
                op: Op::MatMul {
                    transpose_a,
                    transpose_b,
                },
                inputs: vec![
                    random.floats(Dims::new([lead[0], 1, a[0], a[1]])?, values),
                    random.floats(Dims::new([lead[0], lead[1], b[0], b[1]])?, values),
                ],
                output: f32_of([lead[0], lead[1], m, n])?,
                step: 0,
            });
        }
    }
    Ok(cases)
}

fn reductions(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    let mut ragged = || [2, 3, 90, 90].map(|most| random.between(1, most));
    let ragged = [ragged(), ragged(), ragged()];
    let shapes = [
        [1, 1, 1, 1],
        [2, 3, 33, 31],
        [1, 1, 3, 40_000],
        [1, 2, 1500, 9],
    ];
    for sizes in shapes.into_iter().chain(ragged) {
        let [b0, b1, rows, cols] = sizes;
        let (per_row, per_col) = ([b0, b1, rows, 1], [b0, b1, 1, cols]);
        for (op, output) in [
            (Op::RowSum, per_row),
            (Op::RowMax, per_row),
            (Op::ColSum, per_col),
            (Op::ColMax, per_col),
        ] {
            for values in [Values::Finite, Values::Wild] {
                cases.push(Case {
                    op: op.clone(),
                    inputs: vec![random.floats(Dims::new(sizes)?, values)],
                    output: f32_of(output)?,
                    step: 0,
                });
            }
        }
    }
    for (from, to) in [
        ([2, 3, 5, 7], [1, 3, 5, 7]),
        ([2, 3, 5, 7], [2, 1, 5, 7]),
        ([3, 400, 1, 70], [1, 1, 1, 70]),
    ] {
        cases.push(Case {
            op: Op::LeadSum,
            inputs: vec![random.floats(Dims::new(from)?, Values::Finite)],
            output: f32_of(to)?,
            step: 0,
        });
    }
    Ok(cases)
}

fn movements(random: &mut Random) -> Cases {
    let sizes = [2, 3, 40, 70];
    let mut cases = Vec::new();
    for perm in [[0, 1, 3, 2], [0, 2, 1, 3], [3, 1, 2, 0], [2, 3, 0, 1]] {
        let output = perm.map(|axis: u8| sizes[usize::from(axis)]);
        cases.push(Case {
            op: Op::Permute { perm },
            inputs: vec![random.floats(Dims::new(sizes)?, Values::Any)],
            output: f32_of(output)?,
            step: 0,
        });
    }
    cases.push(Case {
        op: Op::Slice {
            start: [1, 0, 5, 33],
        },
        inputs: vec![random.floats(Dims::new(sizes)?, Values::Any)],
        output: f32_of([1, 2, 30, 37])?,
        step: 0,
    });
    cases.push(Case {
        op: Op::Reshape,
        inputs: vec![random.floats(Dims::new(sizes)?, Values::Any)],
        output: f32_of([70, 40, 3, 2])?,
        step: 0,
    });
    for axis in 0..4u8 {
        let mut other = sizes;
        other[usize::from(axis)] = 5;
        let mut output = sizes;
        output[usize::from(axis)] += 5;
        cases.push(Case {
            op: Op::Concat { axis },
            inputs: vec![
                random.floats(Dims::new(sizes)?, Values::Any),
                random.floats(Dims::new(other)?, Values::Any),
            ],
            output: f32_of(output)?,
            step: 0,
        });
    }
    Ok(cases)
}

fn lookups(random: &mut Random) -> Cases {
    let (rows, range, width) = (77, 50, 41);
    let index = random.indices(rows, range)?;
    Ok(vec![
        Case {
            op: Op::Gather,
            inputs: vec![
                index.clone(),
                random.floats(Dims::new([1, 1, range, width])?, Values::Any),
            ],
            output: f32_of([1, 1, rows, width])?,
            step: 0,
        },
        Case {
            op: Op::Pick,
            inputs: vec![
                index.clone(),
                random.floats(Dims::new([1, 1, rows, range])?, Values::Any),
            ],
            output: f32_of([1, 1, rows, 1])?,
            step: 0,
        },
        Case {
            op: Op::OneHot,
            inputs: vec![index],
            output: f32_of([1, 1, rows, range])?,
            step: 0,
        },
    ])
}

/// One chunk of positions and several, with rows that are named often, seldom and never.
fn scatters(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for (positions, named, rows, width) in [
        (77, 50, 50, 41),
        (512, 1, 3, 70),
        (1500, 40, 60, 33),
        (3000, 2000, 1500, 5),
    ] {
        for values in Values::ALL {
            cases.push(Case {
                op: Op::ScatterAdd,
                inputs: vec![
                    random.indices(positions, named)?,
                    random.floats(Dims::new([1, 1, positions, width])?, values),
                ],
                output: f32_of([1, 1, rows, width])?,
                step: 0,
            });
        }
    }
    Ok(cases)
}

/// Operators that depend on the step.
fn steps(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for step in [0, 1, 7, 1 << 33, u64::MAX] {
        for order in [RowOrder::Shuffled, RowOrder::Sequential] {
            cases.push(Case {
                op: Op::BatchRows { order },
                inputs: vec![random.floats(Dims::new([1, 1, 157, 19])?, Values::Any)],
                output: f32_of([1, 1, 60, 19])?,
                step,
            });
        }
        cases.push(Case {
            op: Op::RowWrite,
            inputs: vec![
                random.floats(Dims::new([1, 1, 40, 19])?, Values::Any),
                random.floats(Dims::new([1, 1, 6, 19])?, Values::Any),
            ],
            output: f32_of([1, 1, 40, 19])?,
            step,
        });
    }
    Ok(cases)
}
