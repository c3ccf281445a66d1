//! What PTX must not hold if its bits are to be those of the reference.
//!
//! Every instruction on binary32 must be one that is known to be exact or to round to nearest even: what is not on the list
//! is refused, and so is every other floating type, every call, and everything that flushes, approximates or saturates.
//! The compiler is trusted to keep the order of what it rounds; the options of [`crate::nvrtc`] forbid it to fuse.

use std::fmt;

/// An instruction that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The line, from 1.
    pub line: usize,
    /// The instruction with its modifiers.
    pub instruction: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why an instruction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It flushes subnormals, approximates or saturates.
    Modifier,
    /// It rounds, and does not say to nearest even.
    Rounding,
    /// It is not known to be exact.
    Unknown,
    /// It works on another floating type.
    Type,
    /// It calls a function, whose code is not looked at.
    Call,
    /// The text has no kernel.
    NoKernel,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Modifier => "flushes, approximates or saturates",
            Reason::Rounding => "does not round to nearest",
            Reason::Unknown => "is not known to be exact",
            Reason::Type => "works on another floating type",
            Reason::Call => "calls a function",
            Reason::NoKernel => "there is no kernel",
        };
        write!(f, "line {}: {}: {reason}", self.line, self.instruction)
    }
}

/// Rounding operations, which must say `.rn`.
const ROUNDING: [&str; 8] = ["add", "sub", "mul", "fma", "mad", "div", "sqrt", "rcp"];
/// Operations whose result is one of their arguments, or a bit of one turned. The compiler makes a plain `max` of a select
/// where neither NaN nor the sign of zero can tell them apart.
const EXACT: [&str; 12] = [
    "mov", "ld", "ldu", "st", "setp", "set", "selp", "slct", "neg", "abs", "min", "max",
];
/// Floating types that no kernel uses.
const OTHER_TYPES: [&str; 14] = [
    "f16", "f16x2", "bf16", "bf16x2", "tf32", "f64", "f32x2", "e4m3", "e5m2", "e4m3x2", "e5m2x2",
    "e2m1x2", "e3m2x2", "e2m3x2",
];
const MODIFIERS: [&str; 4] = ["ftz", "approx", "sat", "full"];
/// Units of matrix products, which round in ways of their own.
const MATRIX: [&str; 5] = ["wmma", "mma", "wgmma", "tcgen05", "dp4a"];

/// Judges PTX. An empty list is what is wanted.
pub fn judge(ptx: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, line) in (1..).zip(ptx.lines()) {
        for statement in line.split("//").next().unwrap_or_default().split(';') {
            let Some(instruction) = instruction(statement) else {
                continue;
            };
            if let Some(reason) = reason(instruction) {
                violations.push(Violation {
                    line: number,
                    instruction: instruction.to_owned(),
                    reason,
                });
            }
        }
    }
    if !ptx.lines().any(|line| line.contains(".entry ")) {
        violations.push(Violation {
            line: 1,
            instruction: String::new(),
            reason: Reason::NoKernel,
        });
    }
    violations
}

/// The instruction of a statement with its modifiers; `None` for directives, labels and what is empty.
fn instruction(statement: &str) -> Option<&str> {
    let after_label = statement.rsplit(": ").next().unwrap_or(statement);
    after_label
        .split_whitespace()
        .map(|word| word.trim_matches(['{', '}']))
        .find(|word| !word.is_empty() && !word.starts_with('@'))
        .filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|word| !word.ends_with(':'))
}

