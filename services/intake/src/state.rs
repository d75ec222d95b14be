//! What intake knows of one subject. Made of events alone, heard and said, so that a history replayed gives it again.

mod activation;
mod clarifying;
mod complaint;

use std::collections::{BTreeMap, BTreeSet};

use calendar::CalendarSpec;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::directory_changed::DirectoryChanged;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::{CalendarId, DepartmentId, Event, PersonId, RoleKey, Text};
use jiff::Timestamp;
use playbook::InForce;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use activation::{Times, active_for};
pub use clarifying::{Clarification, Needs, Open, Standing, Visit, Work, is_on_record};
pub use complaint::{Complaint, KeptFile, Progress, Registered};

/// What intake knows of one subject, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A complaint, registered or with files uploaded before.
    Complaint(Box<Complaint>),
    /// A complainant. Who they are is in the tables; here is only whether they are forgotten.
    Person(Person),
    /// The published versions of a playbook.
    Playbook(Playbook),
    /// Departments and people.
    Directory(Directory),
    /// What holds for the whole organisation.
    Organisation(Organisation),
}

/// A complainant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// When they were forgotten.
    pub erased_at: Timestamp,
    /// How many complaints were theirs.
    pub complaints: usize,
}

/// The published versions of a playbook, as documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Playbook {
    /// The documents by version.
    pub versions: BTreeMap<u32, Value>,
}

/// Departments and people, as far as intake needs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Directory {
    /// The departments with their names.
    pub departments: BTreeMap<DepartmentId, Text>,
    /// The people.
    pub people: BTreeMap<PersonId, Member>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Their name.
    pub name: String,
    /// Where they work.
    pub department: DepartmentId,
    /// What they are.
    pub roles: BTreeSet<RoleKey>,
    /// Whether they still work here.
    pub active: bool,
}

/// What holds for the whole organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Organisation {
    /// Which playbook held, holds and will hold for whom.
    pub activations: InForce,
    /// The working calendars, in the order of their first publication; the first is the organisation's own.
    pub calendars: Vec<PublishedCalendar>,
}

/// A published calendar at its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCalendar {
    /// Its key.
    pub id: CalendarId,
    /// Its version.
    pub version: u32,
    /// What it says.
    pub spec: CalendarSpec,
}

impl State {
    /// The complaint, if the subject is one that is known.
    #[must_use]
    pub fn complaint(&self) -> Option<&Complaint> {
        if let Self::Complaint(complaint) = self { Some(complaint) } else { None }
    }
    /// The complaint on record, if it is.
    #[must_use]
    pub fn registered(&self) -> Option<&Registered> {
        self.complaint().and_then(|complaint| complaint.registered.as_ref())
    }
    /// The versions of the playbook, if the subject is one.
    #[must_use]
    pub fn playbook(&self) -> Option<&Playbook> {
        if let Self::Playbook(playbook) = self { Some(playbook) } else { None }
    }
    /// The directory, if the subject is one.
    #[must_use]
    pub fn directory(&self) -> Option<&Directory> {
        if let Self::Directory(directory) = self { Some(directory) } else { None }
    }
    /// The organisation, if the subject is one.
    #[must_use]
    pub fn organisation(&self) -> Option<&Organisation> {
        if let Self::Organisation(organisation) = self { Some(organisation) } else { None }
    }

    fn as_complaint(&mut self) -> &mut Complaint {
        if !matches!(self, Self::Complaint(_)) {
            *self = Self::Complaint(Box::default());
        }
        let Self::Complaint(complaint) = self else { unreachable!("it was just made one") };
        complaint
    }
    fn as_playbook(&mut self) -> &mut Playbook {
        if !matches!(self, Self::Playbook(_)) {
            *self = Self::Playbook(Playbook::default());
        }
        let Self::Playbook(playbook) = self else { unreachable!("it was just made one") };
        playbook
    }
    fn as_directory(&mut self) -> &mut Directory {
        if !matches!(self, Self::Directory(_)) {
            *self = Self::Directory(Directory::default());
        }
        let Self::Directory(directory) = self else { unreachable!("it was just made one") };
        directory
    }
    fn as_organisation(&mut self) -> &mut Organisation {
        if !matches!(self, Self::Organisation(_)) {
            *self = Self::Organisation(Organisation::default());
        }
        let Self::Organisation(organisation) = self else { unreachable!("it was just made one") };
        organisation
    }
}

