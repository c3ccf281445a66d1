//! What accounts that act for others may do.

use crate::{config::accounts::ProxyType, RuntimeCall};
use frame_support::traits::InstanceFilter;

/// A call of each kind, and whose business it is beside that of a proxy for everything.
fn calls() -> [(RuntimeCall, Option<ProxyType>); 8] {
    let nobody = crate::AccountId::new([7; 32]);
    [
        (
            pallet_staking::Call::chill {}.into(),
            Some(ProxyType::Staking),
        ),
        (
            pallet_session::Call::purge_keys {}.into(),
            Some(ProxyType::Staking),
        ),
        (
            pallet_bags_list::Call::rebag {
                dislocated: nobody.clone().into(),
            }
            .into(),
            Some(ProxyType::Staking),
        ),
        (
            pallet_conviction_voting::Call::remove_vote {
                class: None,
                index: 0,
            }
            .into(),
            Some(ProxyType::Governance),
        ),
        (
            pallet_treasury::Call::payout { index: 0 }.into(),
            Some(ProxyType::Governance),
        ),
        (
            pallet_assay_jobs::Call::cancel {
                job: assay_protocol::JobId(0),
            }
            .into(),
            Some(ProxyType::Market),
        ),
        (
            pallet_balances::Call::transfer_all {
                dest: nobody.into(),
                keep_alive: true,
            }
            .into(),
            None,
        ),
        (
            frame_system::Call::remark { remark: Vec::new() }.into(),
            None,
        ),
    ]
}

#[test]
fn a_proxy_does_what_it_is_for() {
    let narrow = [ProxyType::Governance, ProxyType::Market, ProxyType::Staking];
    for (call, owner) in calls() {
        assert!(ProxyType::Any.filter(&call), "{call:?}");
        for proxy in narrow {
            assert_eq!(
                proxy.filter(&call),
                owner == Some(proxy),
                "{proxy:?} {call:?}"
            );
        }
    }
    for one in narrow {
        assert!(ProxyType::Any.is_superset(&one));
        for other in narrow {
            assert_eq!(one.is_superset(&other), one == other);
        }
        assert!(!one.is_superset(&ProxyType::Any));
    }
}
