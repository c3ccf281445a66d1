//! Jobs with real programs, what a provider may tell of them, and games about them with the real prover.

mod job;
mod player;
mod tale;
mod trial;

#[allow(dead_code)] // The game's own tests use the rest.
#[path = "../../../../../primitives/game/tests/game/support/programs.rs"]
mod programs;

pub(super) use job::{every_operator, every_output, many_tiles, RealJob, Step, NODES, STEPS};
pub(super) use player::{argue, contest, Played, Player, Table};
pub(super) use programs::{values, World};
pub(super) use tale::Tale;
pub(super) use trial::{
    acquit, assert_convicted, convict, convict_by, custom, found, on_chain, Found,
};

/// Numbers from a seed (splitmix64), for the values that programs start from.
struct Rng(u64);

impl Rng {
    /// Less than `end`, which is not 0.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % end
    }
}
