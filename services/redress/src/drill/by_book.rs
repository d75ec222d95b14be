//! What people do by a procedure that they have read: categories and departments that it knows, remedies that it allows,
//! answers of its scale, facts that it wants on record. The people of the demo organisation, which works by several
//! procedures at once, make the same choices for all of them instead ([`super::people`]).

use std::collections::BTreeMap;

use contracts::messages::directory_changed::Person;
use contracts::queries::routing::WorkItem;
use contracts::{CategoryKey, DepartmentId, FactKey, FactValue, Facts};
use playbook::{CompiledPlaybook, DepartmentRef, Liable, Playbook, RemedyKind, ResultField, Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::Act;

/// A procedure as those who work by it know it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Procedure {
    /// The playbook.
    pub playbook: Playbook,
    /// What was said of facts when the procedure was rehearsed: values that mean something to it.
    pub said: BTreeMap<FactKey, FactValue>,
    /// The departments in which cases are handled.
    pub departments: Vec<DepartmentId>,
}

/// A task whose answer the procedure knows. What needs authority is answered by the round (`judging`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Triage,
    Clarify,
    Verify,
    Investigate,
    Propose,
    Execute,
    Contact,
    Reply,
    Callback,
}

impl Task {
    /// By its word in a work list.
    pub(super) fn of(task: &str) -> Option<Self> {
        Some(match task {
            "triage" => Self::Triage,
            "clarify" => Self::Clarify,
            "verify" => Self::Verify,
            "investigate" => Self::Investigate,
            "propose" => Self::Propose,
            "execute" => Self::Execute,
            "contact" => Self::Contact,
            "reply" => Self::Reply,
            "callback" => Self::Callback,
            _ => return None,
        })
    }
}

impl Procedure {
    /// What is to be known of a playbook by the people who work by it.
    #[must_use]
    pub fn new(playbook: Playbook, said: BTreeMap<FactKey, FactValue>, people: &[Person]) -> Self {
        let handles = |person: &&Person| {
            let roles = person.roles.iter().filter_map(|role| playbook.roles.get::<str>(role.as_str()));
            roles.into_iter().any(|role| role.department == DepartmentRef::Responsible)
        };
        let mut departments: Vec<_> =
            people.iter().filter(handles).map(|person| person.department.clone()).collect();
        departments.sort();
        departments.dedup();
        Self { playbook, said, departments }
    }

    /// What is said of the facts that a stage wants on record.
    #[must_use]
    pub fn facts_for(&self, stage: &str, known: &Value, now: jiff::Timestamp) -> Facts {
        let wanted =
            self.playbook.stage(stage).map(|stage| stage.requires.facts.as_slice()).unwrap_or_default();
        let lacking = wanted.iter().filter(|key| {
            let known = &known[key.as_str()];
            known.is_null() || *known == json!(false)
        });
        let value = |key: &FactKey| {
            use contracts::facts::FactKind::{Flag, Keys, Money, Number, Text, Time};
            self.said.get(key).cloned().unwrap_or_else(|| match key.kind() {
                Flag => true.into(),
                Number | Money => 1.into(),
                Time => now.into(),
                Text | Keys => "known".into(),
            })
        };
        lacking.map(|key| (key.clone(), value(key))).collect()
    }

    /// Whether the stage of a piece of work ends only with a form.
    pub(super) fn asks_for_a_form(&self, item: &WorkItem) -> bool {
        self.playbook.stage(item.stage.as_str()).is_some_and(|stage| !stage.forms.is_empty())
    }

