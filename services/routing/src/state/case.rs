//! A case: where it stands, what is known of it, who works on it, which clocks run.

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::messages::stage_entered::{Place, StageResult};
use contracts::messages::team_called::TeamCalled;
use contracts::messages::work_assigned::Because;
use contracts::results::MissedClock;
use contracts::{
    CategoryKey, ChannelKey, ClockId, ComplainantId, ComplaintId, DepartmentId, FactKey, FactValue, Facts,
    Language, LedgerKey, OutcomeKey, PersonId, ServiceName, StageKey, StageKind, VisitId, WorkId,
};
use jiff::Timestamp;
use playbook::LoopKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CaseClock, Closing, Forms, Move, Ruling, Work};
use crate::ledgers::Listed;

/// A complaint on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The number people use.
    pub number: String,
    /// The playbook that it follows, at the version it began with, until another is applied.
    pub playbook: PlaybookRef,
    /// The versions of it that it followed before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<u32>,
    /// How it came in.
    pub origin: Origin,
    /// Everything that is known of it.
    pub facts: Facts,
    /// How many `fact.recorded` of each other service are in that; not counted of cases from before it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<BTreeMap<ServiceName, u64>>,
    /// Its level, from 1.
    pub level: u32,
    /// Which handling of the complaint this is, from 1.
    pub instance: u32,
    /// Its main place.
    pub main: Main,
    /// The open visits: the main one, and sides.
    pub visits: BTreeMap<VisitId, Visit>,
    /// How often each stage was entered in this instance.
    pub entered: BTreeMap<StageKey, u32>,
    /// How often each loop was taken.
    pub loops: BTreeMap<LoopKey, u32>,
    /// The visits that were completed, oldest first.
    pub results: Vec<Done>,
    /// The open pieces of human work.
    pub works: BTreeMap<WorkId, Work>,
    /// Every clock that ever ran.
    pub clocks: BTreeMap<ClockId, CaseClock>,
    /// The rungs that a fact fired, as `rung#instance`, or `rung@visit` where it fires at every act.
    pub fired: BTreeSet<String>,
    /// Who follows the case.
    pub watchers: BTreeSet<PersonId>,
    /// The teams that were put together for it, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<String, TeamCalled>,
    /// The work that people moved, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// Why people raised its level, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<Because>,
    /// Every question about it that was to be ruled on, by the piece of work.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rulings: BTreeMap<WorkId, Ruling>,
    /// Its forms, one of each for each handling.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forms: Forms,
    /// When each report about it was made at once, by the key of the report.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<String, Timestamp>,
    /// The ledgers that it went into.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ledgers: BTreeMap<LedgerKey, Listed>,
    /// The closing summary, once it is filed with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
}

/// How a complaint came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// By which channel.
    pub channel: ChannelKey,
    /// The nature of the matter.
    pub kind: String,
    /// Who complains.
    pub customer_type: String,
    /// The person complained of, who never acts on it.
    pub complained_of_person: Option<PersonId>,
    /// The unit where it happened or that took it in.
    pub unit: Option<DepartmentId>,
    /// When the customer told somebody.
    pub received_at: Timestamp,
    /// When it was put on record.
    pub registered_at: Timestamp,
    /// Who put it on record.
    pub registered_by: Actor,
    /// The language to speak to the customer in.
    pub language: Language,
    /// The complainant.
    pub complainant: ComplainantId,
    /// The complaint it repeats.
    pub repeats: Option<ComplaintId>,
}

/// The main place of a case: always exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "place")]
pub enum Main {
    /// At a stage.
    Visit {
        /// The visit.
        visit: VisitId,
    },
    /// Between two stages: waiting for the sides that the next one joins, or held because no way on matches. Every
    /// later input looks again; why it stands there is told by `queries`.
    Between {
        /// The stage that ended; none for the registration.
        after: Option<StageKey>,
        /// With what.
        outcome: OutcomeKey,
        /// Whether somebody was told that no way on matches.
        held: bool,
    },
    /// Archived.
    Closed {
        /// When.
        at: Timestamp,
        /// How the last main visit before the archive ended.
        outcome: OutcomeKey,
    },
}

/// An open visit to a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The stage.
    pub stage: StageKey,
    /// Its kind.
    pub kind: StageKind,
    /// Whether it is the main place or a side.
    pub place: Place,
    /// Grows when it is reassigned.
    pub epoch: u32,
    /// Which handling it belongs to.
    pub instance: u32,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who may not act on it.
    pub barred: Vec<PersonId>,
    /// When it began.
    pub entered_at: Timestamp,
    /// How many visits of the case had ended before it began: services' clocks differ, the order here does not.
    /// Not known of visits from before it was counted.
    #[serde(default)]
    pub ended_before: Option<usize>,
    /// The clocks that ran out since, of a side where somebody is held to account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<MissedClock>,
}

/// A visit that was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The visit.
    pub visit: VisitId,
    /// Its stage.
    pub stage: StageKey,
    /// Its kind.
    pub kind: StageKind,
    /// Where it stood.
    pub place: Place,
    /// Which handling it belonged to.
    pub instance: u32,
    /// What it ended with.
    pub outcome: OutcomeKey,
    /// Who completed it.
    pub by: Actor,
    /// What it found: references and keys, never words.
    pub results: Value,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