/// Folds what happened into the state.
pub(crate) fn evolve(state: &mut State, happened: &Happened<'_>) {
    if let State::Complaint(complaint) = state
        && complaint.registered.is_some()
    {
        complaint.clarify(happened);
    }
    match happened.event {
        Event::ComplaintRegistered(event) => state.as_complaint().registered = Some(registered(event)),
        Event::FileAdded(event) => {
            let file = KeptFile {
                media_type: event.media_type.clone(),
                bytes: event.bytes,
                sha256: event.sha256.clone(),
            };
            state.as_complaint().files.insert(event.file, file);
        }
        Event::PersonErased(event) => {
            *state = State::Person(Person { erased_at: happened.time, complaints: event.complaints.len() });
        }
        Event::PlaybookPublished(event) => {
            state.as_playbook().versions.insert(event.playbook.version, event.document.clone());
        }
        Event::PlaybookActivated(event) => state.as_organisation().activations.put(event, happened.time),
        Event::ActivationWithdrawn(event) => state.as_organisation().activations.withdraw(event),
        Event::CalendarPublished(event) => {
            let Ok(spec) = serde_json::from_value(event.document.clone()) else { return };
            let published = PublishedCalendar { id: event.calendar.clone(), version: event.version, spec };
            let calendars = &mut state.as_organisation().calendars;
            match calendars.iter_mut().find(|known| known.id == published.id) {
                Some(known) => *known = published,
                None => calendars.push(published),
            }
        }
        Event::DirectoryChanged(event) => change_directory(state.as_directory(), event),
        Event::StageEntered(event) => enter(state, event, happened.time),
        Event::CaseClosed(_) => {
            if let State::Complaint(complaint) = state
                && let Some(progress) = &mut complaint.progress
            {
                progress.closed = true;
                progress.since = happened.time;
            }
        }
        // Visits to a `clarify` were looked at above.
        Event::ClaimClarified(_)
        | Event::FactRecorded(_)
        | Event::StageChanged(_)
        | Event::StageWithdrawn(_)
        | Event::StageCompleted(_)
        | Event::WorkQueued(_)
        | Event::WorkRequested(_)
        | Event::WorkAssigned(_)
        | Event::WorkWithdrawn(_)
        | Event::ClockStarted(_)
        | Event::FormFilled(_)
        | Event::FormSigned(_)
        | Event::LedgerEntered(_)
        | Event::LedgerSettled(_)
        | Event::ClockChanged(_)
        | Event::ClockStopped(_)
        | Event::ClockMissed(_)
        | Event::CaseChanged(_)
        | Event::CalendarApplied(_)
        | Event::PlaybookApplied(_)
        | Event::CaseEscalated(_)
        | Event::ActLate(_)
        | Event::RulingOpened(_)
        | Event::RulingGiven(_)
        | Event::RulingWithdrawn(_)
        | Event::VerificationRecorded(_)
        | Event::FindingRecorded(_)
        | Event::ProposalMade(_)
        | Event::RemedyExecuted(_)
        | Event::MeasuresPlanned(_)
        | Event::MeasureDone(_)
        | Event::EffectVerified(_)
        | Event::RoundOpened(_)
        | Event::DecisionRecorded(_)
        | Event::ReviewRecorded(_)
        | Event::AuditRecorded(_)
        | Event::OpinionRecorded(_)
        | Event::OpinionSigned(_)
        | Event::AccountabilityDecided(_)
        | Event::RoundClosed(_)
        | Event::NoticeRequested(_)
        | Event::NoticeSettled(_)
        | Event::ReplyTold(_)
        | Event::CustomerAnswered(_)
        | Event::ReportDue(_)
        | Event::CallbackNoted(_)
        | Event::CallbackRecorded(_)
        | Event::ContactPrepared(_)
        | Event::ContactRecorded(_)
        | Event::TeamCalled(_)
        | Event::HandoverWritten(_)
        | Event::HandoverAcknowledged(_)
        | Event::ParkedSettled(_) => {}
    }
}

fn registered(event: &ComplaintRegistered) -> Registered {
    Registered {
        number: event.number.clone(),
        playbook: event.playbook.clone(),
        channel: event.channel.clone(),
        kind: event.kind.clone(),
        received_at: event.received_at,
        registered_at: event.registered_at,
        language: event.language,
        complainant: event.complainant,
        narrative: event.narrative.clone(),
        demand: event.demand.clone(),
        repeats: event.repeats,
        external: event.external.clone(),
        complained_of_person: event.complained_of_person.clone(),
        taken_by: event.registered_by.person().cloned(),
    }
}

fn change_directory(directory: &mut Directory, event: &DirectoryChanged) {
    for department in &event.departments {
        directory.departments.insert(department.id.clone(), department.name.clone());
    }
    for person in &event.people {
        let member = Member {
            name: person.name.clone(),
            department: person.department.clone(),
            roles: person.roles.clone(),
            active: person.active,
        };
        directory.people.insert(person.id.clone(), member);
    }
}

/// Only a complaint on record has progress; sides do not move it.
fn enter(state: &mut State, event: &StageEntered, at: Timestamp) {
    if let (State::Complaint(complaint), Place::Main) = (state, event.place) {
        complaint.progress = Some(Progress {
            stage: event.stage.clone(),
            kind: event.kind,
            instance: event.instance,
            since: at,
            closed: false,
        });
    }
}
