//! From what the services say of a case to what its page shows: names for keys, and for whom what is possible.

use std::sync::Arc;

use contracts::queries::routing::CasePlace;
use contracts::{ComplaintId, Fen, Language};
use pages::Word;
use pages::case::approvals::{Round, Seat};
use pages::case::matter::{Finding, Matter, Proposal, Upload};
use pages::case::stages::{Stage, Stages};
use pages::case::{Case, Holder, Standing};
use pages::tasks::name;
use pages::words::{by_key, case as words, facts, known, tasks};
use serde_json::Value;

use super::case::Known;
use super::known::{Book, House};
use super::visitor::new_key;
use super::{case_acts, case_told, papers};
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
    /// Whether any of them adds to a case.
    pub may_add: bool,
    /// What forms carry.
    pub csrf: String,
    /// How large a file may be, in megabytes.
    pub megabytes: usize,
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
    /// Days and times as the reader reads them.
    fn locale(&self) -> pages::Locale {
        let now = jiff::Timestamp::UNIX_EPOCH;
        pages::Locale { language: self.language, zone: self.house.zone.clone(), now }
    }
    /// A day and a time, if a text is one.
    pub(super) fn time(&self, text: &str) -> Option<String> {
        text.parse().ok().map(|at| self.locale().time(at))
    }
    /// An amount.
    pub(super) fn money(&self, amount: Fen) -> String {
        self.locale().money(amount)
    }
    /// Several things in one line.
    pub(super) fn listed(&self, all: &[String]) -> String {
        all.join(match self.language {
            Language::Zh => "、",
            Language::En => ", ",
        })
    }
    pub(super) fn person(&self, value: &Value) -> Option<String> {
        value.as_str().map(|key| self.house.person(key))
    }
    pub(super) fn department(&self, value: &Value) -> String {
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
        acts: case_acts::acts(seen, &known),
        approvals: approvals(seen, &known),
        papers: papers::lines(seen, routed),
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
    let time = |value: &Value| seen.time(value.as_str()?);
    let level = routed["level"].as_u64().filter(|level| *level > 1).map(|level| level.to_string());
    let instance = routed["instance"].as_u64().filter(|instance| *instance > 1).map(|one| one.to_string());
    let told = &routed["facts"];
    let guided = |list: &str, fact: &str| {
        told[fact].as_str().map(|key| seen.book.guided_label(list, key, seen.language))
    };
    let facts = [
        (known::COMPANY, guided("companies", "company")),
        (known::PROVINCE, guided("provinces", "province")),
        (known::NOTICE_AGREED, time(&told["notice_agreed"])),
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

fn stages(seen: &Seen, routed: &Value) -> Stages {
    let stage = |node: &Value| {
        Some(Stage {
            label: serde_json::from_value(node["label"].clone()).ok()?,
            // Registering is no visit: it was done with the first word about the case.
            entered: node["entered"].as_u64().unwrap_or(0).max(u64::from(node["kind"] == "register")),
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
        upload: seen.may_add.then(|| Upload {
            address: format!("{}/files", seen.address),
            carried: (seen.csrf.clone(), new_key()),
            megabytes: seen.megabytes,
        }),
        findings: findings.map(|finding| self::finding(seen, finding, word(&finding["words"]))).collect(),
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

fn finding(seen: &Seen, finding: &Value, text: Option<String>) -> Finding {
    let source = finding["source"].as_str().unwrap_or_default();
    Finding {
        text,
        source: by_key(tasks::ALL, &format!("source_{source}")),
        by: seen.person(&finding["by"]),
        at: finding["at"].as_str().and_then(|at| at.parse().ok()),
    }
}

/// Every round, oldest first, with who said what in it.
pub(super) fn approvals(seen: &Seen, known: &Known) -> Vec<Round> {
    let view = &known.views["approval"];
    let rounds = list(view, "visits").flat_map(|visit| {
        let open = Some(&visit["round"]).filter(|round| !round.is_null());
        let purpose = visit["purpose"].as_str().and_then(name).unwrap_or(tasks::DECIDE);
        list(visit, "rounds").chain(open).map(move |round| (purpose, round))
    });
    let mut rounds: Vec<_> =
        rounds.map(|(purpose, round)| self::round(seen, purpose, round, &view["words"])).collect();
    rounds.sort_by_key(|round| round.opened_at);
    rounds
}

fn round(seen: &Seen, purpose: Word, round: &Value, words: &Value) -> Round {
    let steps = list(round, "steps");
    let seats = steps.flat_map(|step| list(step, "seats").map(move |seat| (step, seat)));
    let closing = &round["closing"];
    let ended = match (closing.is_null(), closing["voided"].is_null(), closing["approved"] == true) {
        (true, ..) => None,
        (_, false, _) => Some(words::VOIDED),
        (.., true) => Some(facts::APPROVED),
        (.., false) => Some(facts::REFUSED),
    };
    Round {
        purpose,
        total: Fen(round["total"].as_i64().unwrap_or(0)),
        less: round["amended"]["total"].as_i64().map(Fen),
        opened_at: round["opened_at"].as_str().and_then(|at| at.parse().ok()),
        ended: ended
            .map(|word| if purpose == tasks::DECIDE || word == words::VOIDED { word } else { facts::CLOSED }),
        seats: seats.map(|(step, seat)| self::seat(seen, step, &seat["standing"], words)).collect(),
    }
}

fn seat(seen: &Seen, step: &Value, standing: &Value, words: &Value) -> Seat {
    let decided = &standing["decided"];
    let held = if decided.is_null() { &standing["held"] } else { &decided["holder"] };
    let role = step["role"].as_str().unwrap_or_default();
    let label =
        serde_json::from_value::<contracts::Text>(seen.book.document()["roles"][role]["label"].clone());
    let role = label.map_or_else(|_| role.to_owned(), |label| label.get(seen.language).to_owned());
    let said = decided["decision"].as_str().and_then(|said| match said {
        "pass" => Some(facts::PASSED),
        "fail" => Some(facts::FAILED),
        "account" => Some(facts::DECIDED),
        "drop" => Some(facts::DROPPED),
        said => by_key(facts::ALL, said),
    });
    let reason = decided["reason"]["id"].as_str().and_then(|id| words[id].as_str());
    Seat {
        name: seen.person(&held["person"]).map_or_else(|| role.clone(), |name| format!("{name} · {role}")),
        instead_of: seen.person(&held["instead_of"]),
        said,
        reason: reason.map(str::to_owned),
        at: decided["at"].as_str().and_then(|at| at.parse().ok()),
    }
}
