//! An organisation for every playbook: with the people and the calendar that its scenarios are rehearsed with, and the
//! matters that customers tell of in them. For drills over all playbooks; loading them again changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use calendar::Calendar;
use contracts::commands::intake::RegisterComplaint;
use contracts::commands::routing::{ActivatePlaybook, PublishCalendar, PublishPlaybook, PutDirectory};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::directory_changed::Person;
use contracts::{FactKey, FactValue, OrganisationId, PersonId, SubjectRef};
use serde_json::{Value, json};
use simulator::scenario::load::{Kind, Mistake, files};
use simulator::scenario::{Prepared, Step};

use super::{accounts, demo};
use crate::drill::{Plan, Source, by_book::Procedure};
use crate::operator::Operator;

/// A playbook with those who work by it.
pub struct Room {
    /// Their organisation, called as the playbook.
    pub organisation: OrganisationId,
    /// What they know of the playbook.
    pub procedure: Procedure,
    text: String,
    calendar: Calendar,
    directory: PutDirectory,
    matters: Vec<RegisterComplaint>,
}

/// Reads every playbook of a folder with its scenarios. One without scenarios is left out: nobody would work by it.
///
/// # Errors
/// Every mistake in the files.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Room>> {
    let told = |mistakes: Vec<Mistake>| {
        let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    };
    let mut rooms = Vec::new();
    for file in files(&[folder.to_owned()]).map_err(told)?.iter().filter(|file| file.parent() == Some(folder))
    {
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        if Kind::of(&text) != Some(Kind::Playbook) {
            continue;
        }
        let book = playbook::load(&text).map_err(|findings| {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}: {}", file.display(), lines.join("; "))
        })?;
        let scenarios = folder.join("scenarios").join(book.playbook().id.as_str());
        if scenarios.is_dir() {
            let all = simulator::scenario::load(&[scenarios]).map_err(told)?;
            rooms.extend(room(book.playbook(), text, &all)?);
        }
    }
    Ok(rooms)
}

/// The people of the first scenario, and what is told of in all that have the same people.
fn room(book: &playbook::Playbook, text: String, all: &[Prepared]) -> anyhow::Result<Option<Room>> {
    let own: Vec<_> = all.iter().filter(|one| one.reference.id == book.id).collect();
    let Some(first) = own.first() else { return Ok(None) };
    let alike = own.iter().filter(|one| one.directory == first.directory);
    let steps: Vec<_> =
        alike.flat_map(|one| &one.scenario.steps).filter(|step| step.refused.is_none()).collect();
    let matters: Vec<_> = steps.iter().filter_map(|step| matter(book, step.complaint.as_ref()?)).collect();
    anyhow::ensure!(!matters.is_empty(), "no scenario of {} tells of a complaint", book.id);
    Ok(Some(Room {
        organisation: OrganisationId::new(book.id.as_str())
            .map_err(|error| anyhow::anyhow!("{}: {error}", book.id))?,
        procedure: Procedure::new(book.clone(), said(&steps), &first.directory.people),
        text,
        calendar: first.calendar.clone(),
        directory: staffed(&first.directory),
        matters,
    }))
}

/// Scenarios are rehearsed with as few people as tell the story. At work everybody has a colleague alike: else those who
/// stand in for each other are soon bound to a case, and nobody is left who may call back or audit.
fn staffed(directory: &PutDirectory) -> PutDirectory {
    let alike = |person: &Person| {
        let id = PersonId::new(format!("{}-2", person.id)).ok()?;
        Some(Person { id, name: format!("{}（二）", person.name), ..person.clone() })
    };
    let people = directory.people.iter().flat_map(|person| [Some(person.clone()), alike(person)]);
    PutDirectory { people: people.flatten().collect(), ..directory.clone() }
}

/// A complaint as it is told of in a scenario, without what was only so at its time or at its desk. A channel that knows
/// complaints by their subject is fed with one that says so.
fn matter(book: &playbook::Playbook, told: &Value) -> Option<RegisterComplaint> {
    let mut told = told.clone();
    let members = told.as_object_mut()?;
    for gone in ["settlement", "external", "received_at", "files", "playbook"] {
        members.remove(gone);
    }
    if let Some(gates) = members.get_mut("guided").and_then(Value::as_object_mut) {
        gates.retain(|gate, _| !gate.ends_with("_at"));
    }
    members.insert("complainant".to_owned(), json!({}));
    let facts = members.get("facts").and_then(Value::as_object).cloned().unwrap_or_default();
    let facts: BTreeMap<_, _> = facts.iter().filter_map(|(key, value)| fact(key, value)).collect();
    members.insert("facts".to_owned(), json!(facts));
    let mut matter: RegisterComplaint = serde_json::from_value(told).ok()?;
    let channel = book.channels.iter().find(|channel| channel.key == matter.channel);
    if let Some(word) = channel.and_then(|channel| channel.subject_has.first()) {
        matter.subject.get_or_insert_with(|| word.clone());
    }
    Some(matter)
}

