use super::*;
use proptest::prelude::*;

fn integers(random: &mut Random, shape: [u32; 4]) -> Tensor {
    random.tensor(TensorType::u32(dims(shape)), Values::Any)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn permutations(shape in [1u32..5, 1u32..5, 1u32..40, 1u32..40], number in 0usize..24, seed: u64) {
        let (mut axes, mut rest) = (vec![0u8, 1, 2, 3], number);
        let perm = [4, 3, 2, 1].map(|left| {
            let axis = axes.remove(rest % left);
            rest /= left;
            axis
        });
        let x = integers(&mut Random(seed), shape);
        let output = TensorType::u32(dims(perm.map(|axis| shape[usize::from(axis)])));
        assert_equals_reference(&operation(Op::Permute { perm }, &[&x], output), 0, &[&x]);
    }

    #[test]
    fn slices(shape in [1u32..4, 1u32..4, 1u32..70, 1u32..70], cut: [u32; 4], seed: u64) {
        let x = integers(&mut Random(seed), shape);
        let start: [u32; 4] = core::array::from_fn(|i| cut[i] % shape[i]);
        let size: [u32; 4] = core::array::from_fn(|i| 1 + cut[i].rotate_left(9) % (shape[i] - start[i]));
        assert_equals_reference(&operation(Op::Slice { start }, &[&x], TensorType::u32(dims(size))), 0, &[&x]);
    }

    #[test]
    fn concatenations(shape in [1u32..3, 1u32..3, 1u32..40, 1u32..40], axis in 0u8..4, count in 1usize..5, seed: u64) {
        let mut random = Random(seed);
        let mut whole = shape;
        whole[usize::from(axis)] = 0;
        let inputs: Vec<_> = (0..count).map(|_| {
            let mut part = shape;
            part[usize::from(axis)] = 1 + random.below(20) as u32;
            whole[usize::from(axis)] += part[usize::from(axis)];
            integers(&mut random, part)
        }).collect();
        let inputs: Vec<_> = inputs.iter().collect();
        assert_equals_reference(&operation(Op::Concat { axis }, &inputs, TensorType::u32(dims(whole))), 0, &inputs);
    }

    #[test]
    fn reshapes([a, b, c] in [1u32..8, 1u32..8, 1u32..50], seed: u64) {
        let x = integers(&mut Random(seed), [a, b, c, 6]);
        let output = TensorType::u32(dims([1, 2, c * b, 3 * a]));
        assert_equals_reference(&operation(Op::Reshape, &[&x], output), 0, &[&x]);
    }
}
