//! The kernel of a Map, made from its code.
//!
//! Every value of the code becomes a variable and every instruction a line, so nothing but the instructions' order and the
//! functions of `scalars.cu` decides what is computed. The text holds numbers and names of ours alone: nothing of a
//! program's bytes is copied into it.

use assay_commitment::{Keccak, Sha3};
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::Dims;

/// How an input's elements meet the output's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Layout {
    /// Element by element.
    Full = 0,
    /// One element for all.
    Scalar = 1,
    /// Repeated along some dimensions.
    Spread = 2,
}

impl Layout {
    fn new(input: Dims, output: Dims) -> Self {
        if input == output {
            Self::Full
        } else if input.elements() == 1 {
            Self::Scalar
        } else {
            Self::Spread
        }
    }
}

/// The kernel of Maps with one code and the same layouts of their inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapKernel {
    name: String,
    source: String,
}

impl MapKernel {
    /// The kernel of code that its check has accepted for these inputs.
    pub fn new(code: &MapCode, inputs: &[Dims], output: Dims) -> Self {
        let layouts: Vec<Layout> = inputs
            .iter()
            .map(|input| Layout::new(*input, output))
            .collect();
        let name = name(code, &layouts);
        let source = kernel(&name, code, &layouts);
        Self { name, source }
    }

    /// The kernel's name. Kernels of one name are the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kernel's text, which stands behind `map.cu`.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// A name that binds code and layouts.
fn name(code: &MapCode, layouts: &[Layout]) -> String {
    let mut encoding = Vec::with_capacity(MapCode::MAX_ENCODED);
    code.encode(&mut encoding);
    let layouts: Vec<u8> = layouts.iter().map(|layout| *layout as u8).collect();
    let digest = Sha3::hash(&[&[layouts.len() as u8], &layouts, &encoding]);
    digest[..16]
        .iter()
        .fold(String::from("map_"), |name, byte| {
            name + &format!("{byte:02x}")
        })
}

/// A thread takes groups of four elements: it reads them of all inputs, computes each by itself, and writes them.
fn kernel(name: &str, code: &MapCode, layouts: &[Layout]) -> String {
    let reads: String = (0..)
        .zip(layouts)
        .map(|(input, layout)| read(input, *layout))
        .collect();
    let values = values(layouts.len(), code);
    let lines: String = (0..)
        .zip(&values)
        .map(|(number, value): (usize, _)| format!("            float v{number} = {value};\n"))
        .collect();
    let last = values.len().saturating_sub(1);
    format!(
        "
KERNEL({name}, MapShape) {{
    u64 groups = p.elements / 4 + (p.elements % 4 != 0);
    for (u64 group = thread_number(); group < groups; group += thread_count()) {{
{reads}        float y[4];
#pragma unroll
        for (u32 j = 0; j < 4; j++) {{
{lines}            y[j] = v{last};
        }}
        write4(io, p, group * 4, y);
    }}
}}
"
    )
}

fn read(input: usize, layout: Layout) -> String {
    let layout = layout as u8;
    format!(
        "        float x{input}[4];
        read4<{layout}>(x{input}, io, p, {input}, group * 4);
"
    )
}

/// Every value of the code as an expression of those before it.
fn values(inputs: usize, code: &MapCode) -> Vec<String> {
    let inputs = (0..inputs).map(|input| format!("x{input}[j]"));
    let constants = code.constants.iter();
    let constants = constants.map(|word| format!("from_bits(0x{word:08x}u)"));
    let results = code.instructions.iter().map(call);
    inputs.chain(constants).chain(results).collect()
}

/// An instruction as an expression.
fn call(instruction: &MapInstruction) -> String {
    let values: Vec<String> = instruction
        .used()
        .iter()
        .map(|value| format!("v{value}"))
        .collect();
    format!("{}({})", function(instruction.op), values.join(", "))
}

/// The function of `scalars.cu`.
fn function(op: MapOp) -> &'static str {
    match op {
        MapOp::Add => "f_add",
        MapOp::Sub => "f_sub",
        MapOp::Mul => "f_mul",
        MapOp::Div => "f_div",
        MapOp::Fma => "f_fma",
        MapOp::Sqrt => "square_root",
        MapOp::Exp => "exponential",
        MapOp::Ln => "logarithm",
        MapOp::Tanh => "hyperbolic_tangent",
        MapOp::Sigmoid => "logistic",
        MapOp::Max => "maximum",
        MapOp::Min => "minimum",
        MapOp::Lt => "less",
        MapOp::Le => "less_or_equal",
        MapOp::Eq => "equal",
        MapOp::Select => "select",
        MapOp::Abs => "magnitude",
        MapOp::Neg => "negative",
        MapOp::Flush => "flush",
    }
}
