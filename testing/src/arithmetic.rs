//! Arithmetic with other bits than the definition's: what a faster kernel might do.

use assay_numerics::{Dims, Op, Operation, RowOrder, Tensor};

/// A product whose terms are rounded before they are added; none of another operator.
pub fn unfused(product: &Operation, left: &Tensor, right: &Tensor) -> Option<Tensor> {
    let Op::MatMul {
        transpose_a,
        transpose_b,
    } = product.op
    else {
        return None;
    };
    let inner = match transpose_a {
        true => left.ty().dims.rows(),
        false => left.ty().dims.cols(),
    };
    let turn = |[i, j, row, col]: [u32; 4], turned| match turned {
        true => [i, j, col, row],
        false => [i, j, row, col],
    };
    let dims = product.output.dims;
    let words = (0..count(dims)).map(|number| {
        let [i, j, row, col] = index(dims, number);
        let sum = (0..inner).fold(0.0f32, |sum, k| {
            let left = float(left, turn([i, j, row, k], transpose_a));
            sum + left * float(right, turn([i, j, k, col], transpose_b))
        });
        sum.to_bits()
    });
    Tensor::new(product.output, words.collect()).ok()
}

/// The inputs of a product or sum with the terms of every sum in opposite order.
pub fn reversed(sum: &Operation, inputs: &[&Tensor]) -> Vec<Tensor> {
    let axes = |input: usize| -> &[usize] {
        match (&sum.op, input) {
            (
                Op::MatMul {
                    transpose_a: false, ..
                },
                0,
            )
            | (
                Op::MatMul {
                    transpose_b: true, ..
                },
                1,
            )
            | (Op::RowSum, _) => &[3],
            (Op::MatMul { .. }, _) | (Op::ColSum | Op::ScatterAdd, _) => &[2],
            (Op::LeadSum, _) => &[0, 1],
            _ => &[],
        }
    };
    let inputs = inputs.iter().enumerate();
    inputs
        .map(|(input, tensor)| turned(tensor, axes(input)))
        .collect()
}

/// The operator that reads the rows of a batch in another order.
pub fn other_order(batch: &Op) -> Op {
    let order = match batch {
        Op::BatchRows {
            order: RowOrder::Sequential,
        } => RowOrder::Shuffled,
        _ => RowOrder::Sequential,
    };
    Op::BatchRows { order }
}

/// A tensor that is read backwards along some axes.
fn turned(tensor: &Tensor, axes: &[usize]) -> Tensor {
    let dims = tensor.ty().dims;
    let mut turned = tensor.clone();
    for (number, word) in turned.words_mut().iter_mut().enumerate() {
        let mut index = index(dims, number);
        for (axis, (at, size)) in index.iter_mut().zip(dims.get()).enumerate() {
            if axes.contains(&axis) {
                *at = size.saturating_sub(*at).saturating_sub(1);
            }
        }
        *word = self::word(tensor, index);
    }
    turned
}

fn count(dims: Dims) -> usize {
    usize::try_from(dims.elements()).unwrap_or(usize::MAX)
}

/// The index of an element by its place in row-major order.
fn index(dims: Dims, place: usize) -> [u32; 4] {
    let (mut rest, mut index) = (place as u64, [0; 4]);
    for (at, size) in index.iter_mut().zip(dims.get()).rev() {
        let size = u64::from(size.max(1));
        *at = (rest % size) as u32;
        rest /= size;
    }
    index
}

/// An element's word. Along an axis of one element every index is that of the one.
fn word(tensor: &Tensor, index: [u32; 4]) -> u32 {
    let sizes = tensor.ty().dims.get();
    let place = index.iter().zip(sizes).fold(0, |place, (at, size)| {
        place * size as usize + (*at).min(size.saturating_sub(1)) as usize
    });
    tensor.words().get(place).copied().unwrap_or_default()
}

fn float(tensor: &Tensor, index: [u32; 4]) -> f32 {
    f32::from_bits(word(tensor, index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::TensorType;

    fn matrix(rows: u32, cols: u32, values: &[f32]) -> Tensor {
        Tensor::from_f32(Dims::matrix(rows, cols).unwrap(), values).unwrap()
    }

    fn product(transpose_a: bool, transpose_b: bool, a: &Tensor, b: &Tensor) -> Operation {
        Operation {
            op: Op::MatMul {
                transpose_a,
                transpose_b,
            },
            inputs: vec![a.ty(), b.ty()],
            output: TensorType::f32(Dims::matrix(2, 2).unwrap()),
        }
    }

    /// Small whole numbers, whose products and sums no rounding changes.
    fn whole(rows: u32, cols: u32) -> Tensor {
        let values: Vec<f32> = (0..rows * cols).map(|i| (i * 7 % 11) as f32).collect();
        matrix(rows, cols, &values)
    }

    #[test]
    fn where_nothing_is_rounded_the_results_are_the_definitions() {
        for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
            let a = if ta { whole(3, 2) } else { whole(2, 3) };
            let b = if tb { whole(2, 3) } else { whole(3, 2) };
            let operation = product(ta, tb, &a, &b);
            let truth = operation.evaluate(&[0; 32], 0, &[&a, &b]).unwrap();
            assert_eq!(unfused(&operation, &a, &b), Some(truth.clone()));
            let turned = reversed(&operation, &[&a, &b]);
            let turned: Vec<&Tensor> = turned.iter().collect();
            let reversed = operation.evaluate(&[0; 32], 0, &turned).unwrap();
            assert_eq!(reversed, truth, "{ta} {tb}");
        }
    }

    /// The product of a row and a column, with the operation.
    fn dot(row: &[f32], column: &[f32]) -> (Operation, [Tensor; 2]) {
        let count = row.len() as u32;
        let operands = [matrix(1, count, row), matrix(count, 1, column)];
        let operation = Operation {
            output: TensorType::f32(Dims::matrix(1, 1).unwrap()),
            ..product(false, false, &operands[0], &operands[1])
        };
        (operation, operands)
    }

    fn value(operation: &Operation, operands: &[Tensor]) -> f32 {
        let operands: Vec<&Tensor> = operands.iter().collect();
        let product = operation.evaluate(&[0; 32], 0, &operands).unwrap();
        f32::from_bits(product.words()[0])
    }

    #[test]
    fn a_term_that_is_rounded_is_another() {
        let near = 1.0 + f32::EPSILON;
        let square = 1.0 + 2.0 * f32::EPSILON;
        let (operation, operands) = dot(&[-1.0, near], &[square, near]);
        assert_eq!(
            value(&operation, &operands),
            f32::EPSILON * f32::EPSILON,
            "what rounding the square takes off"
        );
        let rounded = unfused(&operation, &operands[0], &operands[1]).unwrap();
        assert_eq!(rounded.words(), [0.0f32.to_bits()]);
    }

    #[test]
    fn the_order_of_terms_shows() {
        let (operation, operands) = dot(&[1.0, 1e8, -1e8], &[0.5, 1.0, 1.0]);
        assert_eq!(value(&operation, &operands), 0.0);
        let turned = reversed(&operation, &[&operands[0], &operands[1]]);
        assert_eq!(value(&operation, &turned), 0.5);
    }
}
