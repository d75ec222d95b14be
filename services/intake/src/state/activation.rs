//! Which playbook holds for a complaint.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ChannelKey, DepartmentId, PlaybookId};

use super::{Activation, Organisation};

/// The playbook that is active for a complaint with these members: the narrowest scope, the latest of equals.
#[must_use]
pub(crate) fn active_for<'a>(
    organisation: &'a Organisation,
    wanted: Option<&PlaybookId>,
    unit: Option<&DepartmentId>,
    channel: &ChannelKey,
    customer_type: &str,
) -> Option<&'a PlaybookRef> {
    let named = |activation: &&Activation| wanted.is_none_or(|id| activation.playbook.id == *id);
    let fits = |activation: &&Activation| activation.scope.holds(unit, channel, customer_type);
    let all = || organisation.activations.iter().filter(named);
    let narrowest = all().filter(fits).max_by_key(|activation| activation.scope.narrowness());
    // A playbook that is asked for by name is taken outside its scope too: the receiver knows better.
    let by_name = || wanted.and_then(|_| all().next_back());
    narrowest.or_else(by_name).map(|activation| &activation.playbook)
}

#[cfg(test)]
mod tests {
    use contracts::messages::playbook_activated::ActivationScope;

    use super::*;

    fn organisation(activations: &[(&str, u32, ActivationScope)]) -> Organisation {
        let activations = activations
            .iter()
            .map(|(id, version, scope)| Activation {
                scope: scope.clone(),
                playbook: PlaybookRef { id: PlaybookId::new(*id).unwrap(), version: *version },
            })
            .collect();
        Organisation { activations, calendars: Vec::new() }
    }

    /// By unit, channel and customer type.
    #[test]
    fn the_narrowest_scope_wins_and_a_named_playbook_wins_over_scopes() {
        let phone = ChannelKey::new("phone").unwrap();
        let wide = ActivationScope::default();
        let narrow = ActivationScope { channel: Some(phone.clone()), ..wide.clone() };
        let known = organisation(&[("p03", 1, narrow), ("p38", 2, wide)]);
        let pick = |wanted: Option<&PlaybookId>, channel: &ChannelKey| {
            active_for(&known, wanted, None, channel, "consumer").map(|found| found.id.to_string())
        };
        assert_eq!(pick(None, &phone).as_deref(), Some("p03"));
        let letter = ChannelKey::new("letter").unwrap();
        assert_eq!(pick(None, &letter).as_deref(), Some("p38"));
        assert_eq!(pick(Some(&PlaybookId::new("p03").unwrap()), &letter).as_deref(), Some("p03"));
        assert_eq!(pick(Some(&PlaybookId::new("p99").unwrap()), &letter), None);
    }
}
