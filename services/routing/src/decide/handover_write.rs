//! `handover.write` → what is unfinished at the end of a shift stands in the log of the department until somebody of the
//! next shift acknowledges it. Work stays with whoever holds it. What is said is kept as words of routing: of an
//! item under its complaint, of it all under the handover.

use contracts::commands::routing::{HandoverItem, WriteHandover, handover_for};
use contracts::commands::{Command, check_text};
use contracts::messages::handover_written::{HandedOver, HandoverWritten};
use contracts::{
    ComplaintId, DepartmentId, HandoverId, PersonId, Problem, ProblemCode, ServiceName, SubjectRef, WordId,
    WordRef,
};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde_json::json;

use super::{Desk, Outcome, known_person, staff};
use crate::rows::{HandoverRow, Row};
use crate::state::{Directory, State, Work};

/// The longest note of it all, in characters.
const LONGEST_NOTE: usize = 2_000;
/// The longest note of one item, in characters.
const LONGEST_ITEM_NOTE: usize = 500;
/// So many items at most.
const MOST_ITEMS: usize = 200;
/// The entries that say in which handovers a complaint stands.
const HANDED_OVER: &str = "handed_over";

/// The handovers in which a complaint stands.
pub(super) fn handovers_of(context: &Context<'_, State>, complaint: ComplaintId) -> Vec<HandoverId> {
    let known = context.glance(HANDED_OVER, complaint.to_string());
    known.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: WriteHandover = command.read()?;
    let handover = handover_for(desk.context.organisation(), &command.id);
    if command.subject != SubjectRef::handover(desk.context.organisation(), handover) {
        let problem = Problem::new(ProblemCode::InvalidField, "the subject is not the one of this key");
        return Err(problem.at("/subject").expected("the handover that this key makes"));
    }
    let writer = staff(&command.actor)?;
    let directory = desk.context.peek(&SubjectRef::directory(desk.context.organisation()));
    let empty = Directory::default();
    let directory = directory.as_ref().and_then(|state| state.directory()).unwrap_or(&empty);
    let person = known_person(directory, writer)?;
    if person.department != order.department && !directory.is_duty_manager(writer, &order.department) {
        let problem = Problem::new(ProblemCode::NotAllowed, "that is not your department").at("/department");
        return Err(problem.expected(person.department.to_string()));
    }
    texts(&order)?;
    let works = order.items.iter().enumerate();
    let works: Vec<_> =
        works.map(|(n, item)| open_work(desk, &order.department, writer, (n, item))).collect();
    let (works, wrong): (Vec<_>, Vec<_>) = works.into_iter().partition(Result::is_ok);
    if let Some(problem) = Problem::all(wrong.into_iter().filter_map(Result::err).collect()) {
        return Err(problem);
    }
    let mut decision = Decision::nothing();
    let note = order.note.as_ref().map(|note| keep(desk, &mut decision, ComplaintId(handover.0), note));
    let items = order.items.iter().zip(works.into_iter().flatten()).map(|(item, mut handed)| {
        handed.note = item.note.as_ref().map(|note| keep(desk, &mut decision, item.complaint, note));
        handed
    });
    let items: Vec<_> = items.collect();
    let mut noted: Vec<_> = items.iter().map(|item| item.complaint).collect();
    noted.sort_unstable();
    noted.dedup();
    decision.entries.extend(noted.into_iter().map(|complaint| stands_in(desk, complaint, handover)));
    let at = desk.context.now();
    let shift = directory.shift_at(writer, at, &super::zone(desk)).map(|shift| shift.id.clone());
    let (department, by) = (order.department, command.actor.plain());
    decision.rows.push(Row::Handover(HandoverRow {
        organisation: desk.context.organisation().clone(),
        handover,
        department: department.clone(),
        written_at: at,
        acknowledged_at: None,
    }));
    decision.say(HandoverWritten { department, shift, by, note, items });
    decision.answer_with(&json!({ "handover": handover }))
}

fn keep(desk: &Desk<'_>, decision: &mut Decision<Row>, under: ComplaintId, text: &str) -> WordRef {
    decision.keep(WordId(desk.context.next_id()), ServiceName::Routing, under, text)
}

fn texts(order: &WriteHandover) -> Result<(), Problem> {
    if order.note.is_none() && order.items.is_empty() {
        let problem = Problem::new(ProblemCode::MissingField, "there is nothing to hand over").at("/items");
        return Err(problem.expected("unfinished items, or a note that says there are none"));
    }
    if order.items.len() > MOST_ITEMS {
        let problem = Problem::new(ProblemCode::FieldTooLong, "there are too many items").at("/items");
        return Err(problem.expected(format!("at most {MOST_ITEMS}")));
    }
    let of_items = order.items.iter().enumerate();
    let of_items = of_items.filter_map(|(n, item)| {
        check_text(&format!("/items/{n}/note"), item.note.as_ref()?, LONGEST_ITEM_NOTE).err()
    });
    let of_all = order.note.iter().filter_map(|note| check_text("/note", note, LONGEST_NOTE).err());
    Problem::all(of_all.chain(of_items).collect()).map_or(Ok(()), Err)
}

/// An item as it stands now: open work of the department, or that the writer holds.
fn open_work(
    desk: &Desk<'_>,
    department: &DepartmentId,
    writer: &PersonId,
    (n, item): (usize, &HandoverItem),
) -> Result<HandedOver, Problem> {
    let state = desk.context.peek(&SubjectRef::complaint(desk.context.organisation(), item.complaint));
    let case = state.as_ref().and_then(|state| state.case());
    let is_theirs = |work: &&Work| work.department == *department || work.holder() == Some(writer);
    // The person complained of is not told that there is such work.
    let case = case.filter(|case| case.origin.complained_of_person.as_ref() != Some(writer));
    let found = case.and_then(|case| {
        let work = case.works.get(&item.work).filter(is_theirs)?;
        Some((case, work, case.visits.get(&work.visit)?))
    });
    let (case, work, visit) = found.ok_or_else(|| {
        let problem =
            Problem::new(ProblemCode::InvalidField, "that is no open work of yours or your department");
        problem.at(format!("/items/{n}/work")).expected("open work, as the work list has it")
    })?;
    Ok(HandedOver {
        complaint: item.complaint,
        number: case.number.clone(),
        work: item.work,
        stage: visit.stage.clone(),
        task: work.task.clone(),
        person: work.holder().cloned(),
        complained_of_person: case.origin.complained_of_person.clone(),
        note: None,
    })
}

/// Notes that a complaint stands in a handover, so that what is said there can be found by it.
fn stands_in(desk: &Desk<'_>, complaint: ComplaintId, handover: HandoverId) -> EntryChange {
    let known = desk.context.entry(HANDED_OVER, complaint.to_string());
    let mut handovers: Vec<HandoverId> =
        known.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
    handovers.push(handover);
    let entry = EntryKey { space: HANDED_OVER, key: complaint.to_string() };
    EntryChange::Put { entry, value: json!(handovers) }
}
