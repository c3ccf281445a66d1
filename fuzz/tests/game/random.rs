//! Nodes of every operator in any shape that the rules allow, up to the largest.

use crate::support::{operators::node, programs::map, Rng};
use assay_numerics::{
    DType, Dims, MapCode, MapInstruction, MapOp, Op, Operation, RowOrder, TensorType,
};
use assay_program::{Node, Source};

/// A valid node, by lot.
pub fn random_node(rng: &mut Rng) -> Node {
    let kinds = [
        Source::Node as fn(u32) -> Source,
        Source::Slot,
        Source::Input,
        Source::Constant,
    ];
    let kind = kinds[rng.below(4) as usize];
    loop {
        let (op, inputs, output) = random_operation(rng);
        let types: Option<Vec<TensorType>> = inputs.into_iter().map(checked).collect();
        let (Some(inputs), Some(output)) = (types, checked(output)) else {
            continue;
        };
        let node = node(op, &inputs, output, kind);
        if node.operation().check().is_ok() {
            return node;
        }
    }
}

type Shape = (DType, [u32; 4]);

fn checked((dtype, dims): Shape) -> Option<TensorType> {
    Dims::new(dims).ok().map(|dims| TensorType { dtype, dims })
}

fn float(dims: [u32; 4]) -> Shape {
    (DType::F32, dims)
}

fn column(rows: u32) -> Shape {
    (DType::U32, [1, 1, rows, 1])
}

/// A side: small, beside a power of two, or of any size.
fn side(rng: &mut Rng) -> u32 {
    let power = 1u32 << rng.below(30);
    match rng.below(4) {
        0 => 1 + rng.below(70) as u32,
        1 => power,
        2 => (power - 1).max(1) + 2 * rng.below(2) as u32,
        _ => 1 + rng.below(power.into()) as u32,
    }
}

fn few(rng: &mut Rng) -> u32 {
    match rng.below(3) {
        0 => 1,
        1 => 1 + rng.below(6) as u32,
        _ => side(rng),
    }
}

fn dims(rng: &mut Rng) -> [u32; 4] {
    [few(rng), few(rng), side(rng), side(rng)]
}

/// An operation that is often valid.
fn random_operation(rng: &mut Rng) -> (Op, Vec<Shape>, Shape) {
    let [d0, d1, r, c] = dims(rng);
    let x = float([d0, d1, r, c]);
    let dtype = [DType::F32, DType::U32][rng.below(2) as usize];
    let any = (dtype, [1, 1, r, c]);
    let n = side(rng);
    match rng.below(17) {
        0 | 1 => random_map(rng, [d0, d1, r, c]),
        2 | 3 => random_product(rng, [d0, d1, r, c], n),
        4 => (Op::RowSum, vec![x], float([d0, d1, r, 1])),
        5 => (Op::RowMax, vec![x], float([d0, d1, r, 1])),
        6 => (Op::ColSum, vec![x], float([d0, d1, 1, c])),
        7 => (Op::ColMax, vec![x], float([d0, d1, 1, c])),
        8 => {
            let kept = [[1, 1], [d0, 1], [1, d1]][rng.below(3) as usize];
            (Op::LeadSum, vec![x], float([kept[0], kept[1], r, c]))
        }
        9 => random_movement(rng, (dtype, [d0, d1, r, c])),
        10 => (Op::Gather, vec![column(n), any], (dtype, [1, 1, n, c])),
        11 => (Op::Pick, vec![column(r), any], (dtype, [1, 1, r, 1])),
        12 => (Op::OneHot, vec![column(r)], float([1, 1, r, c])),
        13 => {
            let order = [RowOrder::Shuffled, RowOrder::Sequential][rng.below(2) as usize];
            (Op::BatchRows { order }, vec![any], (dtype, [1, 1, n, c]))
        }
        14 => (Op::RowWrite, vec![any, (dtype, [1, 1, n, c])], any),
        15 => {
            let inputs = vec![column(r), float([1, 1, r, c])];
            (Op::ScatterAdd, inputs, float([1, 1, n, c]))
        }
        _ => random_movement(rng, (dtype, [d0, d1, r, c])),
    }
}

fn random_map(rng: &mut Rng, output: [u32; 4]) -> (Op, Vec<Shape>, Shape) {
    let count = rng.below(9) as u8;
    if count == 0 {
        let code = MapCode {
            constants: vec![0x7fc0_0000],
            instructions: vec![MapInstruction {
                op: MapOp::Neg,
                args: [0; 3],
            }],
        };
        return (Op::Map(code), vec![], float(output));
    }
    let inputs = (0..count).map(|_| {
        let mut dims = output;
        dims.iter_mut()
            .for_each(|dim| *dim = [*dim, 1][(rng.below(3) / 2) as usize]);
        float(dims)
    });
    let inputs = inputs.collect();
    let ops = MapOp::ALL;
    let op = ops[rng.below(ops.len() as u64) as usize];
    let mut args = [0; 3];
    args[..op.arity()].fill_with(|| rng.below(count.into()) as u8);
    (map(op, args), inputs, float(output))
}

fn random_product(rng: &mut Rng, [d0, d1, m, k]: [u32; 4], n: u32) -> (Op, Vec<Shape>, Shape) {
    let (transpose_a, transpose_b) = (rng.below(2) == 1, rng.below(2) == 1);
    let stored = |transposed, rows, cols| match transposed {
        true => [cols, rows],
        false => [rows, cols],
    };
    let ([a2, a3], [b2, b3]) = (stored(transpose_a, m, k), stored(transpose_b, k, n));
    let leading = [[d0, d1], [1, d1], [d0, 1], [1, 1]][rng.below(4) as usize];
    let op = Op::MatMul {
        transpose_a,
        transpose_b,
    };
    let a = float([leading[0], leading[1], a2, a3]);
    (op, vec![a, float([d0, d1, b2, b3])], float([d0, d1, m, n]))
}

fn random_movement(rng: &mut Rng, (dtype, dims): Shape) -> (Op, Vec<Shape>, Shape) {
    let x = (dtype, dims);
    match rng.below(4) {
        0 => {
            let mut perm = [0u8, 1, 2, 3];
            (1..4).for_each(|i| perm.swap(i, rng.below(i as u64 + 1) as usize));
            let output = perm.map(|axis| dims[usize::from(axis)]);
            (Op::Permute { perm }, vec![x], (dtype, output))
        }
        1 => {
            // Factors go from one dimension to another.
            let (from, to) = (rng.below(4) as usize, rng.below(4) as usize);
            let mut output = dims;
            let factor = 1 << rng.below(12);
            if output[from] % factor == 0 && from != to {
                output[from] /= factor;
                output[to] = output[to].saturating_mul(factor);
            }
            (Op::Reshape, vec![x], (dtype, output))
        }
        2 => {
            let start = dims.map(|dim| rng.below(dim.into()) as u32);
            let size: [u32; 4] =
                std::array::from_fn(|i| 1 + rng.below((dims[i] - start[i]).into()) as u32);
            (Op::Slice { start }, vec![x], (dtype, size))
        }
        _ => {
            let axis = rng.below(4) as u8;
            let count = 1 + rng.below(Operation::MAX_INPUTS as u64);
            let (mut inputs, mut output) = (Vec::new(), dims);
            output[usize::from(axis)] = 0;
            for _ in 0..count {
                let mut part = dims;
                part[usize::from(axis)] = few(rng);
                output[usize::from(axis)] =
                    output[usize::from(axis)].saturating_add(part[usize::from(axis)]);
                inputs.push((dtype, part));
            }
            (Op::Concat { axis }, inputs, (dtype, output))
        }
    }
}
