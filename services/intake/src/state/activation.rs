//! Which playbook holds for a complaint.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ChannelKey, DepartmentId, PlaybookId};
use jiff::Timestamp;
use playbook::Activation;

use super::Organisation;

/// When a complaint was received, and when it is put on record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// When it was received.
    pub received: Timestamp,
    /// When it is put on record.
    pub now: Timestamp,
}

/// The playbook that is in force for a complaint with these members: the narrowest scope, the latest of equals. What was
/// in force when it was received counts; where nothing was, what is in force now.
#[must_use]
pub(crate) fn active_for<'a>(
    organisation: &'a Organisation,
    times: Times,
    wanted: Option<&PlaybookId>,
    unit: Option<&DepartmentId>,
    channel: &ChannelKey,
    customer_type: &str,
) -> Option<&'a PlaybookRef> {
    let named = |activation: &&Activation| wanted.is_none_or(|id| activation.playbook.id == *id);
    let fits = |activation: &&Activation| activation.scope.holds(unit, channel, customer_type);
    let at = |time| {
        let standing: Vec<_> = organisation.activations.at(time).into_iter().filter(named).collect();
        let fitting = standing.iter().copied().filter(fits);
        let narrowest = fitting.max_by_key(|activation| activation.scope.narrowness());
        // A playbook that is asked for by name is taken outside its scope too: the receiver knows better.
        let by_name = wanted.and_then(|_| standing.last().copied());
        narrowest.or(by_name)
    };
    at(times.received).or_else(|| at(times.now)).map(|activation| &activation.playbook)
}

#[cfg(test)]
mod tests {
    use contracts::commands::Actor;
    use contracts::messages::playbook_activated::{ActivationScope, PlaybookActivated};
    use playbook::InForce;

    use super::*;

    const MORNING: &str = "2025-03-07T00:00:00Z";

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn organisation(ordered: &[(&str, u32, ActivationScope, Option<&str>)]) -> Organisation {
        let mut activations = InForce::default();
        for (id, version, scope, from) in ordered {
            let playbook = PlaybookRef { id: PlaybookId::new(*id).unwrap(), version: *version };
            let effective_from = from.map(ts);
            let said =
                PlaybookActivated { playbook, scope: scope.clone(), effective_from, by: Actor::System };
            activations.put(&said, ts(MORNING));
        }
        Organisation { activations, calendars: Vec::new() }
    }

    /// By unit, channel and customer type.
    #[test]
    fn the_narrowest_scope_wins_and_a_named_playbook_wins_over_scopes() {
        let phone = ChannelKey::new("phone").unwrap();
        let wide = ActivationScope::default();
        let narrow = ActivationScope { channel: Some(phone.clone()), ..wide.clone() };
        let known = organisation(&[("p03", 1, narrow, None), ("p38", 2, wide, None)]);
        let times = Times { received: ts(MORNING), now: ts(MORNING) };
        let pick = |wanted: Option<&PlaybookId>, channel: &ChannelKey| {
            active_for(&known, times, wanted, None, channel, "consumer").map(|found| found.id.to_string())
        };
        assert_eq!(pick(None, &phone).as_deref(), Some("p03"));
        let letter = ChannelKey::new("letter").unwrap();
        assert_eq!(pick(None, &letter).as_deref(), Some("p38"));
        assert_eq!(pick(Some(&PlaybookId::new("p03").unwrap()), &letter).as_deref(), Some("p03"));
        assert_eq!(pick(Some(&PlaybookId::new("p99").unwrap()), &letter), None);
    }

    /// To the minute, also of what is put on record later.
    #[test]
    fn what_was_in_force_when_it_was_received_is_followed() {
        let wide = ActivationScope::default;
        let known =
            organisation(&[("p03", 1, wide(), None), ("p03", 2, wide(), Some("2025-04-01T00:00:00+08:00"))]);
        let phone = ChannelKey::new("phone").unwrap();
        let pick = |received: &str, now: &str| {
            let times = Times { received: ts(received), now: ts(now) };
            active_for(&known, times, None, None, &phone, "consumer").map(|found| found.version)
        };
        assert_eq!(pick("2025-03-31T23:59:59+08:00", "2025-03-31T23:59:59+08:00"), Some(1));
        assert_eq!(
            pick("2025-03-31T23:59:59+08:00", "2025-04-01T00:10:00+08:00"),
            Some(1),
            "received before"
        );
        assert_eq!(pick("2025-04-01T00:00:00+08:00", "2025-04-01T00:00:00+08:00"), Some(2));
        assert_eq!(
            pick("2024-12-01T00:00:00Z", "2025-05-01T00:00:00Z"),
            Some(2),
            "nothing was in force then"
        );
    }
}
