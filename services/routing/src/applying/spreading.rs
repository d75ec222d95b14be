//! From a version that was applied to the open cases: one internal command for each. In the live system
//! [`crate::following`] gives them; a simulation gives them itself, by the same functions.

use contracts::commands::routing::{ChangeCase, MoveClocks};
use contracts::commands::{Actor, Command, Verb};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{CommandId, ComplaintId, Event, OrganisationId, SubjectRef};
use uuid::Uuid;

use super::Version;
use crate::state::State;

/// An open case, as far as a version that is applied is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Whose.
    pub organisation: OrganisationId,
    /// The complaint.
    pub complaint: ComplaintId,
    /// The playbook it follows.
    pub playbook: PlaybookRef,
}

/// The version that an event says was applied.
#[must_use]
pub fn applied_in(event: &Event) -> Option<Version> {
    if let Event::CalendarApplied(said) = event {
        return Some(Version::Calendar(said.calendar.clone()));
    }
    if let Event::PlaybookApplied(said) = event {
        return Some(Version::Playbook(said.playbook.clone()));
    }
    None
}

/// The subject as an open case, if it is one.
#[must_use]
pub fn open_case(subject: &SubjectRef, state: &State) -> Option<OpenCase> {
    let case = state.case().filter(|case| !case.is_closed())?;
    let organisation = subject.organisation.clone();
    Some(OpenCase { organisation, complaint: subject.complaint_id()?, playbook: case.playbook.clone() })
}

/// The commands that follow from applying a version: for every open case that may run on an earlier one. `cause` names
/// the application; the same one gives the same commands, so that giving them twice does nothing twice.
#[must_use]
pub fn spread(cause: Uuid, version: &Version, open: impl IntoIterator<Item = OpenCase>) -> Vec<Command> {
    let is_concerned = |case: &OpenCase| match version {
        // Which clocks run on it is known to the case alone.
        Version::Calendar(_) => true,
        Version::Playbook(to) => case.playbook.id == to.id && case.playbook.version < to.version,
    };
    open.into_iter().filter(is_concerned).map(|case| spread_to(cause, version, &case)).collect()
}

/// The command that moves one case.
#[must_use]
pub fn spread_to(cause: Uuid, version: &Version, case: &OpenCase) -> Command {
    match version {
        Version::Calendar(to) => order(cause, case, &MoveClocks { calendar: to.clone() }),
        Version::Playbook(to) => order(cause, case, &ChangeCase { playbook: to.clone() }),
    }
}

fn order<V: Verb>(cause: Uuid, case: &OpenCase, body: &V) -> Command {
    Command {
        id: CommandId::new(format!("apply:{cause}:{}", case.complaint))
            .expect("visible ASCII, under 128 characters"),
        subject: SubjectRef::complaint(&case.organisation, case.complaint),
        verb: V::VERB.to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: serde_json::to_value(body).expect("a key and a number are JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_that_may_run_on_an_earlier_version_are_moved_by_the_same_ids() {
        let case = |n: u128, playbook: &str, version: u32| OpenCase {
            organisation: OrganisationId::new("huarun").unwrap(),
            complaint: ComplaintId(Uuid::from_u128(n)),
            playbook: PlaybookRef { id: playbook.parse().unwrap(), version },
        };
        let open = || [case(1, "p03", 1), case(2, "p03", 2), case(3, "p14", 1)];
        let playbook = Version::Playbook(PlaybookRef { id: "p03".parse().unwrap(), version: 2 });
        let cause = Uuid::from_u128(9);
        let commands = spread(cause, &playbook, open());
        let subjects: Vec<_> = commands.iter().filter_map(|command| command.subject.complaint_id()).collect();
        assert_eq!(subjects, [ComplaintId(Uuid::from_u128(1))]);
        assert_eq!(commands, spread(cause, &playbook, open()));
        assert_eq!(
            (commands[0].verb.as_str(), &commands[0].body["playbook"]["version"]),
            ("case.change", &2.into())
        );
    }
}
