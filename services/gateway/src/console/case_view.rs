//! From what the services say of a case to what its page shows: names for keys, and for whom what is possible.

use std::sync::Arc;

use contracts::queries::routing::CasePlace;
use contracts::{ComplaintId, DepartmentId, Fen, Language};
use pages::Word;
use pages::case::acts::{Act, Acts, Can};
use pages::case::matter::{Matter, Proposal};
use pages::case::stages::{Stage, Stages};
use pages::case::{Case, Holder, Standing};
use pages::tasks::{Scene, form, name};
use pages::words::case as words;
use serde_json::Value;

use super::case::Known;
use super::case_told;
use super::known::{Book, House};
use super::visitor::new_key;
use crate::auth::Staff;

/// Who looks, and what is needed to name things.
pub(super) struct Seen {
    /// In which language.
    pub language: Language,
    /// The organisation's names.
    pub house: Arc<House>,
    /// The case's playbook.
    pub book: Arc<Book>,
    /// Who looks.
    pub staff: Staff,
    /// Whether any of their roles does the work of stages.
    pub may_work: bool,
    /// Whether any of their roles takes work from a queue.
    pub may_take: bool,
    /// The address of the case.
    pub address: String,
    /// The case.
    pub complaint: ComplaintId,
}

impl Seen {
    /// What a task, a remedy or a liable party is called.
    pub(super) fn called(&self, key: &str) -> String {
        name(key).map_or_else(|| key.to_owned(), |word| word.get(self.language).to_owned())
    }
    fn person(&self, value: &Value) -> Option<String> {
        value.as_str().map(|key| self.house.person(key))
    }
    fn department(&self, value: &Value) -> String {
        value.as_str().map(|key| self.house.department(key, self.language)).unwrap_or_default()
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// The page's model.
pub(super) fn case(seen: &Seen, known: Known) -> Case {
    let (record, routed) = (&known.views["complaint"], &known.views["case"]);
    let due = list(routed, "clocks").filter(|clock| clock["running"] == true);
    let due = due.filter_map(|clock| clock["due"].as_str()?.parse().ok()).min();
    let withheld = known.views.values().any(|view| !view["withheld"].is_null());
    Case {
        address: seen.address.clone(),
        number: record["number"].as_str().unwrap_or_default().to_owned(),
        facts: glance(seen, record, routed),
        standing: standing(routed),
        due,
        holders: list(routed, "works").map(|work| holder(seen, work)).collect(),
        acts: acts(seen, record, routed),
        stages: stages(seen, routed),
        matter: matter(seen, &known),
        timeline: case_told::timeline(seen, &known),
        clocks: known.clocks,
        withheld,
        done: None,
        problem: None,
    }
}

fn glance(seen: &Seen, record: &Value, routed: &Value) -> Vec<(Word, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let labelled =
        |list: &str, value: &Value| text(value).map(|key| seen.book.label(list, &key, seen.language));
    let locale = pages::Locale {
        language: seen.language,
        zone: seen.house.zone.clone(),
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let time = |value: &Value| Some(locale.time(value.as_str()?.parse().ok()?));
    let level = routed["level"].as_u64().filter(|level| *level > 1).map(|level| level.to_string());
    let instance = routed["instance"].as_u64().filter(|instance| *instance > 1).map(|one| one.to_string());
    let facts = [
        (words::CATEGORY, labelled("categories", &record["category"])),
        (words::CHANNEL, labelled("channels", &record["channel"])),
        (words::RECEIVED, time(&record["received_at"])),
        (words::REGISTERED, time(&record["registered_at"])),
        (words::LEVEL, level),
        (words::INSTANCE, instance),
    ];
    facts.into_iter().filter_map(|(word, value)| Some((word, value?))).collect()
}

fn standing(routed: &Value) -> Standing {
    let place = serde_json::from_value(routed["place"].clone()).ok();
    let open = list(routed, "graph").find(|stage| stage["open"] == true && stage["side"] != true);
    let label = open.and_then(|stage| serde_json::from_value(stage["label"].clone()).ok());
    match (place, label) {
        (Some(CasePlace::Closed), _) => Standing::Closed,
        (Some(CasePlace::Held), _) => Standing::Held,
        (Some(CasePlace::AtStage), Some(label)) => Standing::At(label),
        _ => Standing::Between,
    }
}

fn holder(seen: &Seen, work: &Value) -> Holder {
    Holder {
        name: seen.person(&work["person"]),
        instead_of: seen.person(&work["instead_of"]),
        department: seen.department(&work["department"]),
        task: seen.called(work["task"].as_str().unwrap_or_default()),
    }
}

/// Every piece of work of the case, and whether it is the reader's to do.
fn acts(seen: &Seen, record: &Value, routed: &Value) -> Acts {
    let act = |work: &Value| {
        let task = work["task"].as_str().unwrap_or_default();
        Act {
            work: work["work"].as_str().unwrap_or_default().to_owned(),
            name: seen.called(task),
            can: can(seen, work, task),
            key: new_key(),
        }
    };
    Acts {
        work: "/console/work".to_owned(),
        case: seen.address.clone(),
        complaint: seen.complaint.to_string(),
        number: record["number"].as_str().unwrap_or_default().to_owned(),
        all: list(routed, "works").map(act).collect(),
    }
}

fn can(seen: &Seen, work: &Value, task: &str) -> Can {
    let holder = work["person"].as_str();
    let own = seen.staff.department.as_ref().map(DepartmentId::as_str);
    match holder {
        Some(person) if person == seen.staff.person.as_str() => {
            match (seen.may_work, form(task, &Scene::default())) {
                (false, _) => Can::NoRole,
                (true, None) => Can::NoForm,
                (true, Some(_)) => Can::Do,
            }
        }
        Some(person) => Can::HeldBy(seen.house.person(person)),
        None if !seen.may_take => Can::NoRole,
        None if own == work["department"].as_str() => Can::Claim,
        None => Can::QueueOf(seen.department(&work["department"])),
    }
}

fn stages(seen: &Seen, routed: &Value) -> Stages {
    let stage = |node: &Value| {
        Some(Stage {
            label: serde_json::from_value(node["label"].clone()).ok()?,
            entered: node["entered"].as_u64().unwrap_or(0),
            open: node["open"] == true,
            side: node["side"] == true,
        })
    };
    let loops = routed["loops"].as_object().into_iter().flatten();
    Stages {
        title: serde_json::from_value(routed["title"].clone()).ok(),
        all: list(routed, "graph").filter_map(stage).collect(),
        loops: loops
            .map(|(key, times)| (seen.book.label("loops", key, seen.language), times.as_u64().unwrap_or(0)))
            .collect(),
    }
}

/// What the case is about.
pub(super) fn matter(seen: &Seen, known: &Known) -> Matter {
    let view = &known.views["investigation"];
    let word = |reference: &Value| {
        view["words"][reference["id"].as_str().unwrap_or_default()].as_str().map(str::to_owned)
    };
    let last = list(view, "instances").last();
    let findings = last.into_iter().flat_map(|instance| list(instance, "findings"));
    let newest = last.and_then(|instance| list(instance, "proposals").last());
    let files = known.files.iter().map(|file| {
        let address = format!("{}/files/{}", seen.address, file.file);
        (file.clone(), address)
    });
    Matter {
        told: known.told.clone(),
        contact: known.contact.clone(),
        files: files.collect(),
        findings: findings.filter_map(|finding| word(&finding["words"])).collect(),
        proposal: newest.map(|newest| proposal(seen, newest, word(&newest["reason"]))),
    }
}

fn proposal(seen: &Seen, newest: &Value, reason: Option<String>) -> Proposal {
    let amount = |value: &Value| Fen(value.as_i64().unwrap_or(0));
    let remedies = list(newest, "remedies").map(|one| {
        let called = one["remedy"].as_str().map(|key| seen.called(key));
        (called.unwrap_or_default(), amount(&one["amount"]))
    });
    Proposal {
        version: newest["version"].as_u64().unwrap_or(1),
        remedies: remedies.collect(),
        total: amount(&newest["total"]),
        liable: newest["liable"].as_str().map(|key| seen.called(key)).unwrap_or_default(),
        reason,
        by: seen.person(&newest["by"]),
    }
}
