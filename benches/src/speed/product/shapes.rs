//! What is multiplied.

use crate::report::Measurement;

/// A product [rows, terms] x [terms, cols] and how its factors are stored.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its name in the report.
    pub name: &'static str,
    pub rows: u32,
    pub terms: u32,
    pub cols: u32,
    /// Whether the left factor is stored as its transpose.
    pub transpose_a: bool,
    /// Whether the right one is.
    pub transpose_b: bool,
}

impl Shape {
    /// Both factors stored as they are.
    pub const fn plain(name: &'static str, [rows, terms, cols]: [u32; 3]) -> Self {
        Self {
            name,
            rows,
            terms,
            cols,
            transpose_a: false,
            transpose_b: false,
        }
    }

    /// A square product.
    pub const fn square(name: &'static str, size: u32) -> Self {
        Self::plain(name, [size; 3])
    }

    const fn transposed_left(self) -> Self {
        Self {
            transpose_a: true,
            ..self
        }
    }

    const fn transposed_right(self) -> Self {
        Self {
            transpose_b: true,
            ..self
        }
    }

    /// Rows and columns of the left factor as it is stored.
    pub fn left(&self) -> [u32; 2] {
        stored([self.rows, self.terms], self.transpose_a)
    }

    /// Rows and columns of the right one.
    pub fn right(&self) -> [u32; 2] {
        stored([self.terms, self.cols], self.transpose_b)
    }

    /// Both sides' speed, from the seconds of one product.
    pub fn measurement(&self, ours: f64, peer: f64) -> Measurement {
        let extents = [self.rows, self.terms, self.cols].map(f64::from);
        let gigaflop = 2.0 * extents.iter().product::<f64>() / 1e9;
        Measurement::new(self.name, gigaflop / ours, gigaflop / peer, "GFLOP/s")
    }
}

fn stored([rows, cols]: [u32; 2], transposed: bool) -> [u32; 2] {
    if transposed {
        [cols, rows]
    } else {
        [rows, cols]
    }
}

/// Squares, the four ways to store the factors (nn is the square itself), and shapes with few rows, columns or terms as
/// layers, their gradients and single samples have them.
pub const SHAPES: [Shape; 23] = [
    Shape::square("square-64", 64),
    Shape::square("square-128", 128),
    Shape::square("square-256", 256),
    Shape::square("square-512", 512),
    Shape::square("square-1024", 1024),
    Shape::square("square-2048", 2048),
    Shape::square("square-4096", 4096),
    Shape::square("tn-256", 256).transposed_left(),
    Shape::square("nt-256", 256).transposed_right(),
    Shape::square("tt-256", 256)
        .transposed_left()
        .transposed_right(),
    Shape::square("tn-1024", 1024).transposed_left(),
    Shape::square("nt-1024", 1024).transposed_right(),
    Shape::square("tt-1024", 1024)
        .transposed_left()
        .transposed_right(),
    Shape::plain("skinny-1x1024x1024", [1, 1024, 1024]),
    Shape::plain("skinny-nt-1x1024x1024", [1, 1024, 1024]).transposed_right(),
    Shape::plain("skinny-8x1024x1024", [8, 1024, 1024]),
    Shape::plain("skinny-nt-8x1024x1024", [8, 1024, 1024]).transposed_right(),
    Shape::plain("skinny-1024x1024x1", [1024, 1024, 1]),
    Shape::plain("skinny-1024x1024x8", [1024, 1024, 8]),
    Shape::plain("skinny-1024x16x1024", [1024, 16, 1024]),
    Shape::plain("skinny-64x16384x64", [64, 16384, 64]),
    Shape::plain("skinny-tn-256x8192x256", [256, 8192, 256]).transposed_left(),
    Shape::plain("skinny-nt-512x256x256", [512, 256, 256]).transposed_right(),
];

/// Products large enough that a second thread should give nearly all it has.
pub const LARGE: [Shape; 2] = [
    Shape::square("square-2048", 2048),
    Shape::square("square-4096", 4096),
];
