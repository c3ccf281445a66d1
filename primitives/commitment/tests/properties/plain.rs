//! The definitions once more, as plainly as they can be written and sharing nothing with the crate but `sha3`.

use sha3::Digest;

pub type Hash = [u8; 32];

/// A tensor as its dtype code, dimensions and row-major words.
#[derive(Debug)]
pub struct Plain {
    pub dtype: u8,
    pub dims: [u32; 4],
    pub words: Vec<u32>,
}

pub fn keccak(bytes: &[u8]) -> Hash {
    sha3::Keccak256::digest(bytes).into()
}

pub fn concat(parts: &[&[u8]]) -> Hash {
    keccak(&parts.concat())
}

pub fn padding(height: u32) -> Hash {
    match height {
        0 => [0; 32],
        h => concat(&[&[1], &padding(h - 1), &padding(h - 1)]),
    }
}

pub fn height(count: usize) -> u32 {
    (0..).find(|&h| 1usize << h >= count).unwrap()
}

/// The recursive definition of the tree.
pub fn tree(leaves: &[Hash]) -> Hash {
    subtree(leaves, height(leaves.len()))
}

fn subtree(leaves: &[Hash], height: u32) -> Hash {
    match (leaves, height) {
        ([], _) => padding(height),
        ([leaf], 0) => *leaf,
        _ => {
            let middle = leaves.len().min(1 << (height - 1));
            let (left, right) = leaves.split_at(middle);
            concat(&[
                &[1],
                &subtree(left, height - 1),
                &subtree(right, height - 1),
            ])
        }
    }
}

impl Plain {
    pub fn tiles(&self) -> Vec<Hash> {
        let [b0, b1, rows, cols] = self.dims.map(|d| d as usize);
        let mut tiles = Vec::new();
        for matrix in 0..b0 * b1 {
            for top in (0..rows).step_by(32) {
                for left in (0..cols).step_by(32) {
                    tiles.push(self.tile(
                        matrix * rows + top,
                        left,
                        (rows - top).min(32),
                        (cols - left).min(32),
                    ));
                }
            }
        }
        tiles
    }

    fn tile(&self, row: usize, left: usize, height: usize, width: usize) -> Hash {
        let mut bytes = vec![0, self.dtype, height as u8, 0, width as u8, 0, 0, 0];
        for r in row..row + height {
            for c in left..left + width {
                let word = self.words[r * self.dims[3] as usize + c];
                let nan = self.dtype == 0 && f32::from_bits(word).is_nan();
                bytes.extend(if nan { 0x7fc0_0000u32 } else { word }.to_le_bytes());
            }
        }
        keccak(&bytes)
    }

    pub fn root(&self) -> Hash {
        let dims: Vec<u8> = self.dims.iter().flat_map(|d| d.to_le_bytes()).collect();
        concat(&[&[2, self.dtype], &dims, &tree(&self.tiles())])
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|w| w.to_le_bytes()).collect()
    }
}
