//! Customers who must hear from us again: a clock that contact with the customer stops asks nobody for work, so
//! these cases are listed beside the work list.

use contracts::facts::key;
use contracts::{
    CategoryKey, ClockId, ClockKey, ComplaintId, DepartmentId, OrganisationId, PersonId, SubjectRef, Text,
    WorkId,
};
use jiff::Timestamp;
use playbook::{Clock, CompiledPlaybook, Strictness, Trigger};

use crate::draft::Draft;
use crate::rows::Row;
use crate::state::{Case, CaseClock, Main};

/// A case whose customer must hear from us again, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the clock and of its case, described there")]
pub struct ContactRow {
    pub organisation: OrganisationId,
    pub complaint: ComplaintId,
    pub number: String,
    pub playbook: String,
    pub playbook_version: u32,
    pub clock: ClockKey,
    pub label: Text,
    pub due: Timestamp,
    pub since: Timestamp,
    pub hard: bool,
    pub department: Option<DepartmentId>,
    /// Who owes the customer word, as far as that can be said.
    pub person: Option<PersonId>,
    pub level: u32,
    pub category: Option<String>,
}

/// What a row is made of, but for who of the role is meant: while it is the same the row is.
#[derive(PartialEq)]
struct Watched<'a> {
    clock: Option<(ClockId, &'a CaseClock)>,
    version: u32,
    level: u32,
    category: Option<CategoryKey>,
    holders: Vec<(WorkId, Option<&'a PersonId>)>,
}

impl<'a> Watched<'a> {
    fn of(case: &'a Case, book: &CompiledPlaybook) -> Self {
        Self {
            clock: first_due(case, book),
            version: case.playbook.version,
            level: case.level,
            category: case.category(),
            holders: case.works.iter().map(|(id, work)| (*id, work.holder())).collect(),
        }
    }
}

/// Whether contact with the customer stops a clock.
fn is_of_contact(clock: &Clock) -> bool {
    clock.stop.contains(&Trigger::Fact(key::last_contact()))
}

/// The clock of an open case by which its customer must hear from us first.
fn first_due<'a>(case: &'a Case, book: &CompiledPlaybook) -> Option<(ClockId, &'a CaseClock)> {
    if matches!(case.main, Main::Closed { .. }) {
        return None;
    }
    let runs = |clock: &CaseClock| clock.is_running() && !clock.is_paused() && clock.due.is_some();
    let counts = |clock: &CaseClock| runs(clock) && book.clock(&clock.key).is_some_and(is_of_contact);
    let all = case.clocks.iter().map(|(id, clock)| (*id, clock));
    all.filter(|(_, clock)| counts(clock)).min_by_key(|(id, clock)| (clock.due, *id))
}

/// What changed of the list by a decision on a case.
pub(crate) fn change(draft: &Draft<'_>, subject: &SubjectRef) -> Option<Row> {
    let after = Watched::of(&draft.case, &draft.book);
    let before = draft.before().map(|case| Watched::of(case, draft.book_before()));
    if before.as_ref() == Some(&after) {
        return None;
    }
    let (organisation, complaint) = (subject.organisation.clone(), subject.complaint_id()?);
    match after.clock {
        Some((_, clock)) => row(draft, subject, clock).map(|row| Row::Contact(Box::new(row))),
        None => before?.clock.map(|_| Row::ContactGone { organisation, complaint }),
    }
}

fn row(draft: &Draft<'_>, subject: &SubjectRef, clock: &CaseClock) -> Option<ContactRow> {
    let (case, model) = (&draft.case, draft.book.clock(&clock.key)?);
    let here = case.main_visit().map(|(id, _)| id);
    let person = match &model.owner {
        Some(who) => draft.named_owner(model, who),
        None => here.and_then(|visit| draft.holder_at(visit)),
    };
    Some(ContactRow {
        organisation: subject.organisation.clone(),
        complaint: subject.complaint_id()?,
        number: case.number.clone(),
        playbook: case.playbook.id.to_string(),
        playbook_version: case.playbook.version,
        clock: clock.key.clone(),
        label: model.label.clone(),
        due: clock.due?,
        since: clock.start,
        hard: model.strictness == Strictness::Hard,
        department: draft.owner_at(clock, here),
        person,
        level: case.level,
        category: case.category().map(|key| key.to_string()),
    })
}
