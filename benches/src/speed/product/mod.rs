//! Products of matrices.

mod ours;
mod shapes;

use crate::{random::Random, report::Measurement, turns};
use anyhow::{ensure, Result};
use candle_core::{Device, Tensor};
use ours::Ours;
use shapes::{Shape, LARGE, SHAPES};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Largest difference from candle's product, of the largest number in it: the sums are ordered otherwise.
const SAME_PRODUCT: f32 = 1e-4;

/// Both factors, row-major as they are stored.
struct Factors {
    a: Vec<f32>,
    b: Vec<f32>,
}

impl Factors {
    fn of(shape: &Shape) -> Self {
        let mut random = Random::new(3);
        let mut fill = |[rows, cols]: [u32; 2]| {
            let count = rows as usize * cols as usize;
            (0..count).map(|_| random.within(1.0)).collect()
        };
        Self {
            a: fill(shape.left()),
            b: fill(shape.right()),
        }
    }
}

/// Measures every shape whose name contains `only` beside candle's `matmul`, in GFLOP/s.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let shapes = SHAPES.iter().filter(|shape| shape.name.contains(only));
    shapes.map(|shape| beside_candle(shape, rounds)).collect()
}

/// Measures large products on two threads beside one, in GFLOP/s.
pub fn measure_threads(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let shapes = LARGE.iter().filter(|shape| shape.name.contains(only));
    shapes
        .map(|shape| beside_one_thread(shape, rounds))
        .collect()
}

fn beside_candle(shape: &Shape, rounds: u32) -> Result<Measurement> {
    let factors = Factors::of(shape);
    let mut ours = Ours::new(shape, &factors, None)?;
    let (a, b) = theirs(shape, &factors)?;
    compare(shape, &mut ours, &a.matmul(&b)?)?;
    let mut peer = |times: u32| -> Result<Duration> {
        let begun = Instant::now();
        for _ in 0..times {
            black_box(a.matmul(&b)?);
        }
        Ok(begun.elapsed())
    };
    let (ours, peer) = turns::seconds(rounds, &mut |times| ours.run(times), &mut peer)?;
    Ok(shape.measurement(ours, peer))
}

fn beside_one_thread(shape: &Shape, rounds: u32) -> Result<Measurement> {
    let factors = Factors::of(shape);
    let mut two = Ours::new(shape, &factors, Some(2))?;
    let mut one = Ours::new(shape, &factors, Some(1))?;
    two.run(1)?;
    one.run(1)?;
    let same = two
        .product()
        .map(f32::to_bits)
        .eq(one.product().map(f32::to_bits));
    ensure!(same, "{}: the threads change the product", shape.name);
    let (two, one) = turns::seconds(rounds, &mut |times| two.run(times), &mut |times| {
        one.run(times)
    })?;
    Ok(shape.measurement(two, one))
}

/// The factors in candle; a transposed one is a view.
fn theirs(shape: &Shape, factors: &Factors) -> Result<(Tensor, Tensor)> {
    let stored = |values: &[f32], [rows, cols]: [u32; 2]| {
        Tensor::from_slice(values, (rows as usize, cols as usize), &Device::Cpu)
    };
    let (mut a, mut b) = (
        stored(&factors.a, shape.left())?,
        stored(&factors.b, shape.right())?,
    );
    if shape.transpose_a {
        a = a.t()?;
    }
    if shape.transpose_b {
        b = b.t()?;
    }
    Ok((a, b))
}

/// Both sides must compute the same product, or the speeds mean nothing.
fn compare(shape: &Shape, ours: &mut Ours, theirs: &Tensor) -> Result<()> {
    ours.run(1)?;
    let theirs: Vec<f32> = theirs.flatten_all()?.to_vec1()?;
    let largest = theirs.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
    let near = |(ours, theirs): (f32, &f32)| (ours - theirs).abs() <= SAME_PRODUCT * largest;
    ensure!(
        ours.product().zip(&theirs).all(near),
        "{}: the products differ",
        shape.name
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_transposes_are_the_same_products_in_candle() {
        let forms = [(false, false), (true, false), (false, true), (true, true)];
        for (transpose_a, transpose_b) in forms {
            let shape = Shape {
                name: "small",
                rows: 19,
                terms: 37,
                cols: 23,
                transpose_a,
                transpose_b,
            };
            assert!(beside_candle(&shape, 1).unwrap().ratio > 0.0);
        }
    }

    #[test]
    fn threads_are_measured() {
        let shape = Shape::square("small", 64);
        assert!(beside_one_thread(&shape, 1).unwrap().ratio > 0.0);
    }
}
