//! What a change of the directory means for work that is open: commands to look at it again.
//!
//! The directory and each case are subjects of their own, and an input touches one subject. So a change of the
//! directory is followed by one internal command for each piece of work that it may move. In the live system
//! [`crate::reconsider`] sends them; a simulation sends them itself, by this same function.

use contracts::commands::routing::ReconsiderWork;
use contracts::commands::{Actor, Command, Verb as _};
use contracts::messages::directory_changed::DirectoryChanged;
use contracts::{CommandId, ComplaintId, OrganisationId, PersonId, SubjectRef, WorkId};
use uuid::Uuid;

use crate::state::State;

/// An open piece of work, as far as a change of the directory is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// Whose.
    pub organisation: OrganisationId,
    /// The complaint.
    pub complaint: ComplaintId,
    /// Which.
    pub work: WorkId,
    /// Who holds it; nobody while it is queued.
    pub person: Option<PersonId>,
}

/// The open work of a subject, if it is a case.
pub fn open_works<'a>(subject: &'a SubjectRef, state: &'a State) -> impl Iterator<Item = OpenWork> + 'a {
    let complaint = subject.complaint_id();
    let works = state.case().into_iter().flat_map(|case| &case.works);
    works.filter_map(move |(work, open)| {
        Some(OpenWork {
            organisation: subject.organisation.clone(),
            complaint: complaint?,
            work: *work,
            person: open.holder().cloned(),
        })
    })
}

/// The commands that follow a change of the directory: for the work of the people it names, and for queued work,
/// which somebody may now take. `cause` names the change; the same change gives the same commands, so that sending
/// them twice does nothing twice.
#[must_use]
pub fn affected_commands(
    cause: Uuid,
    changed: &DirectoryChanged,
    open: impl IntoIterator<Item = OpenWork>,
) -> Vec<Command> {
    let named = |person: &PersonId| changed.people.iter().any(|one| one.id == *person);
    let concerned = open.into_iter().filter(|work| work.person.as_ref().is_none_or(named));
    concerned.map(|work| reconsider(cause, &work)).collect()
}

/// The command to look at a piece of work again.
#[must_use]
pub fn reconsider(cause: Uuid, work: &OpenWork) -> Command {
    let body = ReconsiderWork { work: work.work };
    Command {
        id: CommandId::new(format!("reconsider:{cause}:{}", work.work))
            .expect("visible ASCII, under 128 characters"),
        subject: SubjectRef::complaint(&work.organisation, work.complaint),
        verb: ReconsiderWork::VERB.to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: serde_json::to_value(body).expect("an id is JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_of_the_people_named_and_queued_work_is_looked_at_again_by_the_same_ids() {
        let organisation = OrganisationId::new("huarun").unwrap();
        let work = |n: u128, person: Option<&str>| OpenWork {
            organisation: organisation.clone(),
            complaint: ComplaintId(Uuid::from_u128(n)),
            work: WorkId(Uuid::from_u128(n)),
            person: person.map(|id| id.parse().unwrap()),
        };
        let person = serde_json::json!({"id": "li.na", "name": "李娜", "department": "sales"});
        let people = vec![serde_json::from_value(person).unwrap()];
        let changed =
            DirectoryChanged { departments: Vec::new(), people, shifts: Vec::new(), by: Actor::System };
        let open = || [work(1, Some("li.na")), work(2, Some("wang.wei")), work(3, None)];
        let commands = affected_commands(Uuid::from_u128(9), &changed, open());
        let subjects: Vec<_> = commands.iter().filter_map(|command| command.subject.complaint_id()).collect();
        assert_eq!(subjects, [ComplaintId(Uuid::from_u128(1)), ComplaintId(Uuid::from_u128(3))]);
        assert_eq!(commands, affected_commands(Uuid::from_u128(9), &changed, open()));
    }
}