impl Done {
    /// As the next stages are told of it.
    #[must_use]
    pub fn as_result(&self) -> StageResult {
        StageResult {
            visit: self.visit,
            stage: self.stage.clone(),
            kind: self.kind,
            outcome: self.outcome.clone(),
            by: self.by.clone(),
            results: self.results.clone(),
        }
    }
}

impl Case {
    /// A case as it was registered.
    #[must_use]
    pub fn registered(said: &ComplaintRegistered) -> Self {
        let settled = said.facts.get(&key::settled_on_the_spot()).and_then(FactValue::as_bool);
        let outcome = if settled == Some(true) { "settled" } else { "registered" };
        Self {
            number: said.number.clone(),
            playbook: said.playbook.clone(),
            followed: Vec::new(),
            origin: Origin {
                channel: said.channel.clone(),
                kind: said.kind.clone(),
                customer_type: said.customer_type.clone(),
                complained_of_person: said.complained_of_person.clone(),
                unit: said.unit.clone(),
                received_at: said.received_at,
                registered_at: said.registered_at,
                registered_by: said.registered_by.clone(),
                language: said.language,
                complainant: said.complainant,
                repeats: said.repeats,
            },
            facts: facts_at_registration(said),
            heard: Some(BTreeMap::new()),
            level: 1,
            instance: 1,
            main: Main::Between { after: None, outcome: word(outcome), held: false },
            visits: BTreeMap::new(),
            entered: BTreeMap::new(),
            loops: BTreeMap::new(),
            results: Vec::new(),
            works: BTreeMap::new(),
            clocks: BTreeMap::new(),
            fired: BTreeSet::new(),
            watchers: BTreeSet::new(),
            teams: BTreeMap::new(),
            moves: Vec::new(),
            raised: Vec::new(),
            rulings: BTreeMap::new(),
            forms: Forms::new(),
            reports: BTreeMap::new(),
            ledgers: BTreeMap::new(),
            closing: None,
        }
    }

    /// Takes facts in; the latest word on a key counts.
    pub fn learn(&mut self, facts: &Facts) {
        self.facts.extend(facts.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Takes in what a service recorded.
    pub fn hear(&mut self, source: ServiceName, facts: &Facts) {
        if let Some(heard) = self.heard.as_mut().filter(|_| source != ServiceName::Routing) {
            *heard.entry(source).or_default() += 1;
        }
        self.learn(facts);
    }

    /// Whether it is archived.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.main, Main::Closed { .. })
    }

    /// The open main visit.
    #[must_use]
    pub fn main_visit(&self) -> Option<(VisitId, &Visit)> {
        let Main::Visit { visit } = self.main else { return None };
        self.visits.get(&visit).map(|at| (visit, at))
    }

    /// The text of a fact that is a key.
    #[must_use]
    pub fn text(&self, key: &FactKey) -> Option<&str> {
        self.facts.get(key).and_then(FactValue::as_text)
    }

    /// A department that a fact names.
    #[must_use]
    pub fn department_fact(&self, key: &FactKey) -> Option<DepartmentId> {
        self.text(key).and_then(|text| DepartmentId::new(text).ok())
    }

    /// What it is about.
    #[must_use]
    pub fn category(&self) -> Option<CategoryKey> {
        self.text(&key::category()).and_then(|text| CategoryKey::new(text).ok())
    }

    /// The open work of a visit. Where pieces of it have due times of their own, those alone that are due first: what
    /// runs out, or is to be moved because it did, is theirs.
    pub fn works_due_first(&self, visit: VisitId) -> impl Iterator<Item = (WorkId, &Work)> {
        let of_visit = move || self.works.iter().filter(move |(_, work)| work.visit == visit);
        let first = of_visit().filter_map(|(_, work)| work.due).min();
        of_visit().filter(move |(_, work)| work.due == first).map(|(id, work)| (*id, work))
    }

    /// How many open pieces of work `person` holds here.
    #[must_use]
    pub fn held_by(&self, person: &PersonId) -> usize {
        self.works.values().filter(|work| work.holder() == Some(person)).count()
    }
}

/// What is known at registration is also there for rules and clocks that name it as a fact.
fn facts_at_registration(said: &ComplaintRegistered) -> Facts {
    let text = |text: &str| Some(FactValue::from(text));
    let known = [
        (key::channel(), text(said.channel.as_str())),
        (key::kind(), text(&said.kind)),
        (key::customer_type(), text(&said.customer_type)),
        (key::category(), said.category.as_ref().map(|key| key.as_str().into())),
        (key::complained_of(), said.complained_of.as_ref().map(|id| id.as_str().into())),
        (key::unit(), said.unit.as_ref().map(|id| id.as_str().into())),
        (key::repeat(), said.repeats.map(|_| true.into())),
    ];
    let mut facts: Facts =
        known.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect();
    facts.extend(said.facts.iter().map(|(key, value)| (key.clone(), value.clone())));
    facts
}

/// An outcome of the closed list.
///
/// # Panics
/// Never: only literals that are keys are passed.
pub(crate) fn word(outcome: &str) -> OutcomeKey {
    OutcomeKey::new(outcome).expect("outcomes of the closed list are keys")
}
