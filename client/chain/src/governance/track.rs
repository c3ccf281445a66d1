//! Tracks: how long, how dear and how clear the decisions of an origin are.

use assay_protocol::Balance;
use codec::{Decode, Error, Input};
use subxt::dynamic::Value;

use super::{Curve, Share, Tally};

/// A track, with an origin of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its number, by which votes and locks are counted.
    pub id: u16,
    /// Its name, such as `parameter_admin`.
    pub name: String,
    /// Decisions that run at once.
    pub max_deciding: u32,
    /// What must be put down before a decision begins.
    pub decision_deposit: Balance,
    /// Blocks from submission until a decision may begin.
    pub prepare_period: u32,
    /// Blocks that a decision runs before it is rejected.
    pub decision_period: u32,
    /// Blocks for which a referendum must pass without a break.
    pub confirm_period: u32,
    /// Blocks from approval to the earliest enactment.
    pub min_enactment_period: u32,
    /// The share of weighted votes that must be ayes.
    pub min_approval: Curve,
    /// The share of all tokens that must have voted aye or abstained.
    pub min_support: Curve,
}

impl Decode for Track {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let id = u16::decode(input)?;
        let name = String::decode(input)?;
        Ok(Self {
            id,
            // The chain fills names up with zeros.
            name: name.trim_end_matches('\0').to_owned(),
            max_deciding: Decode::decode(input)?,
            decision_deposit: Decode::decode(input)?,
            prepare_period: Decode::decode(input)?,
            decision_period: Decode::decode(input)?,
            confirm_period: Decode::decode(input)?,
            min_enactment_period: Decode::decode(input)?,
            min_approval: Decode::decode(input)?,
            min_support: Decode::decode(input)?,
        })
    }
}

impl Track {
    /// What approval and support must be so many blocks into a decision.
    pub fn needed(&self, elapsed: u32) -> (Share, Share) {
        let time = Share::of(elapsed.into(), self.decision_period.max(1).into());
        (
            self.min_approval.threshold(time),
            self.min_support.threshold(time),
        )
    }

    /// Whether a tally is enough so many blocks into a decision, of so many tokens in all.
    pub fn passes(&self, tally: &Tally, issuance: Balance, elapsed: u32) -> bool {
        let (approval, support) = self.needed(elapsed);
        tally.approval() >= approval && tally.support(issuance) >= support
    }

    /// Blocks into a decision from which on a tally is enough if it stays as it is; `None` if it never is.
    pub fn first_passing(&self, tally: &Tally, issuance: Balance) -> Option<u32> {
        let passes = |elapsed: u32| self.passes(tally, issuance, elapsed);
        if !passes(self.decision_period) {
            return None;
        }
        // What is needed never rises.
        let (mut low, mut high) = (0, self.decision_period);
        while low < high {
            let middle = low + (high - low) / 2;
            match passes(middle) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        Some(high)
    }

    /// The origin that the track decides for, by the runtime's names: `root` is the system's, the others stand under
    /// `Origins` in camel case.
    pub(crate) fn origin(&self) -> Value {
        if self.name == "root" {
            return Value::unnamed_variant("system", [Value::unnamed_variant("Root", [])]);
        }
        Value::unnamed_variant("Origins", [Value::unnamed_variant(camel(&self.name), [])])
    }
}

/// `small_spender` as `SmallSpender`.
fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    fn track() -> Track {
        let half = Share(500_000_000);
        let falling = Curve::Linear {
            length: Share::WHOLE,
            floor: Share(0),
            ceil: half,
        };
        Track {
            id: 2,
            name: "parameter_admin".to_owned(),
            max_deciding: 1,
            decision_deposit: 7,
            prepare_period: 1,
            decision_period: 100,
            confirm_period: 3,
            min_enactment_period: 4,
            min_approval: Curve::Linear {
                length: Share::WHOLE,
                floor: half,
                ceil: Share::WHOLE,
            },
            min_support: falling,
        }
    }

    fn tally(ayes: u128, nays: u128, support: u128) -> Tally {
        Tally {
            ayes,
            nays,
            support,
        }
    }

    #[test]
    fn a_track_is_read_as_the_chain_writes_it() {
        let mut name = b"root".to_vec();
        name.resize(25, 0);
        let curve = (0u8, 500_000_000u32, 0u32, 1_000_000_000u32);
        let bytes = (
            0u16, name, 1u32, 7u128, 1u32, 100u32, 3u32, 4u32, curve, curve,
        )
            .encode();
        let read = Track::decode(&mut &bytes[..]).unwrap();
        assert_eq!((&read.name[..], read.decision_deposit), ("root", 7));
        assert_eq!(read.min_support.threshold(Share::WHOLE), Share(0));
    }

    #[test]
    fn a_tally_passes_once_both_bounds_have_fallen_to_it() {
        // 80 % approval is enough after 40 blocks, 10 % support after 80.
        assert_eq!(track().first_passing(&tally(80, 20, 10), 100), Some(80));
        assert_eq!(track().first_passing(&tally(80, 20, 50), 100), Some(40));
        assert_eq!(track().first_passing(&tally(100, 0, 60), 100), Some(0));
        assert_eq!(track().first_passing(&tally(40, 60, 60), 100), None);
    }

    #[test]
    fn origins_have_the_names_of_their_tracks() {
        assert_eq!(camel("parameter_admin"), "ParameterAdmin");
        assert_eq!(camel("treasurer"), "Treasurer");
    }
}
