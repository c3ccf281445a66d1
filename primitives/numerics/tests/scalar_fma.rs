//! The soft fused multiply-add against the processor's and against `rustc_apfloat`.

mod scalar_support;

use assay_numerics::scalar::fma;
use rustc_apfloat::{ieee::Single, Float, Round};
use scalar_support::{same, Random, SPECIAL};

/// The processor's instruction, or `None` where it has none.
#[cfg(target_arch = "x86_64")]
fn hardware(a: f32, b: f32, c: f32) -> Option<f32> {
    #[target_feature(enable = "fma")]
    fn instruction(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
    // SAFETY: the feature was just found.
    std::arch::is_x86_feature_detected!("fma").then(|| unsafe { instruction(a, b, c) })
}

#[cfg(target_arch = "aarch64")]
fn hardware(a: f32, b: f32, c: f32) -> Option<f32> {
    Some(a.mul_add(b, c))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn hardware(_: f32, _: f32, _: f32) -> Option<f32> {
    None
}

fn apfloat(a: f32, b: f32, c: f32) -> f32 {
    let single = |x: f32| Single::from_bits(u128::from(x.to_bits()));
    let sum = single(a)
        .mul_add_r(single(b), single(c), Round::NearestTiesToEven)
        .value;
    f32::from_bits(sum.to_bits() as u32)
}

fn check(a: f32, b: f32, c: f32, expected: f32) {
    let found = fma(a, b, c);
    assert!(
        same(found, expected),
        "fma({:08x}, {:08x}, {:08x}) gives {:08x}, must be {:08x}",
        a.to_bits(),
        b.to_bits(),
        c.to_bits(),
        found.to_bits(),
        expected.to_bits()
    );
}

fn check_both(a: f32, b: f32, c: f32) {
    check(a, b, c, apfloat(a, b, c));
    if let Some(expected) = hardware(a, b, c) {
        check(a, b, c, expected);
    }
}

/// A positive number of significand `m` (24 bits) and binary exponent `e` of its last bit; `None` if not normal.
fn normal(m: u32, e: i32) -> Option<f32> {
    let field = e + 150;
    (1..=254)
        .contains(&field)
        .then(|| f32::from_bits((field as u32) << 23 | m & 0x7f_ffff))
}

/// Pairs whose product is within a few units of its 48th bit of `2^exponent`, on both sides, and exactly that.
fn products_near(exponent: i32) -> Vec<(f32, f32)> {
    let mut pairs = Vec::new();
    for split in [-60, -20, 0, 31] {
        for (i, j) in (0..6).flat_map(|i| (0..12).map(move |j| (i, j))) {
            // (2^23 + i)(2^24 - j) is near 2^47.
            let low = exponent / 2 + split - 23;
            let pair = if j == 0 {
                (
                    normal(0x80_0000 + i, low),
                    normal(0x80_0000, exponent - 46 - low),
                )
            } else {
                (
                    normal(0x80_0000 + i, low),
                    normal(0x100_0000 - j, exponent - 47 - low),
                )
            };
            if let (Some(a), Some(b)) = pair {
                pairs.push((a, b));
            }
        }
    }
    assert!(pairs.len() >= 72);
    pairs
}

#[test]
fn the_case_that_common_libraries_get_wrong() {
    let [a, b, c] = [0x1a00_0001, 0x19ff_fffe, 0x0040_0001].map(f32::from_bits);
    check(a, b, c, f32::from_bits(0x0040_0001));
    check_both(a, b, c);
}

#[test]
fn special_values_in_every_place() {
    let values = SPECIAL.map(f32::from_bits);
    for a in values {
        for b in values {
            for c in values {
                check_both(a, b, c);
            }
        }
    }
}

#[test]
fn subnormal_midpoints() {
    // Half of the last subnormal place: the sum is a midpoint, or next to one.
    let pairs = products_near(-150);
    let mut addends: Vec<u32> = (0..20)
        .chain(0x3f_fffc..0x40_0004)
        .chain(0x7f_fff8..0x80_0008)
        .collect();
    addends.extend((0..23).flat_map(|bit| [1 << bit, (1 << bit) + 1, (1 << bit) - 1]));
    for (a, b) in pairs {
        for &c in &addends {
            let c = f32::from_bits(c);
            for (a, c) in [(a, c), (-a, c), (a, -c), (-a, -c)] {
                check_both(a, b, c);
            }
        }
    }
}

#[test]
fn odd_multiples_of_the_subnormal_half_place() {
    let mut random = Random::new(1);
    for _ in 0..60_000 {
        // a * b = odd * 2^-150 exactly, or one unit of a beside it.
        let odd = random.below(1 << 22) | 1;
        let scale = random.below(40) as i32 - 20;
        let a = odd as f32 * 2f32.powi(-75 + scale);
        let b = 2f32.powi(-75 - scale);
        let beside = f32::from_bits(a.to_bits().wrapping_add(random.below(3)).wrapping_sub(1));
        let c = random.with_exponent(0, 1);
        check_both(beside, b, c);
        check_both(-beside, b, c);
    }
}

#[test]
fn midpoints_of_normal_numbers() {
    let mut random = Random::new(2);
    for _ in 0..60_000 {
        // c has a unit u; the product is near u / 2, so the sum is near a midpoint.
        let c = random.with_exponent(30, 250);
        let exponent = (c.to_bits() >> 23 & 0xff) as i32 - 127 - 24;
        let (i, j) = (random.below(4), random.below(4));
        let low = exponent / 2 - 23;
        let other = if j == 0 {
            exponent - 46 - low
        } else {
            exponent - 47 - low
        };
        let b = normal(if j == 0 { 0x80_0000 } else { 0x100_0000 - j }, other);
        if let (Some(a), Some(b)) = (normal(0x80_0000 + i, low), b) {
            check_both(a, b, c);
            check_both(-a, b, c);
        }
    }
}

#[test]
fn product_on_a_midpoint_and_an_addend_far_below() {
    let mut random = Random::new(3);
    for _ in 0..60_000 {
        // An odd 25-bit product of two short significands is a midpoint; c only tips it.
        let a = (random.below(1 << 12) | 1 | 1 << 12) as f32;
        let b = (random.below(1 << 12) | 1 | 1 << 12) as f32;
        let c = random.with_exponent(0, 80);
        check_both(a, b, c);
        check_both(a, b, 0.0);
        check_both(-a, b, c);
    }
}

#[test]
fn cancellation() {
    let mut random = Random::new(4);
    for _ in 0..60_000 {
        let (a, b) = (random.with_exponent(30, 180), random.with_exponent(30, 180));
        let rounded = (a * b).to_bits();
        let c = -f32::from_bits(rounded.wrapping_add(random.below(5)).wrapping_sub(2));
        check_both(a, b, c);
    }
}

#[test]
fn overflow_boundary() {
    // The midpoint between the greatest number and 2^128, from both sides and by tiny steps.
    let greatest = f32::MAX;
    let pairs: Vec<_> = products_near(103)
        .into_iter()
        .chain(products_near(102))
        .collect();
    let tiny = [
        0x0000_0001,
        0x0080_0000,
        0x3f80_0000,
        0x7300_0000,
        0x72ff_ffff,
    ]
    .map(f32::from_bits);
    for (a, b) in pairs {
        for c in [greatest, f32::from_bits(greatest.to_bits() - 1)] {
            for (a, c) in [(a, c), (-a, c), (a, -c), (-a, -c)] {
                check_both(a, b, c);
            }
        }
    }
    for c in tiny {
        for m in [0xff_ffff, 0xff_fffe, 0x80_0001] {
            let a = normal(m, 40).expect("a normal number");
            for b in
                [0x80_0000, 0x80_0001, 0xff_ffff].map(|m| normal(m, 40).expect("a normal number"))
            {
                for (a, c) in [(a, c), (-a, c), (a, -c), (-a, -c)] {
                    check_both(a, b, c);
                    check_both(a * 2.0, b, c);
                }
            }
        }
    }
}

#[test]
fn random_words() {
    let mut random = Random::new(5);
    for turn in 0..3_000_000 {
        let [a, b, c] = [(); 3].map(|()| f32::from_bits(random.word()));
        if let Some(expected) = hardware(a, b, c) {
            check(a, b, c, expected);
        }
        if turn % 16 == 0 {
            check(a, b, c, apfloat(a, b, c));
        }
    }
}

#[test]
fn random_sums_of_like_size() {
    let mut random = Random::new(6);
    for turn in 0..3_000_000 {
        let (a, b) = (random.with_exponent(1, 190), random.with_exponent(1, 190));
        let product = ((a.to_bits() >> 23 & 0xff) + (b.to_bits() >> 23 & 0xff))
            .saturating_sub(127)
            .clamp(0, 254);
        let c = random.with_exponent(product.saturating_sub(28), (product + 28).min(254));
        if let Some(expected) = hardware(a, b, c) {
            check(a, b, c, expected);
        }
        if turn % 16 == 0 {
            check(a, b, c, apfloat(a, b, c));
        }
    }
}

#[test]
fn random_subnormal_results() {
    let mut random = Random::new(7);
    for turn in 0..1_000_000 {
        let split = 10 + random.below(100);
        let (a, b) = (
            random.with_exponent(split, split),
            random.with_exponent(127 - split - 9, 127 - split + 12),
        );
        let c = random.with_exponent(0, 2);
        if let Some(expected) = hardware(a, b, c) {
            check(a, b, c, expected);
        }
        if turn % 8 == 0 {
            check(a, b, c, apfloat(a, b, c));
        }
    }
}
