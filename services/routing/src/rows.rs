//! What the work list and the case list show: rows written in the transaction of the decision, never a projection.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{
    ChannelKey, ComplaintId, DepartmentId, HandoverId, OrganisationId, PersonId, PlaybookId, RoleKey,
    StageKey, SubjectRef, Text, VisitId, WorkId,
};
use jiff::Timestamp;
use playbook::{CompiledPlaybook, Lane};

use crate::applying::Version;
use crate::contacts::ContactRow;
use crate::rulings;
use crate::state::{Case, Main, Work, WorkState};

pub use contracts::queries::routing::CasePlace;

/// A change of routing's own tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A piece of work as it now is.
    Work(Box<WorkRow>),
    /// A piece of work that is no longer open.
    WorkGone {
        /// Whose.
        organisation: OrganisationId,
        /// Which.
        work: WorkId,
    },
    /// A case as it now is.
    Case(Box<CaseRow>),
    /// A case whose customer must hear from us again, as it now is.
    Contact(Box<ContactRow>),
    /// A case whose customer need not hear from us by any time.
    ContactGone {
        /// Whose.
        organisation: OrganisationId,
        /// Which.
        complaint: ComplaintId,
    },
    /// An entry of the shift-handover log as it now is.
    Handover(HandoverRow),
    /// The scenarios that are kept beside a version of a playbook.
    Scenarios {
        /// Whose.
        organisation: OrganisationId,
        /// The version.
        playbook: PlaybookRef,
        /// As they were written.
        text: String,
    },
    /// The directory changed: the work of these people, and all queued work, is looked at again.
    Reconsider {
        /// Whose.
        organisation: OrganisationId,
        /// What caused it; ids of the commands that follow derive from it.
        cause: uuid::Uuid,
        /// The people whose work may have to move.
        people: Vec<PersonId>,
    },
    /// A version of a calendar or playbook was applied: every open case is moved to it.
    Apply {
        /// Whose.
        organisation: OrganisationId,
        /// What caused it; ids of the commands that follow derive from it.
        cause: uuid::Uuid,
        /// The version.
        version: Version,
    },
}

/// An entry of the shift-handover log, as it is listed; all that it says is in its head.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the handover, described there")]
pub struct HandoverRow {
    pub organisation: OrganisationId,
    pub handover: HandoverId,
    pub department: DepartmentId,
    pub written_at: Timestamp,
    pub acknowledged_at: Option<Timestamp>,
}

/// An open piece of work, as the work list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the work and of its case, described there")]
pub struct WorkRow {
    pub organisation: OrganisationId,
    pub work: WorkId,
    pub complaint: ComplaintId,
    pub number: String,
    pub visit: VisitId,
    pub epoch: u32,
    pub task: String,
    pub stage: StageKey,
    pub label: Text,
    pub department: DepartmentId,
    pub role: RoleKey,
    pub secondary: Option<RoleKey>,
    pub person: Option<PersonId>,
    pub instead_of: Option<PersonId>,
    /// Why nobody holds it.
    pub queued: Option<String>,
    /// Its own due time (a ruling's, a measure's); without one, the earliest among the clocks that concern it.
    pub due: Option<Timestamp>,
    pub level: u32,
    pub category: Option<String>,
    pub requested_at: Timestamp,
    pub since: Timestamp,
    /// The skills that are lacking, divided by commas.
    pub lacks: Option<String>,
    /// The lane of the queue.
    pub lane: Lane,
}

