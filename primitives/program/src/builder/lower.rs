//! Expressions to Map code and back.

use super::{expr::Term, BuildError, Expr, Var};
use alloc::vec::Vec;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::Operation;

/// Map code with the tensors it reads.
pub(super) struct Lowered {
    pub(super) code: MapCode,
    pub(super) inputs: Vec<Var>,
}

/// Numbers the terms as Map code does: inputs, constants, instructions. A mere tensor becomes `x * 1`, which keeps
/// every bit but a NaN's payload.
pub(super) fn lower(expr: &Expr) -> Result<Lowered, BuildError> {
    if expr.as_leaf().is_some() {
        return lower(&(expr * 1.0));
    }
    let inputs: Vec<Var> = expr.leaves().collect();
    let constants: Vec<u32> = expr.terms().iter().filter_map(constant).collect();
    let instructions = expr.terms().len() - inputs.len() - constants.len();
    if inputs.len() > Operation::MAX_INPUTS
        || constants.len() > MapCode::MAX_CONSTANTS
        || instructions > MapCode::MAX_INSTRUCTIONS
    {
        return Err(BuildError::LongExpression {
            instructions,
            constants: constants.len(),
            inputs: inputs.len(),
        });
    }
    let instructions = instructions_of(expr.terms(), inputs.len(), constants.len());
    let code = MapCode {
        constants,
        instructions,
    };
    let operations = code.operations();
    if operations > MapCode::MAX_OPERATIONS {
        return Err(BuildError::CostlyExpression { operations });
    }
    Ok(Lowered { code, inputs })
}

fn constant(term: &Term) -> Option<u32> {
    match term {
        Term::Constant(bits) => Some(*bits),
        _ => None,
    }
}

fn instructions_of(terms: &[Term], inputs: usize, constants: usize) -> Vec<MapInstruction> {
    let mut next = [0, inputs, inputs + constants];
    let mut numbers = Vec::with_capacity(terms.len());
    let mut instructions = Vec::new();
    for term in terms {
        let kind = match term {
            Term::Leaf(_) => 0,
            Term::Constant(_) => 1,
            Term::Apply(op, _) => {
                let mut args = [0; 3];
                for (arg, &of) in args.iter_mut().zip(term.arguments()) {
                    *arg = numbers[of] as u8;
                }
                instructions.push(MapInstruction { op: *op, args });
                2
            }
        };
        numbers.push(next[kind]);
        next[kind] += 1;
    }
    instructions
}

/// The expression that Map code computes from these inputs.
pub(super) fn raise(code: &MapCode, inputs: &[Var]) -> Vec<Term> {
    let mut terms: Vec<Term> = inputs.iter().map(|var| Term::Leaf(*var)).collect();
    terms.extend(code.constants.iter().map(|bits| Term::Constant(*bits)));
    terms.extend(
        code.instructions
            .iter()
            .map(|i| Term::Apply(i.op, widen(i.op, i.args))),
    );
    terms
}

fn widen(op: MapOp, args: [u8; 3]) -> [usize; 3] {
    let mut wide = [0; 3];
    for (to, from) in wide.iter_mut().zip(args).take(op.arity()) {
        *to = usize::from(from);
    }
    wide
}
