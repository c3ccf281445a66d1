//! A cosine that is the same on every machine.

/// Taylor coefficients of `cos(z)` in `z^2`, highest first: `(-1)^k / (2k)!` for k = 8 to 0.
const COS: [f64; 9] = [
    1.0 / 20_922_789_888_000.0,
    -1.0 / 87_178_291_200.0,
    1.0 / 479_001_600.0,
    -1.0 / 3_628_800.0,
    1.0 / 40_320.0,
    -1.0 / 720.0,
    1.0 / 24.0,
    -1.0 / 2.0,
    1.0,
];

/// `cos(pi x)` for `x` in 0 ..= 1, to about 1e-11: binary64 additions and multiplications in a fixed order (Horner, no
/// fused operation), so that every machine gives the same bits.
pub(super) fn cos_pi(x: f64) -> f64 {
    if x > 0.5 {
        return -cos_pi(1.0 - x);
    }
    let z = core::f64::consts::PI * x;
    let square = z * z;
    COS.iter()
        .fold(0.0, |sum, &coefficient| sum * square + coefficient)
}

#[cfg(test)]
mod tests {
    use super::cos_pi;

    #[test]
    fn is_the_cosine() {
        for i in 0..=1000 {
            let x = f64::from(i) / 1000.0;
            let expected = (core::f64::consts::PI * x).cos();
            assert!((cos_pi(x) - expected).abs() < 1e-11, "{x}");
        }
    }
}
