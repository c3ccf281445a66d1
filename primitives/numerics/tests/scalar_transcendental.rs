//! exp, ln, sigmoid and tanh on a sample of every exponent, and at the points where their sequences change.
//! All 2^32 inputs are the slow test's.

mod scalar_support;

use assay_numerics::scalar::{self, exp, ln, sigmoid, tanh};
use scalar_support::{ulp_error, Random, SPECIAL, TRANSCENDENTAL};

const INFINITY: f32 = f32::INFINITY;

/// For every sign and exponent the ends of its range and 400 random significands.
fn sample() -> Vec<f32> {
    let mut random = Random::new(9);
    let mut words = SPECIAL.to_vec();
    for exponent in 0..0x200u32 {
        let base = exponent << 23;
        words.extend(
            [0, 1, 2, 0x3f_ffff, 0x40_0000, 0x7f_fffe, 0x7f_ffff].map(|fraction| base | fraction),
        );
        words.extend((0..400).map(|_| base | random.below(1 << 23)));
    }
    words.into_iter().map(f32::from_bits).collect()
}

#[test]
fn errors_stay_under_their_bounds() {
    let sample = sample();
    for function in &TRANSCENDENTAL {
        for &x in &sample {
            let (found, exact) = ((function.ours)(x), (function.reference)(f64::from(x)));
            assert_eq!(found.is_nan(), exact.is_nan(), "{}({x:e})", function.name);
            let error = if exact.is_nan() {
                0.0
            } else {
                ulp_error(found, exact)
            };
            assert!(
                error <= function.max_ulp,
                "{}({x:e} = {:08x}): {error} ulp",
                function.name,
                x.to_bits()
            );
        }
    }
}

#[test]
fn errors_stay_under_their_bounds_where_a_sequence_changes() {
    // Around the clamps, the last finite and first subnormal results, the pivot of ln, and small arguments.
    let around = [
        -104.0,
        -103.98,
        -103.28,
        -87.34,
        88.72284,
        89.0,
        9.1,
        10.0,
        104.0,
        1.0,
        0.666_666_7,
        1.333_333_4,
        1e-38,
        0.346_573_6,
        std::f32::consts::LN_2,
        2.0e-4,
        1.0e-7,
    ];
    for function in &TRANSCENDENTAL {
        for center in around.into_iter().flat_map(|x: f32| [x, -x]) {
            for word in center.to_bits() - 3000..center.to_bits() + 3000 {
                let x = f32::from_bits(word);
                let (found, exact) = ((function.ours)(x), (function.reference)(f64::from(x)));
                let error = if exact.is_nan() && found.is_nan() {
                    0.0
                } else {
                    ulp_error(found, exact)
                };
                assert!(
                    error <= function.max_ulp,
                    "{}({x:e} = {word:08x}): {error} ulp",
                    function.name
                );
            }
        }
    }
}

fn assert_bits(found: f32, expected: f32) {
    assert_eq!(
        found.to_bits(),
        expected.to_bits(),
        "{found:e}, must be {expected:e}"
    );
}

#[test]
fn limits_and_zeros() {
    for (found, expected) in [
        (exp(-INFINITY), 0.0),
        (exp(INFINITY), INFINITY),
        (exp(0.0), 1.0),
        (exp(-0.0), 1.0),
        (exp(f32::MAX), INFINITY),
        (exp(f32::MIN), 0.0),
        (ln(INFINITY), INFINITY),
        (ln(0.0), -INFINITY),
        (ln(-0.0), -INFINITY),
        (ln(1.0), 0.0),
        (sigmoid(-INFINITY), 0.0),
        (sigmoid(INFINITY), 1.0),
        (sigmoid(0.0), 0.5),
        (sigmoid(-0.0), 0.5),
        (tanh(INFINITY), 1.0),
        (tanh(-INFINITY), -1.0),
        (tanh(0.0), 0.0),
        (tanh(-0.0), -0.0),
        (tanh(9.2), 1.0),
        (tanh(-9.2), -1.0),
    ] {
        assert_bits(found, expected);
    }
}

#[test]
fn nan_stays_and_ln_of_negatives_is_nan() {
    for word in [
        0x7fc0_0000,
        0xffc0_0000,
        0x7f80_0001,
        0xff80_0001,
        0x7fff_ffff,
        0xffff_ffff,
    ] {
        let nan = f32::from_bits(word);
        for function in &TRANSCENDENTAL {
            assert!(
                (function.ours)(nan).is_nan(),
                "{} of {word:08x}",
                function.name
            );
        }
        assert!(scalar::sqrt(nan).is_nan());
    }
    for word in [
        0x8000_0001,
        0x8080_0000,
        0xbf80_0000,
        0xff7f_ffff,
        0xff80_0000,
    ] {
        assert!(ln(f32::from_bits(word)).is_nan(), "ln of {word:08x}");
    }
}

#[test]
fn tanh_is_odd() {
    for x in sample().into_iter().filter(|x| !x.is_nan()) {
        assert_bits(tanh(-x), -tanh(x));
    }
}