fn reason(instruction: &str) -> Option<Reason> {
    let mut parts = instruction.split('.');
    let operation = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    let has = |word: &str| parts.contains(&word);
    if parts.iter().any(|part| MODIFIERS.contains(part)) {
        return Some(Reason::Modifier);
    }
    if parts.iter().any(|part| OTHER_TYPES.contains(part)) {
        return Some(Reason::Type);
    }
    if MATRIX.contains(&operation) {
        return Some(Reason::Unknown);
    }
    if operation == "call" {
        return Some(Reason::Call);
    }
    if !has("f32") {
        return None;
    }
    if ROUNDING.contains(&operation) {
        return (!has("rn")).then_some(Reason::Rounding);
    }
    if operation == "cvt" {
        let from_integer = has("s32") || has("u32");
        return (!(has("rn") && from_integer && parts.get(1) == Some(&"f32")))
            .then_some(Reason::Unknown);
    }
    (!EXACT.contains(&operation)).then_some(Reason::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(line: &str) -> String {
        format!(
            ".version 8.0\n.target sm_80\n.visible .entry k(\n.param .u64 p\n)\n{{\n\
             .reg .f32 \t%f<4>;\n{line}\nret;\n}}\n"
        )
    }

    fn reasons(line: &str) -> Vec<Reason> {
        judge(&kernel(line))
            .into_iter()
            .map(|violation| violation.reason)
            .collect()
    }

    #[test]
    fn what_is_exact_or_rounds_to_nearest_passes() {
        for line in [
            "add.rn.f32 %f1, %f2, %f3;",
            "@%p1 fma.rn.f32 %f1, %f2, %f3, %f1;",
            "div.rn.f32 \t%f1, %f2, %f3;",
            "sqrt.rn.f32 %f1, %f2;",
            "rcp.rn.f32 %f1, %f2;",
            "max.f32 %f1, %f2, %f3;",
            "setp.lt.f32 %p1, %f1, %f2;",
            "selp.f32 %f1, %f2, %f3, %p1;",
            "ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];",
            "cvt.rn.f32.s32 %f1, %r1;",
            "mad.lo.s32 %r1, %r2, %r3, %r4;",
            "add.s64 %rd1, %rd2, %rd3;",
            "$L__BB0_1: // add.f32 in a comment",
            "mov.f32 %f1, 0f00000000;",
        ] {
            assert_eq!(reasons(line), [], "{line}");
        }
    }

    #[test]
    fn what_may_differ_is_refused() {
        for (line, reason) in [
            ("add.f32 %f1, %f2, %f3;", Reason::Rounding),
            ("sub.f32 %f1, %f2, %f3;", Reason::Rounding),
            ("mul.f32 %f1, %f2, %f3;", Reason::Rounding),
            ("@!%p2 mul.rz.f32 %f1, %f2, %f3;", Reason::Rounding),
            ("fma.rp.f32 %f1, %f2, %f3, %f1;", Reason::Rounding),
            ("add.rn.ftz.f32 %f1, %f2, %f3;", Reason::Modifier),
            ("add.rn.sat.f32 %f1, %f2, %f3;", Reason::Modifier),
            ("div.approx.f32 %f1, %f2, %f3;", Reason::Modifier),
            ("div.full.f32 %f1, %f2, %f3;", Reason::Modifier),
            ("setp.lt.ftz.f32 %p1, %f1, %f2;", Reason::Modifier),
            ("ex2.approx.ftz.f32 %f1, %f2;", Reason::Modifier),
            ("ex2.f32 %f1, %f2;", Reason::Unknown),
            ("lg2.f32 %f1, %f2;", Reason::Unknown),
            ("sin.f32 %f1, %f2;", Reason::Unknown),
            ("cos.f32 %f1, %f2;", Reason::Unknown),
            ("tanh.f32 %f1, %f2;", Reason::Unknown),
            ("rsqrt.f32 %f1, %f2;", Reason::Unknown),
            ("atom.global.add.f32 %f1, [%rd1], %f2;", Reason::Unknown),
            ("red.global.add.f32 [%rd1], %f2;", Reason::Unknown),
            ("cvt.rzi.s32.f32 %r1, %f1;", Reason::Unknown),
            ("cvt.rz.f32.s32 %f1, %r1;", Reason::Unknown),
            ("cvt.f32.f64 %f1, %fd1;", Reason::Type),
            ("fma.rn.f64 %fd1, %fd2, %fd3, %fd1;", Reason::Type),
            ("add.rn.f32x2 %rd1, %rd2, %rd3;", Reason::Type),
            (
                "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%f1}, {%r1}, {%r2}, {%f2};",
                Reason::Type,
            ),
            (
                "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%r1}, {%r1}, {%r2}, {%r2};",
                Reason::Unknown,
            ),
            ("call.uni (retval0), fmaf, (param0);", Reason::Call),
            ("{ add.f32 %f1, %f2, %f3; }", Reason::Rounding),
            ("$L__BB0_1: add.f32 %f1, %f2, %f3;", Reason::Rounding),
        ] {
            assert_eq!(reasons(line), [reason], "{line}");
        }
    }

    #[test]
    fn two_statements_on_a_line_are_both_seen() {
        let line = "mov.f32 %f1, %f2; mul.f32 %f1, %f2, %f3; add.f32 %f1, %f2, %f3;";
        assert_eq!(reasons(line), [Reason::Rounding; 2]);
    }

    #[test]
    fn a_text_without_a_kernel_is_refused() {
        let found = judge(".version 8.0\n.target sm_80\n");
        assert_eq!(found[0].reason, Reason::NoKernel);
    }
}
