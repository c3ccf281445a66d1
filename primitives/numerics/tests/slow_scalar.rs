//! Every function of one number on all 2^32 words. Takes some minutes in release.
#![cfg(feature = "slow-tests")]

mod scalar_support;

use assay_numerics::scalar;
use scalar_support::{
    integer_division, mix64, nth_nan, nth_number, same, ulp_error, Unary, NANS, NUMBERS,
    TRANSCENDENTAL,
};
use std::ops::Range;
use std::thread;

const ALL: u64 = 1 << 32;

/// What one pass over inputs finds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Survey {
    /// Greatest error in units in the last place, and where.
    max_ulp: f64,
    worst: u32,
    /// Neighbouring inputs whose results are in descending order.
    descents: u32,
    /// Sum modulo 2^64 of `mix64(input << 32 | output)`, a NaN result as 7fc00000.
    checksum: u64,
}

impl Survey {
    fn merge(self, other: Self) -> Self {
        let worse = if other.max_ulp > self.max_ulp {
            other
        } else {
            self
        };
        Self {
            max_ulp: worse.max_ulp,
            worst: worse.worst,
            descents: self.descents + other.descents,
            checksum: self.checksum.wrapping_add(other.checksum),
        }
    }

    fn count(&mut self, word: u32, result: f32) {
        let key = u64::from(word) << 32 | u64::from(scalar::canonical(result.to_bits()));
        self.checksum = self.checksum.wrapping_add(mix64(key));
    }

    fn measure(&mut self, word: u32, error: f64) {
        if error > self.max_ulp {
            (self.max_ulp, self.worst) = (error, word);
        }
    }

    fn compare(&mut self, below: f32, above: f32) {
        self.descents += u32::from(below > above);
    }
}

/// Runs `part` on equal parts of `0..count`, one for each processor, and joins what they find.
fn in_parts<T: Send>(
    count: u64,
    part: impl Fn(Range<u64>) -> T + Sync,
    join: impl Fn(T, T) -> T,
) -> T {
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let bound = |i: u64| i * count / threads;
    thread::scope(|scope| {
        let part = &part;
        let running: Vec<_> = (0..threads)
            .map(|i| scope.spawn(move || part(bound(i)..bound(i + 1))))
            .collect();
        let found = running
            .into_iter()
            .map(|handle| handle.join().expect("no part panics"));
        found.reduce(join).expect("there is at least one thread")
    })
}

fn holds_for_all(property: impl Fn(f32) -> bool + Sync) -> bool {
    in_parts(
        ALL,
        |mut part| part.all(|word| property(f32::from_bits(word as u32))),
        |a, b| a && b,
    )
}

/// The numbers of these places in ascending order, each also against the one before.
fn survey_numbers(function: &Unary, places: Range<u64>) -> Survey {
    let mut found = Survey::default();
    let before = places
        .start
        .checked_sub(1)
        .map(|place| nth_number(place as u32));
    let mut last = before.map(|word| (function.ours)(f32::from_bits(word)));
    for place in places {
        let word = nth_number(place as u32);
        let x = f32::from_bits(word);
        let (result, exact) = ((function.ours)(x), (function.reference)(f64::from(x)));
        assert_eq!(
            result.is_nan(),
            exact.is_nan(),
            "{} of {word:08x}",
            function.name
        );
        found.count(word, result);
        if !exact.is_nan() {
            found.measure(word, ulp_error(result, exact));
        }
        if let Some(last) = last {
            found.compare(last, result);
        }
        last = Some(result);
    }
    found
}

fn survey_nans(function: &Unary) -> Survey {
    let mut found = Survey::default();
    for word in (0..NANS).map(nth_nan) {
        let result = (function.ours)(f32::from_bits(word));
        assert!(
            result.is_nan(),
            "{} of the NaN {word:08x} is {result}",
            function.name
        );
        found.count(word, result);
    }
    found
}

/// The checksums that the definitions of numerics version 1 give.
const CHECKSUMS: [(&str, u64); 4] = [
    ("exp", 0x0342_a8d2_207e_23fa),
    ("ln", 0x09fb_9b8b_4f5f_13ee),
    ("sigmoid", 0x0b12_05f6_0287_85ad),
    ("tanh", 0xea14_0d5f_b929_7bfa),
];

#[test]
fn transcendental_functions_on_all_inputs() {
    let found = TRANSCENDENTAL.map(|function| {
        let numbers = in_parts(
            u64::from(NUMBERS),
            |places| survey_numbers(&function, places),
            Survey::merge,
        );
        let all = numbers.merge(survey_nans(&function));
        println!("{}: {all:x?}", function.name);
        assert!(
            all.max_ulp <= function.max_ulp,
            "{}: {} ulp",
            function.name,
            all.max_ulp
        );
        assert_eq!(all.descents, 0, "{} is not monotone", function.name);
        (function.name, all.checksum)
    });
    assert_eq!(found, CHECKSUMS, "found {found:x?}");
}

#[test]
fn tanh_is_odd_on_all_inputs() {
    assert!(holds_for_all(|x| same(scalar::tanh(-x), -scalar::tanh(x))));
}

#[test]
fn sqrt_is_that_of_the_processor_on_all_inputs() {
    assert!(holds_for_all(|x| same(scalar::sqrt(x), x.sqrt())));
}

#[test]
fn division_is_exact_division_rounded_on_all_numerators_and_denominators() {
    for fixed in [0x3f80_0000, 0x0000_0003].map(f32::from_bits) {
        let right = |a, b| same(scalar::div(a, b), integer_division(a, b));
        assert!(
            holds_for_all(|x| right(x, fixed) && right(fixed, x)),
            "with {fixed:e}"
        );
    }
}
