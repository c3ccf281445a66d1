//! Every operator on every path this processor has, against the reference, bit for bit.

mod map;
mod matmul;
mod movement;
mod reduce;
mod rows;
mod scatter;

use super::exec::Exec;
use super::kernel::{Kernel, Operands, StepContext};
use super::Simd;
use assay_numerics::{scalar, DType, Dims, Op, Operation, Tensor, TensorType};

const SEED: [u8; 32] = [7; 32];

/// Numbers at which arithmetic has its edges, as bit patterns.
const SPECIAL: [u32; 24] = [
    0x0000_0000,
    0x8000_0000,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0001,
    0x1a00_0001,
    0x19ff_fffe,
    0x0040_0001,
    0x42b1_7218,
    0xc2d0_0000,
    0xc2ae_ac50,
    0x3f2a_aaab,
    0x4111_999a,
    0x3300_0000,
];

/// How wild a tensor's values are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Values {
    /// Ordinary numbers of both signs, so that the order of a sum shows.
    Tame,
    /// One in eight special, and none so large that a sum of any length has an infinity or a NaN.
    Finite,
    /// One in 8192 special, so that some long sums have an infinity or a NaN, and most do not.
    Rare,
    /// One in eight special.
    Wild,
    /// Any bit pattern.
    Any,
}

/// A small generator (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn word(&mut self, values: Values) -> u32 {
        let special = SPECIAL[self.below(SPECIAL.len() as u64) as usize];
        let tame = ((self.below(1 << 24) as f32 - 8_388_608.0) / 4_194_304.0).to_bits();
        match values {
            Values::Any => self.next() as u32,
            Values::Wild if self.below(8) == 0 => special,
            Values::Finite if self.below(8) == 0 && f32::from_bits(special).abs() < 1e6 => special,
            Values::Rare if self.below(1 << 13) == 0 => special,
            _ => tame,
        }
    }

    fn tensor(&mut self, ty: TensorType, values: Values) -> Tensor {
        Tensor::new(
            ty,
            (0..ty.dims.elements()).map(|_| self.word(values)).collect(),
        )
        .unwrap()
    }

    /// Indices of which a few are out of range.
    fn indices(&mut self, count: u32, range: u32) -> Tensor {
        let ty = TensorType::u32(dims([1, 1, count, 1]));
        let index = |random: &mut Self| match random.below(10) {
            0 => range,
            1 => u32::MAX,
            _ => random.below(u64::from(range)) as u32,
        };
        Tensor::new(ty, (0..count).map(|_| index(self)).collect()).unwrap()
    }
}

fn dims(dims: [u32; 4]) -> Dims {
    Dims::new(dims).unwrap()
}

/// Runs an operation by its kernel.
fn run(operation: &Operation, exec: &Exec, step: u64, inputs: &[&Tensor]) -> Tensor {
    let kernel = Kernel::new(operation).unwrap();
    // What a kernel leaves unwritten must show.
    let words = operation.output.dims.elements() as usize;
    let mut output = Tensor::new(operation.output, vec![0xdead_beef; words]).unwrap();
    let inputs: Vec<_> = inputs
        .iter()
        .map(|input| (input.words().as_ptr(), input.words().len()))
        .collect();
    let mut workspace = vec![0xdead_beef; kernel.workspace_words(exec.threads)];
    let operands = Operands {
        inputs: &inputs,
        output: (output.words_mut().as_mut_ptr(), words),
        workspace: (workspace.as_mut_ptr(), workspace.len()),
    };
    // SAFETY: the tensors have the operation's types, and the output is none of the inputs.
    unsafe { kernel.run(exec, &StepContext { seed: &SEED, step }, &operands) };
    output
}

/// Compares every path, with one thread, two and three, to the reference, whose output this is.
fn assert_equals_reference(operation: &Operation, step: u64, inputs: &[&Tensor]) -> Tensor {
    operation.check().unwrap();
    let expected = operation.evaluate(&SEED, step, inputs).unwrap();
    for simd in Simd::available() {
        let path = simd.path().unwrap();
        for exec in [
            Exec::new(path, 1),
            Exec::eager(path, 2),
            Exec::eager(path, 3),
        ] {
            let found = run(operation, &exec, step, inputs);
            assert_same(
                &expected,
                &found,
                &format!("{simd}, {} threads, {operation:?}", exec.threads),
            );
        }
    }
    expected
}

/// Compares two tensors bit for bit, any NaN being equal to any other.
fn assert_same(expected: &Tensor, found: &Tensor, what: &str) {
    let float = expected.ty().dtype == DType::F32;
    let canonical = |word: &u32| {
        if float {
            scalar::canonical(*word)
        } else {
            *word
        }
    };
    let (expected, found) = (
        expected.words().iter().map(canonical),
        found.words().iter().map(canonical),
    );
    if let Some((at, (e, f))) = expected.zip(found).enumerate().find(|(_, (e, f))| e != f) {
        panic!("{what}: element {at} is {f:08x}, the reference has {e:08x}");
    }
}

fn operation(op: Op, inputs: &[&Tensor], output: TensorType) -> Operation {
    Operation {
        op,
        inputs: inputs.iter().map(|input| input.ty()).collect(),
        output,
    }
}