/// A case, as lists of cases show it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the case, described there")]
pub struct CaseRow {
    pub organisation: OrganisationId,
    pub complaint: ComplaintId,
    pub number: String,
    pub playbook: PlaybookId,
    pub playbook_version: u32,
    pub channel: ChannelKey,
    pub category: Option<String>,
    /// The stage of the main place; none between stages and after the archive.
    pub stage: Option<StageKey>,
    pub label: Option<Text>,
    pub place: CasePlace,
    pub department: Option<DepartmentId>,
    pub level: u32,
    pub instance: u32,
    pub due: Option<Timestamp>,
    /// How many clocks were missed.
    pub missed: u32,
    pub registered_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// The label of a stage; its key where the playbook does not have it.
fn label(book: &CompiledPlaybook, stage: &StageKey) -> Text {
    let unknown = || Text { zh: stage.to_string(), en: stage.to_string() };
    book.stage(stage).map_or_else(|_| unknown(), |stage| stage.label.clone())
}

/// When the work of a visit is due: by the clocks of that visit and those of the case as a whole.
#[must_use]
pub(crate) fn due_of(case: &Case, visit: Option<VisitId>) -> Option<Timestamp> {
    let concerns = |of: Option<VisitId>| of.is_none() || visit.is_none() || of == visit;
    let running = case.clocks.values().filter(|clock| clock.is_running() && concerns(clock.visit));
    running.filter_map(|clock| clock.due).min()
}

/// The row of a piece of work.
#[must_use]
pub(crate) fn work_row(
    subject: &SubjectRef,
    case: &Case,
    book: &CompiledPlaybook,
    (id, work): (WorkId, &Work),
) -> Option<WorkRow> {
    let ruling = case.rulings.get(&id);
    let (stage, label, due) = match ruling {
        Some(ruling) => {
            let label = rulings::label(book, &ruling.question);
            (ruling.stage.clone(), label, ruling.due.or_else(|| due_of(case, None)))
        }
        None => {
            let stage = case.visits.get(&work.visit)?.stage.clone();
            let label = label(book, &stage);
            (stage, label, due_of(case, Some(work.visit)))
        }
    };
    let (person, instead_of, queued, since) = match &work.state {
        WorkState::Held { person, instead_of, since } => (Some(person), instead_of.clone(), None, *since),
        WorkState::Queued { reason, since } => (None, None, Some(reason.clone()), *since),
    };
    Some(WorkRow {
        organisation: subject.organisation.clone(),
        work: id,
        complaint: subject.complaint_id()?,
        number: case.number.clone(),
        visit: work.visit,
        epoch: work.epoch,
        task: work.task.clone(),
        lane: book.lane(book.stage(&stage).ok(), case.category().as_ref(), &case.facts),
        stage,
        label,
        department: work.department.clone(),
        role: work.role.clone(),
        secondary: work.secondary.clone(),
        person: person.cloned(),
        instead_of,
        queued,
        due: work.due.or(due),
        level: case.level,
        category: case.category().map(|key| key.to_string()),
        requested_at: work.requested_at,
        since,
        lacks: (!work.lacks.is_empty()).then(|| work.lacks.iter().cloned().collect::<Vec<_>>().join(",")),
    })
}

/// The row of a case.
#[must_use]
pub(crate) fn case_row(subject: &SubjectRef, case: &Case, book: &CompiledPlaybook) -> Option<CaseRow> {
    let closed_at = match &case.main {
        Main::Closed { at, .. } => Some(*at),
        Main::Visit { .. } | Main::Between { .. } => None,
    };
    let visit = case.main_visit().map(|(_, visit)| visit);
    let missed = case.clocks.values().filter(|clock| clock.was_missed()).count();
    Some(CaseRow {
        organisation: subject.organisation.clone(),
        complaint: subject.complaint_id()?,
        number: case.number.clone(),
        playbook: case.playbook.id.clone(),
        playbook_version: case.playbook.version,
        channel: case.origin.channel.clone(),
        category: case.category().map(|key| key.to_string()),
        stage: visit.map(|visit| visit.stage.clone()),
        label: visit.map(|visit| label(book, &visit.stage)),
        place: place_of(case),
        department: visit.map(|visit| visit.department.clone()),
        level: case.level,
        instance: case.instance,
        due: due_of(case, None),
        missed: u32::try_from(missed).unwrap_or(u32::MAX),
        registered_at: case.origin.registered_at,
        closed_at,
    })
}

/// Where a case is, in one word.
#[must_use]
pub(crate) const fn place_of(case: &Case) -> CasePlace {
    match case.main {
        Main::Visit { .. } => CasePlace::AtStage,
        Main::Between { held: false, .. } => CasePlace::Between,
        Main::Between { held: true, .. } => CasePlace::Held,
        Main::Closed { .. } => CasePlace::Closed,
    }
}

/// What changed between two states of a case.
#[must_use]
pub(crate) fn changes(
    subject: &SubjectRef,
    (before, book_before): (Option<&Case>, &CompiledPlaybook),
    (after, book): (&Case, &CompiledPlaybook),
) -> Vec<Row> {
    let old_row = |id: WorkId| {
        let work = before?.works.get(&id)?;
        work_row(subject, before?, book_before, (id, work))
    };
    let mut rows = Vec::new();
    for (id, work) in &after.works {
        let row = work_row(subject, after, book, (*id, work));
        rows.extend(row.filter(|row| old_row(*id).as_ref() != Some(row)).map(|row| Row::Work(Box::new(row))));
    }
    let gone =
        before.into_iter().flat_map(|case| case.works.keys()).filter(|id| !after.works.contains_key(id));
    rows.extend(gone.map(|id| Row::WorkGone { organisation: subject.organisation.clone(), work: *id }));
    let row = case_row(subject, after, book);
    if before.and_then(|case| case_row(subject, case, book_before)) != row {
        rows.extend(row.map(|row| Row::Case(Box::new(row))));
    }
    rows
}
