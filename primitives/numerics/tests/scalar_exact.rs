//! The functions that are exact or correctly rounded.

mod scalar_support;

use assay_numerics::scalar::{self, canonical};
use rustc_apfloat::{ieee::Single, Float};
use scalar_support::{integer_division, same, Random, SPECIAL};

/// Pairs of special values, of random words, and of numbers whose quotient or product is subnormal.
fn pairs() -> Vec<(f32, f32)> {
    let mut random = Random::new(8);
    let special = SPECIAL.iter().flat_map(|&a| {
        SPECIAL
            .iter()
            .map(move |&b| (f32::from_bits(a), f32::from_bits(b)))
    });
    let mut pairs: Vec<_> = special.collect();
    for _ in 0..200_000 {
        pairs.push((f32::from_bits(random.word()), f32::from_bits(random.word())));
        pairs.push((random.with_exponent(0, 40), random.with_exponent(150, 200)));
        pairs.push((random.with_exponent(0, 3), random.with_exponent(125, 130)));
    }
    pairs
}

#[test]
fn arithmetic_is_that_of_apfloat() {
    let single = |x: f32| Single::from_bits(u128::from(x.to_bits()));
    let float = |x: Single| f32::from_bits(x.to_bits() as u32);
    for (a, b) in pairs() {
        let (x, y) = (single(a), single(b));
        for (name, found, expected) in [
            ("add", scalar::add(a, b), (x + y).value),
            ("sub", scalar::sub(a, b), (x - y).value),
            ("mul", scalar::mul(a, b), (x * y).value),
            ("div", scalar::div(a, b), (x / y).value),
        ] {
            assert!(
                same(found, float(expected)),
                "{name}({a:e}, {b:e}) gives {found:e}, must be {expected}"
            );
        }
    }
}

#[test]
fn division_is_exact_division_rounded() {
    for (a, b) in pairs() {
        assert!(
            same(scalar::div(a, b), integer_division(a, b)),
            "{a:e} / {b:e}"
        );
    }
}

#[test]
fn sqrt_is_that_of_the_processor() {
    let sample = (0..=u32::MAX)
        .step_by(2039)
        .chain(SPECIAL)
        .chain(0x007f_0000..0x0081_0000)
        .chain(0..0x1_0000);
    for word in sample {
        let x = f32::from_bits(word);
        assert!(same(scalar::sqrt(x), x.sqrt()), "sqrt of {word:08x}");
    }
}

#[test]
fn sqrt_of_squares_and_their_neighbours() {
    for root in (1u32..1 << 12).chain((1 << 23)..(1 << 23) + 5000) {
        let square = (u64::from(root) * u64::from(root)) as f32;
        for x in [square.next_down(), square, square.next_up()] {
            assert!(same(scalar::sqrt(x), x.sqrt()), "sqrt of {x}");
        }
    }
}

#[test]
fn extremes_are_those_of_the_2019_standard() {
    let key = |x: f32| (x.to_bits() as i32) ^ (((x.to_bits() as i32) >> 31) & 0x7fff_ffff);
    for (a, b) in pairs() {
        let (greatest, least) = (scalar::maximum(a, b), scalar::minimum(a, b));
        if a.is_nan() || b.is_nan() {
            assert!(greatest.is_nan() && least.is_nan());
            continue;
        }
        let (low, high) = if key(a) <= key(b) { (a, b) } else { (b, a) };
        assert_eq!(
            (least.to_bits(), greatest.to_bits()),
            (low.to_bits(), high.to_bits()),
            "of {a:e}, {b:e}"
        );
    }
}

#[test]
fn comparisons_are_false_with_nan_and_zeros_are_equal() {
    let (one, zero) = (1f32.to_bits(), 0f32.to_bits());
    for (a, b) in pairs() {
        let expected = match a.partial_cmp(&b) {
            Some(std::cmp::Ordering::Less) => [one, one, zero],
            Some(std::cmp::Ordering::Equal) => [zero, one, one],
            Some(std::cmp::Ordering::Greater) | None => [zero; 3],
        };
        let found = [
            scalar::less(a, b),
            scalar::less_or_equal(a, b),
            scalar::equal(a, b),
        ];
        assert_eq!(found.map(f32::to_bits), expected, "of {a:e}, {b:e}");
    }
    assert_eq!(scalar::equal(0.0, -0.0).to_bits(), one);
}

#[test]
fn select_takes_the_second_unless_the_first_is_a_zero() {
    for word in SPECIAL {
        let chosen = scalar::select(f32::from_bits(word), 2.0, 3.0);
        let expected = if word & 0x7fff_ffff == 0 { 3.0 } else { 2.0 };
        assert_eq!(chosen, expected, "for {word:08x}");
    }
}

#[test]
fn bit_operations() {
    for word in SPECIAL {
        let x = f32::from_bits(word);
        let flushed = if word & 0x7f80_0000 == 0 { 0 } else { word };
        assert!(
            same(scalar::flush(x), f32::from_bits(flushed)),
            "flush of {word:08x}"
        );
        assert!(
            same(scalar::abs(x), f32::from_bits(word & 0x7fff_ffff)),
            "abs of {word:08x}"
        );
        assert!(
            same(scalar::neg(x), f32::from_bits(word ^ 0x8000_0000)),
            "neg of {word:08x}"
        );
        let nan = word & 0x7f80_0000 == 0x7f80_0000 && word & 0x007f_ffff != 0;
        assert_eq!(canonical(word), if nan { 0x7fc0_0000 } else { word });
    }
}