    /// What somebody does whose task this is.
    pub(super) fn decide(
        &self,
        task: Task,
        item: &WorkItem,
        case: &Value,
        chance: &mut Chance,
        tries: u32,
    ) -> Option<Act> {
        let stage = self.playbook.stage(item.stage.as_str())?;
        let facts = self.facts_for(item.stage.as_str(), &case["case"]["facts"], item.requested_at);
        if !facts.is_empty() {
            return Some(act("facts", json!({ "facts": facts }), "told what is known"));
        }
        Some(match task {
            Task::Triage => self.triage(stage, item, chance),
            Task::Clarify => clarify(),
            Task::Verify => verify(stage, chance),
            Task::Investigate => investigate(stage, chance),
            Task::Propose => self.propose(stage, item, case, chance),
            Task::Execute => act("execute", json!({ "account": "已按方案办理并致歉。" }), "executed"),
            Task::Contact => self.contact(chance, tries),
            Task::Reply => self.reply(stage, item, case, chance),
            Task::Callback => self.callback(stage, chance, tries),
        })
    }

    fn triage(&self, stage: &Stage, item: &WorkItem, chance: &mut Chance) -> Act {
        let categories = &self.playbook.categories;
        let named = item.category.as_deref().and_then(|key| self.playbook.category(key));
        let category = named.or_else(|| chance.pick(&categories.iter().collect::<Vec<_>>()).copied());
        let mut body = json!({ "category": category.map(|category| &category.key) });
        if category.is_none_or(|category| self.department_of(&category.key).is_none()) {
            let any: Vec<_> = self.playbook.departments.keys().cloned().collect();
            let departments = if self.departments.is_empty() { &any } else { &self.departments };
            body["department"] = json!(chance.pick(departments));
        }
        if stage.requires.fields.contains(&ResultField::Level) {
            // A case never falls below its level.
            let levels = self.playbook.severity_levels.iter().map(|one| one.level);
            let levels: Vec<_> = levels.filter(|level| *level >= item.level).collect();
            body["level"] = json!(chance.pick(&levels));
        }
        act("triage", body, "routed by hand")
    }

    /// The department of a category or of the nearest one above it.
    fn department_of(&self, category: &CategoryKey) -> Option<&DepartmentId> {
        let above = |one: &&playbook::Category| self.playbook.category(one.parent.as_ref()?.as_str());
        let line = std::iter::successors(self.playbook.category(category.as_str()), above);
        line.take(self.playbook.categories.len()).find_map(|one| one.department.as_ref())
    }

    fn propose(&self, stage: &Stage, item: &WorkItem, case: &Value, chance: &mut Chance) -> Act {
        let unfounded = !stands(case);
        let (liable, party) = self.liability(case, chance);
        let listed = self.playbook.remedies_for(item.category.as_deref().unwrap_or_default());
        let allowed: Vec<_> = listed.iter().flat_map(|listed| listed.given_by(party)).collect();
        let owed: Vec<_> = listed.iter().flat_map(|listed| listed.owed_by(party)).collect();
        let none = ends(stage, "no_measure") && owed.is_empty() && chance.percent(10);
        let nothing = unfounded || allowed.is_empty() || none;
        let mut remedies = Vec::new();
        if !nothing {
            let (paid, free): (Vec<_>, Vec<_>) = allowed.into_iter().partition(|remedy| is_paid(*remedy));
            remedies.extend(chance.pick(&free).map(|remedy| json!({ "remedy": remedy })));
            if remedies.is_empty() || chance.percent(60) {
                let amount = chance.fen(300_000);
                remedies
                    .extend(chance.pick(&paid).map(|remedy| json!({ "remedy": remedy, "amount": amount })));
            }
            // Whoever is at fault makes it good.
            let is_given = |remedy: &Value| owed.iter().any(|one| remedy["remedy"] == json!(one));
            if !remedies.iter().any(is_given) {
                remedies.extend(owed.first().map(|remedy| json!({ "remedy": remedy })));
            }
        }
        let name = if nothing { "no measure" } else { "proposed" };
        act("propose", merged(liable, json!({ "remedies": remedies, "reason": "按规定处理。" })), name)
    }