fn fact(key: &str, value: &Value) -> Option<(FactKey, FactValue)> {
    let key = FactKey::new(key).ok()?;
    let value: FactValue = serde_json::from_value(value.clone()).ok()?;
    value.is(key.kind()).then_some((key, value))
}

/// The facts that people record in the scenarios, each as it was first said.
fn said(steps: &[&Step]) -> BTreeMap<FactKey, FactValue> {
    let recorded = steps.iter().filter(|step| step.act.as_deref() == Some("fact.record"));
    let facts = recorded.filter_map(|step| step.with.get("facts")?.as_object());
    let facts = facts.flatten().filter_map(|(key, value)| fact(key, value));
    facts.filter(|(_, value)| value.as_bool() != Some(false)).fold(
        BTreeMap::new(),
        |mut said, (key, value)| {
            said.entry(key).or_insert(value);
            said
        },
    )
}

/// Loads an organisation for every playbook in `playbooks`; gives a drill of each, with no complaint yet. `pattern` is the
/// plan of another organisation of the same installation.
///
/// # Errors
/// A file that cannot be read, or what a service refuses.
pub async fn load(
    operator: &Operator,
    folder: &Path,
    playbooks: &Path,
    pattern: &Plan,
) -> anyhow::Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for room in read(playbooks)? {
        let context = room.organisation.clone();
        plans.push(room.open(operator, folder, pattern).await.with_context(|| format!("loading {context}"))?);
    }
    Ok(plans)
}

impl Room {
    async fn open(self, operator: &Operator, folder: &Path, pattern: &Plan) -> anyhow::Result<Plan> {
        let Self { organisation, procedure, text, calendar, directory, matters } = self;
        let book = &procedure.playbook;
        let reference = PlaybookRef { id: book.id.clone(), version: book.version };
        let whole = SubjectRef::organisation(&organisation);
        let document = serde_json::to_value(&calendar)?;
        demo::put(operator, whole.clone(), &PublishCalendar { document }).await?;
        demo::put(operator, SubjectRef::directory(&organisation), &directory).await?;
        demo::put(
            operator,
            SubjectRef::playbook(&organisation, &book.id),
            &PublishPlaybook { text, scenarios: None },
        )
        .await?;
        let activate =
            ActivatePlaybook { playbook: reference, scope: Default::default(), effective_from: None };
        demo::put(operator, whole, &activate).await?;
        let own = folder.join("organisations").join(organisation.as_str());
        std::fs::create_dir_all(&own).with_context(|| format!("making {}", own.display()))?;
        let Plan { config, password, .. } = pattern;
        let feeder_key = accounts::provide(&own, config, &organisation, &directory.people, password).await?;
        Ok(Plan {
            organisation,
            people: directory.people,
            feeder_key,
            source: Source::Told(matters),
            procedure: Some(Box::new(procedure)),
            ..pattern.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn every_playbook_has_people_who_work_by_it_and_matters_that_customers_tell_of() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks");
        let rooms = read(&folder).unwrap();
        let playbooks = files(std::slice::from_ref(&folder)).unwrap();
        let is_playbook =
            |file: &&PathBuf| Kind::of(&std::fs::read_to_string(file).unwrap()) == Some(Kind::Playbook);
        let beside = playbooks.iter().filter(|file| file.parent() == Some(&folder));
        let shipped = beside.filter(is_playbook).count();
        assert_eq!(rooms.len(), shipped, "each has its scenarios");
        for room in &rooms {
            let roles = room.procedure.playbook.roles.keys();
            let people = &room.directory.people;
            let holders =
                |role: &contracts::RoleKey| people.iter().filter(|one| one.roles.contains(role)).count();
            let lacking: Vec<_> = roles.filter(|role| holders(role) < 2).collect();
            assert!(lacking.is_empty(), "{}: not two have {lacking:?}", room.organisation);
            assert!(room.matters.len() > 2, "{}: only {:?}", room.organisation, room.matters.len());
        }
    }
}
