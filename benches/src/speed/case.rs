//! What is trained: a perceptron on numbers that look like data.

/// A classifier with ReLU between its layers, trained by AdamW on softmax cross-entropy.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name in the report.
    pub name: &'static str,
    /// Inputs, hidden widths, classes.
    pub widths: &'static [u32],
    /// Rows of a step.
    pub batch: u32,
}

/// All cases.
pub const CASES: [Case; 2] = [
    Case {
        name: "digits-mlp-64-128-10-batch-32",
        widths: &[64, 128, 10],
        batch: 32,
    },
    Case {
        name: "mlp-3x512-batch-128",
        widths: &[512, 512, 512, 512],
        batch: 128,
    },
];

/// Rows of the dataset.
pub const ROWS: u32 = 1024;
/// Settings of AdamW.
pub const RATE: f32 = 1e-3;
pub const BETA1: f32 = 0.9;
pub const BETA2: f32 = 0.999;
pub const EPSILON: f32 = 1e-8;
pub const WEIGHT_DECAY: f32 = 0.01;

/// The numbers that both sides start from.
pub struct Values {
    /// Row-major, `ROWS` x the first width.
    pub images: Vec<f32>,
    /// A class for each row.
    pub labels: Vec<u32>,
    /// For each layer the weight, outputs x inputs, and the bias.
    pub layers: Vec<(Vec<f32>, Vec<f32>)>,
}

impl Case {
    /// Inputs and outputs of each layer.
    pub fn layers(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.widths.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Features of a row.
    pub fn features(&self) -> u32 {
        self.widths[0]
    }

    /// Classes.
    pub fn classes(&self) -> u32 {
        self.widths[self.widths.len() - 1]
    }

    /// Images in [0, 1), labels that follow from them, weights of the usual size.
    pub fn values(&self) -> Values {
        let mut random = Random(1);
        let images: Vec<f32> = (0..ROWS * self.features()).map(|_| random.unit()).collect();
        let labels = (0..ROWS)
            .map(|_| (random.unit() * self.classes() as f32) as u32)
            .collect();
        let layers = self.layers().map(|(inputs, outputs)| {
            let bound = 1.0 / (inputs as f32).sqrt();
            let mut uniform = |count: u32| {
                (0..count)
                    .map(|_| (2.0 * random.unit() - 1.0) * bound)
                    .collect()
            };
            (uniform(inputs * outputs), uniform(outputs))
        });
        let layers = layers.collect();
        Values {
            images,
            labels,
            layers,
        }
    }
}

/// A linear congruential generator.
struct Random(u64);

impl Random {
    /// Uniform in [0, 1).
    fn unit(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }
}