    /// Who is at fault: a person only where the case names one.
    fn liability(&self, case: &Value, chance: &mut Chance) -> (Value, Liable) {
        let usual = [Liable::Company, Liable::Supplier, Liable::Customer];
        let known = if self.playbook.liability_kinds.is_empty() {
            &usual[..]
        } else {
            &self.playbook.liability_kinds
        };
        let person = &case["case"]["origin"]["complained_of_person"];
        let fits = |party: &&Liable| **party != Liable::Person || !person.is_null();
        let parties: Vec<_> = known.iter().filter(fits).copied().collect();
        let party = chance.pick(&parties).copied().unwrap_or(Liable::Undetermined);
        let said = if party == Liable::Person {
            json!({ "liable": party, "liable_person": person })
        } else {
            json!({ "liable": party })
        };
        (said, party)
    }

    fn contact(&self, chance: &mut Chance, tries: u32) -> Act {
        if tries == 1 && chance.percent(10) {
            return act("contact", json!({ "reached": false, "channel": "phone" }), "not reached");
        }
        let told: Vec<_> = self.playbook.contact_policy.iter().flat_map(|policy| &policy.tell).collect();
        act(
            "contact",
            json!({ "reached": true, "channel": "phone", "told": told, "note": "已联系客户" }),
            "contacted",
        )
    }

    /// The customer is told, and says what they think of it where the stage ends with that.
    fn reply(&self, stage: &Stage, item: &WorkItem, case: &Value, chance: &mut Chance) -> Act {
        let visits = case["notification"]["visits"].as_array();
        let own = visits.and_then(|visits| visits.iter().find(|visit| visit["visit"] == json!(item.visit)));
        let told = own.is_some_and(|visit| !visit["told"].is_null());
        if told && !ends(stage, "told") {
            let accepted = !chance.percent(15);
            let name = if accepted { "accepted" } else { "rejected" };
            return act("answer", json!({ "accepted": accepted, "reason": "客户意见" }), name);
        }
        let formal =
            self.playbook.reply_policy.as_ref().is_some_and(|policy| policy.formal_letter_if.is_some());
        let channels: &[&str] = if formal { &["letter", "email"] } else { &["phone", "email", "sms"] };
        act("reply", json!({ "channel": chance.pick(channels) }), "told")
    }

    fn callback(&self, stage: &Stage, chance: &mut Chance, tries: u32) -> Act {
        let channel = self.playbook.callback_of(stage).and_then(|policy| policy.channels.first());
        if tries == 1 && chance.percent(15) {
            return act("callback", json!({ "reached": false, "channel": channel }), "not reached");
        }
        let satisfied = !chance.percent(15);
        let scale = self.playbook.satisfaction.iter().flat_map(|satisfaction| &satisfaction.scale);
        let answers: Vec<_> =
            scale.filter(|answer| answer.positive == satisfied).map(|answer| &answer.key).collect();
        let name = if satisfied { "satisfied" } else { "dissatisfied" };
        let body = json!({
            "reached": true, "channel": channel, "satisfaction": chance.pick(&answers), "opinion": "客户意见",
        });
        act("callback", body, name)
    }
}

fn verify(stage: &Stage, chance: &mut Chance) -> Act {
    let stands = !ends(stage, "unsubstantiated") || (ends(stage, "substantiated") && chance.percent(75));
    let finding = if stands { "经核实，情况属实。" } else { "经核实，与事实不符。" };
    let name = if stands { "substantiated" } else { "unsubstantiated" };
    act("verify", json!({ "substantiated": stands, "finding": finding }), name)
}

fn investigate(stage: &Stage, chance: &mut Chance) -> Act {
    let clear = !ends(stage, "not_established") || (ends(stage, "established") && chance.percent(80));
    let body = json!({ "finding": "现场与记录核对。", "source": "document", "established": clear });
    act("findings", body, if clear { "established" } else { "not established" })
}

/// Whether a stage can end so.
fn ends(stage: &Stage, outcome: &str) -> bool {
    CompiledPlaybook::outcomes(stage).iter().any(|known| known.as_str() == outcome)
}

/// The claim is restated, and the customer confirms it.
pub(super) fn clarify() -> Act {
    let body = json!({ "restated": "客户要求更换同款商品。", "confirmed_by_customer": true });
    act("clarify", body, "clarified")
}

