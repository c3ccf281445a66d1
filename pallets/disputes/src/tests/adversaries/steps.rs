//! Providers that take a step wrongly, or another than agreed.

use assay_game::Entry;
use assay_numerics::{MapCode, MapInstruction, MapOp, Op, RowOrder, Tensor};

use crate::{
    tests::real::{
        convict, convict_by, custom, every_operator, found, values, Found, Played, Player, Step,
        Tale, World, STEPS,
    },
    Error,
};

/// The step in which most of these cheat: the first of the second interval.
const AT: usize = 2;
/// The nodes that read a batch of the data, and of the labels.
const BATCHES: [usize; 2] = [0, 1];
/// The node that adds the bias, which is constant 0.
const BIAS: u32 = 3;
/// The node that gives the next weight, slot 0: it subtracts the gradient.
const WEIGHT: u32 = 21;
/// The node that writes what the step reports to the tape, slot 1.
const TAPE: u32 = 22;

/// Where the chain finds the fault of a provider that tells this.
fn found_in(tale: Tale) -> Found {
    found(convict(every_operator(), tale, Player::defending).verdict)
}

fn another(change: fn(&mut World)) -> Found {
    found_in(Tale::of_another(every_operator(), change))
}

/// A provider that shows its own program, constants and data to the end.
fn insisting(change: fn(&mut World)) -> Played {
    let played = convict(
        every_operator(),
        Tale::insisting(every_operator(), change),
        Player::defending,
    );
    assert_eq!(found(played.verdict), Found::Silence);
    played
}

fn other_data(world: &mut World) {
    world.inputs[0] = values(world.inputs[0].ty(), 1);
}

fn other_constants(world: &mut World) {
    world.constants[0] = values(world.constants[0].ty(), 1);
}

/// Weight less half the gradient.
fn half_the_rate(world: &mut World) {
    let instruction = |op, args| MapInstruction { op, args };
    world.program.nodes[WEIGHT as usize].op = Op::Map(MapCode {
        constants: vec![0.5f32.to_bits()],
        instructions: vec![
            instruction(MapOp::Mul, [1, 2, 0]),
            instruction(MapOp::Sub, [0, 3, 0]),
        ],
    });
}

#[test]
fn a_skipped_step_is_found() {
    let skip = |step: &mut Step| step.after = step.before.clone();
    let tale = Tale::altered(every_operator(), AT, skip);
    assert_eq!(found_in(tale), Found::Slot(0));
}

#[test]
fn a_step_from_an_old_checkpoint_is_found() {
    let job = every_operator();
    let old = Step::take(&job.world, AT, job.steps[1].before.clone());
    let tale = Tale::altered(job, AT, |step| {
        (step.outputs, step.after) = (old.outputs, old.after);
    });
    assert_eq!(
        found_in(tale),
        Found::Node(2),
        "the first that reads a slot"
    );
}

#[test]
fn other_data_are_found() {
    assert_eq!(another(other_data), Found::Node(BATCHES[0] as u32));
}

#[test]
fn other_data_cannot_be_shown() {
    let played = insisting(other_data);
    assert_eq!(played.refused, Some(custom(Error::WrongRoot)));
}

#[test]
fn another_order_of_batches_is_found() {
    let sequential = |world: &mut World| {
        for node in BATCHES {
            let order = RowOrder::Sequential;
            world.program.nodes[node].op = Op::BatchRows { order };
        }
    };
    assert_eq!(another(sequential), Found::Node(BATCHES[0] as u32));
    assert_eq!(
        another(|world| world.program.seed[7] ^= 1),
        Found::Node(BATCHES[0] as u32)
    );
}

#[test]
fn another_steps_batch_is_found() {
    let job = every_operator();
    let other = Step::take(&job.world, AT + 1, job.steps[AT].before.clone());
    let tale = Tale::altered(job, AT, |step| *step = other);
    assert_eq!(found_in(tale), Found::Node(BATCHES[0] as u32));
}

#[test]
fn another_learning_rate_is_found() {
    assert_eq!(another(half_the_rate), Found::Node(WEIGHT));
}

#[test]
fn another_program_cannot_be_shown() {
    let played = insisting(half_the_rate);
    assert_eq!(played.refused, Some(custom(Error::WrongRoot)));
}

#[test]
fn other_constants_are_found() {
    assert_eq!(another(other_constants), Found::Node(BIAS));
}

#[test]
fn other_constants_cannot_be_shown() {
    let played = insisting(other_constants);
    assert_eq!(played.refused, Some(custom(Error::WrongRoot)));
}

#[test]
fn one_bit_of_one_weight_is_found() {
    let flip = |weight: &mut Tensor| weight.words_mut()[1_000] ^= 1;
    let tale = Tale::with_output(every_operator(), AT, WEIGHT, flip);
    assert_eq!(found_in(tale), Found::Node(WEIGHT));
}

#[test]
fn hidden_states_save_nobody() {
    let flip = |weight: &mut Tensor| weight.words_mut()[1_000] ^= 1;
    let tale = Tale::with_output(every_operator(), AT, WEIGHT, flip);
    let [_, hidden] = tale.entries();
    assert_eq!(hidden, Entry::Segment);
    let played = convict_by(hidden, every_operator(), tale, Player::defending);
    assert_eq!(found(played.verdict), Found::Node(WEIGHT));
}

#[test]
fn another_loss_is_found() {
    let at = AT * 3 * 3; // Three rows of three columns are written in each step.
    let halve = |tape: &mut Tensor| {
        let word = &mut tape.words_mut()[at];
        *word = (f32::from_bits(*word) / 2.0).to_bits();
    };
    let tale = Tale::with_output(every_operator(), AT, TAPE, halve);
    assert_eq!(found_in(tale), Found::Node(TAPE));
}

#[test]
fn exchanged_slots_are_found() {
    let swap = |step: &mut Step| step.after.swap(0, 1);
    let tale = Tale::altered(every_operator(), STEPS - 1, swap);
    assert_eq!(found_in(tale), Found::Slot(0));
}

#[test]
fn a_slot_of_another_step_is_found() {
    let job = every_operator();
    let old = job.steps[0].after[0].clone();
    let tale = Tale::altered(job, AT, |step| step.after[0] = old);
    assert_eq!(found_in(tale), Found::Slot(0));
}
