//! How long, how dear and how clear a decision of each origin is.
//!
//! Approval is the share of votes in favour, weighted by conviction; support is the share of all tokens in favour, unweighted. Both
//! bounds fall while a decision runs; a referendum that stays above them for the confirmation period passes.

use super::{blocks, origins::Origin, DAYS, HOURS, MINUTES};
use crate::{identity::UNIT, Balance, BlockNumber, OriginCaller};
use alloc::borrow::Cow;
use pallet_referenda::{Curve, Track, TrackInfo};
use sp_runtime::{str_array, FixedI64};

/// A track in blocks of the main chain.
struct Form {
    id: u16,
    name: &'static str,
    /// Decisions that run at once.
    max_deciding: u32,
    deposit: Balance,
    prepare: u32,
    decide: u32,
    confirm: u32,
    enact: u32,
    approval: Curve,
    support: Curve,
}

const fn percent(x: i128) -> FixedI64 {
    FixedI64::from_rational(x as u128, 100)
}

/// From 100 % down to 50 %, through `level` % after `delay` of `days` days.
const fn approval(delay: u128, days: u128, level: i128) -> Curve {
    Curve::make_reciprocal(delay, days, percent(level), percent(50), percent(100))
}

/// From 50 % down to nothing, through `level` % after `delay` of `days` days.
const fn support(delay: u128, days: u128, level: i128) -> Curve {
    Curve::make_reciprocal(delay, days, percent(level), percent(0), percent(50))
}

/// The slowest first; sorted by id.
const FORMS: [Form; 7] = [
    Form {
        id: 0,
        name: "root",
        max_deciding: 1,
        deposit: 10_000 * UNIT,
        prepare: 2 * HOURS,
        decide: 28 * DAYS,
        confirm: 24 * HOURS,
        enact: 24 * HOURS,
        approval: approval(4, 28, 80),
        support: Curve::make_linear(28, 28, percent(0), percent(50)),
    },
    Form {
        id: 1,
        name: "whitelisted_caller",
        max_deciding: 10,
        deposit: 1_000 * UNIT,
        prepare: 30 * MINUTES,
        decide: 28 * DAYS,
        confirm: 10 * MINUTES,
        enact: 10 * MINUTES,
        approval: approval(1, 28, 96),
        support: Curve::make_reciprocal(1, 28, percent(20), percent(5), percent(50)),
    },
    Form {
        id: 2,
        name: "parameter_admin",
        max_deciding: 5,
        deposit: 2_000 * UNIT,
        prepare: 2 * HOURS,
        decide: 14 * DAYS,
        confirm: 3 * HOURS,
        enact: HOURS,
        approval: approval(4, 14, 80),
        support: support(7, 14, 10),
    },
    Form {
        id: 3,
        name: "treasurer",
        max_deciding: 10,
        deposit: 1_000 * UNIT,
        prepare: 2 * HOURS,
        decide: 14 * DAYS,
        confirm: 3 * HOURS,
        enact: 24 * HOURS,
        approval: approval(4, 14, 80),
        support: Curve::make_linear(14, 14, percent(0), percent(50)),
    },
    Form {
        id: 4,
        name: "small_spender",
        max_deciding: 50,
        deposit: 100 * UNIT,
        prepare: 2 * HOURS,
        decide: 7 * DAYS,
        confirm: 3 * HOURS,
        enact: HOURS,
        approval: Curve::make_linear(4, 7, percent(50), percent(100)),
        support: support(1, 7, 1),
    },
    Form {
        id: 5,
        name: "referendum_canceller",
        max_deciding: 100,
        deposit: 1_000 * UNIT,
        prepare: 2 * HOURS,
        decide: 7 * DAYS,
        confirm: 3 * HOURS,
        enact: 10 * MINUTES,
        approval: Curve::make_linear(4, 7, percent(50), percent(100)),
        support: support(2, 7, 1),
    },
    Form {
        id: 6,
        name: "referendum_killer",
        max_deciding: 100,
        deposit: 5_000 * UNIT,
        prepare: 2 * HOURS,
        decide: 14 * DAYS,
        confirm: 3 * HOURS,
        enact: 10 * MINUTES,
        approval: Curve::make_linear(8, 14, percent(50), percent(100)),
        support: support(4, 14, 1),
    },
];

impl Form {
    /// The track at this chain's pace.
    fn track(&self) -> Track<u16, Balance, BlockNumber> {
        Track {
            id: self.id,
            info: TrackInfo {
                name: str_array(self.name),
                max_deciding: self.max_deciding,
                decision_deposit: self.deposit,
                prepare_period: blocks(self.prepare),
                decision_period: blocks(self.decide),
                confirm_period: blocks(self.confirm),
                min_enactment_period: blocks(self.enact),
                min_approval: self.approval.clone(),
                min_support: self.support.clone(),
            },
        }
    }
}

/// The tracks at this chain's pace.
pub struct Tracks;

impl pallet_referenda::TracksInfo<Balance, BlockNumber> for Tracks {
    type Id = u16;
    type RuntimeOrigin = OriginCaller;

    fn tracks() -> impl Iterator<Item = Cow<'static, Track<u16, Balance, BlockNumber>>> {
        FORMS.iter().map(|form| Cow::Owned(form.track()))
    }

    fn track_for(origin: &OriginCaller) -> Result<u16, ()> {
        match origin {
            OriginCaller::system(frame_system::RawOrigin::Root) => Ok(0),
            OriginCaller::Origins(origin) => Ok(match origin {
                Origin::WhitelistedCaller => 1,
                Origin::ParameterAdmin => 2,
                Origin::Treasurer => 3,
                Origin::SmallSpender => 4,
                Origin::ReferendumCanceller => 5,
                Origin::ReferendumKiller => 6,
            }),
            _ => Err(()),
        }
    }
}