/// Whether the complaint stands, as far as the case shows: the latest handling of it was not found untrue.
pub(super) fn stands(case: &Value) -> bool {
    let instances = case["investigation"]["instances"].as_array();
    instances.and_then(|all| all.last()).is_none_or(|one| one["verdict"] != json!(false))
}

/// Whether a remedy is money.
const fn is_paid(remedy: RemedyKind) -> bool {
    matches!(
        remedy,
        RemedyKind::Refund
            | RemedyKind::PriceReduction
            | RemedyKind::PriceDifference
            | RemedyKind::Compensation
            | RemedyKind::Voucher
            | RemedyKind::LabourReduction
            | RemedyKind::RepackagingCost
    )
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Some(one), Value::Object(other)) = (one.as_object_mut(), other) {
        one.extend(other);
    }
    one
}

fn act(path: &'static str, body: Value, name: &str) -> Act {
    Act { path, body, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use contracts::VisitId;
    use contracts::commands::intake::Clarify;
    use contracts::commands::investigation::{AddFinding, Execute, Propose, Verify};
    use contracts::commands::notification::{RecordAnswer, RecordCallback, RecordContact, TellResult};
    use contracts::commands::routing::Triage;
    use serde::de::DeserializeOwned;
    use uuid::Uuid;

    use super::*;
    use crate::up::spread;

    fn item(stage: &Stage, task: &str) -> WorkItem {
        serde_json::from_value(json!({
            "work": Uuid::from_u128(1), "complaint": Uuid::from_u128(2), "number": "1", "visit": Uuid::from_u128(3),
            "epoch": 1, "task": task, "stage": stage.key, "label": stage.label, "department": "a", "role": "b",
            "person": null, "instead_of": null, "queued": null, "due": null, "level": 1, "category": null,
            "requested_at": "2025-03-03T01:00:00Z", "since": "2025-03-03T01:00:00Z",
        }))
        .unwrap()
    }

    fn reads<T: DeserializeOwned>(act: &Act) -> T {
        let mut body = act.body.clone();
        body["visit"] = json!(VisitId(Uuid::from_u128(3)));
        body["epoch"] = json!(1);
        serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{}: {error}: {body}", act.path))
    }

    /// Whether the act is an order that its service takes.
    fn is_an_order(act: &Act) {
        match act.path {
            "triage" => drop(reads::<Triage>(act)),
            "clarify" => drop(reads::<Clarify>(act)),
            "verify" => drop(reads::<Verify>(act)),
            "findings" => drop(reads::<AddFinding>(act)),
            "propose" => drop(reads::<Propose>(act)),
            "execute" => drop(reads::<Execute>(act)),
            "contact" => drop(reads::<RecordContact>(act)),
            "reply" => drop(reads::<TellResult>(act)),
            "callback" => drop(reads::<RecordCallback>(act)),
            "answer" => {
                let mut body = act.body.clone();
                body["visit"] = json!(VisitId(Uuid::from_u128(3)));
                drop(serde_json::from_value::<RecordAnswer>(body).unwrap());
            }
            "facts" => assert!(act.body["facts"].is_object()),
            other => panic!("no such address: {other}"),
        }
    }

    #[test]
    fn at_every_stage_of_every_playbook_people_give_orders_that_are_taken() {
        let playbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks");
        let rooms = spread::read(&playbooks).unwrap();
        assert!(rooms.len() > 20, "only {}", rooms.len());
        for room in rooms {
            let procedure = &room.procedure;
            for stage in &procedure.playbook.stages {
                let word = stage.kind.as_str();
                let Some(task) = Task::of(word) else { continue };
                for n in 0..40 {
                    let mut chance = Chance::at_visit(n, VisitId(Uuid::from_u128(n.into())));
                    let case = json!({ "case": { "facts": {}, "origin": {} } });
                    let act = procedure.decide(task, &item(stage, word), &case, &mut chance, 1);
                    is_an_order(&act.unwrap());
                }
            }
        }
    }
}
