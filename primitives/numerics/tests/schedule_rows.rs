//! The batch schedule: permutations, positions, and the numbers that every implementation must give.

use assay_numerics::schedule::{permute, row};
use assay_numerics::RowOrder::{Sequential, Shuffled};
use proptest::prelude::*;

/// 0, 1, ... 31.
fn counting_seed() -> [u8; 32] {
    core::array::from_fn(|i| i as u8)
}

fn is_permutation(seed: &[u8; 32], epoch: u64, rows: u64) -> bool {
    let mut seen = vec![false; rows as usize];
    (0..rows).all(|position| {
        let at = permute(seed, epoch, rows, position);
        at < rows && !std::mem::replace(&mut seen[at as usize], true)
    })
}

#[test]
fn every_small_number_of_rows_is_permuted() {
    for rows in 1..600 {
        for epoch in [0, 1, u64::MAX] {
            assert!(
                is_permutation(&counting_seed(), epoch, rows),
                "{rows} rows, epoch {epoch}"
            );
            assert!(
                is_permutation(&[0; 32], epoch, rows),
                "{rows} rows, epoch {epoch}, zero seed"
            );
        }
    }
}

#[test]
fn no_rows_or_one_row_give_zero() {
    for position in [0, 1, 5, u64::MAX] {
        assert_eq!(permute(&[7; 32], 3, 0, position), 0);
        assert_eq!(permute(&[7; 32], 3, 1, position), 0);
        for order in [Shuffled, Sequential] {
            assert_eq!(row(order, &[7; 32], position, 4, 1, 0), 0);
            assert_eq!(row(order, &[7; 32], position, 4, 1, 1), 0);
        }
    }
}

#[test]
fn golden_permutations() {
    let seed = counting_seed();
    let all = |epoch, rows| {
        (0..rows)
            .map(|position| permute(&seed, epoch, rows, position))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(0, 2), GOLDEN_2);
    assert_eq!(all(0, 10), GOLDEN_10);
    assert_eq!(all(1, 10), GOLDEN_10_NEXT);
    for (rows, position, expected) in GOLDEN_LARGE {
        assert_eq!(
            permute(&seed, 5, rows, position),
            expected,
            "{rows} rows, position {position}"
        );
    }
}

const GOLDEN_2: [u64; 2] = [1, 0];
const GOLDEN_10: [u64; 10] = [7, 9, 0, 6, 2, 8, 5, 1, 3, 4];
const GOLDEN_10_NEXT: [u64; 10] = [5, 9, 7, 1, 6, 4, 8, 3, 0, 2];
/// Number of rows, position, row.
const GOLDEN_LARGE: [(u64, u64, u64); 8] = [
    (3, 2, 1),
    (1437, 0, 1147),
    (1437, 1436, 220),
    (65_537, 12_345, 64_466),
    (1 << 20, 999_999, 670_812),
    ((1 << 33) + 7, 1 << 32, 5_007_742_484),
    (1 << 63, 1 << 62, 48_853_204_203_695_220),
    (u64::MAX, u64::MAX - 1, 4_930_875_499_235_336_545),
];

#[test]
fn an_epoch_of_steps_takes_every_row_once() {
    // 6 steps of 5 rows are three epochs of 10 rows.
    let seed = counting_seed();
    let taken: Vec<u64> = (0..6)
        .flat_map(|step| (0..5).map(move |j| row(Shuffled, &seed, step, 5, j, 10)))
        .collect();
    for epoch in taken.chunks(10) {
        let mut sorted = epoch.to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..10).collect::<Vec<_>>());
    }
    assert_eq!(taken[..10], GOLDEN_10);
    assert_eq!(taken[10..20], GOLDEN_10_NEXT);
    assert_ne!(taken[..10], taken[10..20]);
}

#[test]
fn a_batch_may_span_epochs() {
    let seed = counting_seed();
    // Positions 8 to 11 of 10 rows.
    let taken: Vec<u64> = (0..4).map(|j| row(Shuffled, &seed, 2, 4, j, 10)).collect();
    assert_eq!(
        taken,
        [
            GOLDEN_10[8],
            GOLDEN_10[9],
            GOLDEN_10_NEXT[0],
            GOLDEN_10_NEXT[1]
        ]
    );
}

#[test]
fn in_sequence_rows_follow_each_other_and_positions_wrap() {
    let at = |step, batch, j, rows| row(Sequential, &[9; 32], step, batch, j, rows);
    assert_eq!(
        (0..8).map(|step| at(step, 3, 1, 7)).collect::<Vec<_>>(),
        [1, 4, 0, 3, 6, 2, 5, 1]
    );
    // 2^63 * 2 = 0 modulo 2^64.
    assert_eq!(at(1 << 63, 2, 5, 100), 5);
    assert_eq!(at(u64::MAX, 1, 1, 100), 0);
}

#[test]
fn seeds_and_epochs_give_other_permutations() {
    let order = |seed: &[u8; 32], epoch| {
        (0..100)
            .map(|p| permute(seed, epoch, 100, p))
            .collect::<Vec<_>>()
    };
    let base = order(&[0; 32], 0);
    assert_ne!(base, order(&[0; 32], 1));
    for byte in 0..32 {
        let mut seed = [0; 32];
        seed[byte] = 1;
        assert_ne!(
            base,
            order(&seed, 0),
            "byte {byte} of the seed does not matter"
        );
    }
}

#[test]
fn places_are_spread_evenly() {
    // Row 0 lands in each of 8 places about 1,000 times in 8,000 epochs; 5 standard deviations are 148.
    let mut counts = [0u32; 8];
    for epoch in 0..8000 {
        counts[permute(&[3; 32], epoch, 8, 0) as usize] += 1;
    }
    assert!(
        counts.iter().all(|count| count.abs_diff(1000) < 148),
        "{counts:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_numbers_of_rows_are_permuted(seed in any::<[u8; 32]>(), epoch in any::<u64>(), rows in 600..40_000u64) {
        prop_assert!(is_permutation(&seed, epoch, rows));
    }
}

proptest! {
    #[test]
    fn large_permutations_stay_in_range_and_apart(
        seed in any::<[u8; 32]>(), rows in 2..=u64::MAX, a in any::<u64>(), b in any::<u64>(),
    ) {
        let (a, b) = (a % rows, b % rows);
        let (to_a, to_b) = (permute(&seed, 0, rows, a), permute(&seed, 0, rows, b));
        prop_assert!(to_a < rows && to_b < rows);
        prop_assert_eq!(a == b, to_a == to_b);
    }

    #[test]
    fn any_position_has_a_row(
        seed in any::<[u8; 32]>(), step in any::<u64>(), batch in any::<u64>(), j in any::<u64>(), rows in 1..=u64::MAX,
    ) {
        prop_assert!(row(Shuffled, &seed, step, batch, j, rows) < rows);
        prop_assert!(row(Sequential, &seed, step, batch, j, rows) < rows);
    }
}
