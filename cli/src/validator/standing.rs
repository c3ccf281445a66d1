//! Where an account stands in elections, and what it lacks to make blocks.

use serde::Serialize;

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// It makes blocks in this session.
    Active,
    /// It offers itself as a validator and was not elected yet.
    Waiting,
    /// It stands behind validators.
    Nominating,
    /// It has bonded, and takes no part in elections.
    Chilled,
    /// It has bonded nothing.
    NotBonded,
}

/// Of what a standing follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// It is a validator of the session.
    pub(super) in_session: bool,
    /// It offers itself as a validator.
    pub(super) offers: bool,
    /// It nominates.
    pub(super) nominates: bool,
    /// It has bonded.
    pub(super) bonded: bool,
    /// It has set session keys.
    pub(super) keys: bool,
    /// Whether the node has their secret parts, if it tells.
    pub(super) at_node: Option<bool>,
}

impl Standing {
    pub(super) const fn of(facts: Facts) -> Self {
        match facts {
            Facts {
                in_session: true, ..
            } => Self::Active,
            Facts { offers: true, .. } => Self::Waiting,
            Facts {
                nominates: true, ..
            } => Self::Nominating,
            Facts { bonded: true, .. } => Self::Chilled,
            _ => Self::NotBonded,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Waiting => "waiting for an election",
            Self::Nominating => "nominating",
            Self::Chilled => "chilled",
            Self::NotBonded => "not bonded",
        }
    }

    /// What to do next in order to make blocks, if anything.
    pub(super) const fn next(self, facts: Facts) -> Option<&'static str> {
        match (self, facts.keys, facts.at_node) {
            (Self::Nominating, ..) => None,
            (Self::NotBonded | Self::Chilled, ..) => {
                Some("`assay validator bond` offers it as a validator")
            }
            (_, false, _) => Some("`assay validator keys` sets its session keys"),
            (_, true, Some(false)) => {
                Some("this node has other keys: ask its own node, or set keys with `assay validator keys`")
            }
            (Self::Active, true, _) if !facts.offers => {
                Some("it leaves with the next election: `assay validator bond` offers it again")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Facts = Facts {
        in_session: false,
        offers: false,
        nominates: false,
        bonded: false,
        keys: false,
        at_node: None,
    };

    #[test]
    fn each_step_towards_making_blocks_is_named() {
        let next = |facts| Standing::of(facts).next(facts).unwrap_or("nothing");
        assert!(next(NOBODY).contains("validator bond"));
        let mut facts = NOBODY;
        (facts.bonded, facts.offers) = (true, true);
        assert_eq!(Standing::of(facts), Standing::Waiting);
        assert!(next(facts).contains("validator keys"));
        (facts.keys, facts.at_node) = (true, Some(false));
        assert!(next(facts).contains("other keys"));
        (facts.in_session, facts.at_node) = (true, Some(true));
        assert_eq!(
            (Standing::of(facts), next(facts)),
            (Standing::Active, "nothing")
        );
        facts.offers = false;
        assert!(next(facts).contains("leaves"));
    }

    #[test]
    fn who_only_bonds_is_chilled() {
        let mut facts = NOBODY;
        facts.bonded = true;
        assert_eq!(Standing::of(facts), Standing::Chilled);
        facts.nominates = true;
        assert_eq!(Standing::of(facts), Standing::Nominating);
        assert_eq!(Standing::Nominating.next(facts), None);
    }
}
