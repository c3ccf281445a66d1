//! Initial weights, the same on every machine.

use assay_numerics::scalar;

/// Bound of a uniform distribution that keeps the variance through a layer with a rectifier: `sqrt(6 / fan_in)`.
pub(crate) fn kaiming_bound(fan_in: u32) -> f32 {
    scalar::sqrt(6.0 / fan_in as f32)
}

/// Bound that keeps it on average in both directions: `sqrt(6 / (fan_in + fan_out))`.
pub(crate) fn xavier_bound(fan_in: u32, fan_out: u32) -> f32 {
    scalar::sqrt(6.0 / (fan_in as f32 + fan_out as f32))
}

/// `count` numbers, uniform in `-bound .. bound`, for parameter number `parameter` of a job with this seed.
///
/// Number i is `((z >> 40) - 2^23) 2^-23 bound` with `z = mix(mix(mix(seed) + parameter) + i)`: 24 random bits, exact in
/// binary32, and one rounding for the product. `mix` is a step of splitmix64.
pub(crate) fn uniform(seed: u64, parameter: u64, count: u64, bound: f32) -> Vec<f32> {
    let key = mix(mix(seed).wrapping_add(parameter));
    let unit = |i: u64| {
        let bits = (mix(key.wrapping_add(i)) >> 40) as i32;
        (bits - (1 << 23)) as f32 * (1.0 / 8_388_608.0)
    };
    (0..count).map(|i| unit(i) * bound).collect()
}

/// A step of splitmix64.
const fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mix_is_splitmix64() {
        // First output of the published generator seeded with 0 and with 1234567.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn golden_weights() {
        let bits: Vec<u32> = uniform(1, 2, 4, 0.5).iter().map(|w| w.to_bits()).collect();
        assert_eq!(bits, [0x3ecd_1cde, 0xbee5_fbbc, 0x3d3c_4400, 0xbda8_d758]);
    }

    #[test]
    fn uniform_fills_its_range() {
        let values = uniform(7, 0, 100_000, 2.0);
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 1e5;
        let square = values
            .iter()
            .map(|&v| f64::from(v) * f64::from(v))
            .sum::<f64>()
            / 1e5;
        assert!(
            mean.abs() < 0.02 && (square - 4.0 / 3.0).abs() < 0.02,
            "{mean} {square}"
        );
        assert!(values.iter().all(|v| (-2.0..2.0).contains(v)));
        assert_ne!(values[..10], uniform(7, 1, 10, 2.0));
        assert_ne!(values[..10], uniform(8, 0, 10, 2.0));
    }

    #[test]
    fn bounds() {
        assert_eq!(kaiming_bound(6), 1.0);
        assert_eq!(xavier_bound(20, 4), 0.5);
    }
}
