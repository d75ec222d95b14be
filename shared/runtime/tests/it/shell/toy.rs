//! A service that does what its inputs say, and a source that says events to it.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use contracts::commands::{Actor, Command};
use contracts::ids::CommandId;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::parked_settled::ParkedSettled;
use contracts::messages::work_queued::WorkQueued;
use contracts::{
    ComplaintId, Envelope, Event, EventId, Facts, OrganisationId, Problem, ProblemCode, ServiceName,
    SubjectKind, SubjectRef, WordId,
};
use jiff::{SignedDuration, Timestamp};
use journal::Headers;
use runtime::service::{Context, Decision, EntryChange, EntryKey, Happened, Input, Service, TimerChange};
use runtime::shell::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Does what an input says: words parted by spaces, each an act.
pub(crate) struct Toy;

/// Everything that happened, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) lines: Vec<String>,
}

impl Service for Toy {
    type State = Log;
    type Row = String;

    fn name(&self) -> ServiceName {
        ServiceName::Approval
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Intake, ServiceName::Routing]
    }
    fn verbs(&self) -> Vec<&'static str> {
        vec!["do"]
    }

    fn decide(
        &self,
        context: &Context<'_, Log>,
        state: &Log,
        input: &Input,
    ) -> Result<Decision<String>, Problem> {
        let text = match input {
            Input::Heard(heard) => text_of(&heard.event),
            Input::Command(command) => command.body["do"].as_str().unwrap_or_default().to_owned(),
            Input::Due(due) => {
                format!("say:{}-fired {}", due.key, due.payload["then"].as_str().unwrap_or(""))
            }
        };
        let mut decision = Decision { answer: json!({ "lines": state.lines.len() }), ..Decision::nothing() };
        for act in text.split_whitespace() {
            let (act, what) = act.split_once(':').unwrap_or((act, ""));
            do_one(context, input, act, what, &mut decision)?;
        }
        Ok(decision)
    }

    fn evolve(&self, state: &mut Log, happened: &Happened<'_>) {
        let text = text_of(happened.event);
        state.lines.push(format!("{}: {text}", happened.source));
        assert!(!text.contains("spoil"), "the core has a defect");
    }
}

fn do_one(
    context: &Context<'_, Log>,
    input: &Input,
    act: &str,
    what: &str,
    decision: &mut Decision<String>,
) -> Result<(), Problem> {
    match act {
        "panic" => panic!("the core has a defect"),
        "refuse" => return Err(Problem::new(ProblemCode::WrongStage, "not now")),
        "say" => drop(decision.say(fact(what, context.now()))),
        "number" => {
            let n = context.entry("counter", "number").and_then(|value| value.as_i64()).unwrap_or(0) + 1;
            let entry = EntryKey { space: "counter", key: "number".into() };
            decision.entries.push(EntryChange::Put { entry, value: json!(n) });
            decision.say(fact(&format!("number-{n}"), context.now()));
        }
        // A chain of look-ups: each is only known when the one before it is at hand.
        "chain" => {
            let first = context.glance("chain", "first").and_then(|v| v.as_i64()).unwrap_or(0);
            let second =
                context.entry("chain", format!("second-{first}")).and_then(|v| v.as_i64()).unwrap_or(0);
            let third =
                context.glance("load", format!("third-{second}")).and_then(|v| v.as_i64()).unwrap_or(0);
            decision.say(fact(&format!("chain-{first}-{second}-{third}"), context.now()));
        }
        "add" => {
            let entry = EntryKey { space: "load", key: what.into() };
            decision.entries.push(EntryChange::Add { entry, by: 1 });
        }
        "free" => {
            let entry = EntryKey { space: "load", key: what.into() };
            decision.entries.push(EntryChange::Remove { entry });
        }
        "peek" => {
            let subject = complaint(what);
            let lines = context.peek(&subject).map_or(-1, |log| i64::try_from(log.lines.len()).unwrap());
            decision.say(fact(&format!("peeked-{lines}"), context.now()));
        }
        "timer" => {
            let (key, seconds) = what.split_once('@').unwrap();
            let due = context.now() + SignedDuration::from_secs(seconds.parse().unwrap());
            decision.timers.push(TimerChange::Set { key: key.into(), due, payload: json!({}) });
        }
        "cancel" => decision.timers.push(TimerChange::Cancel { key: what.into() }),
        "bad-timer" => {
            let payload = json!({ "then": "panic" });
            decision.timers.push(TimerChange::Set { key: what.into(), due: context.now(), payload });
        }
        "note" => decision.rows.push(what.to_owned()),
        "bad-note" => decision.rows.push("\0".to_owned()),
        "word" => {
            let id = WordId(context.next_id());
            let kept = decision.keep(id, ServiceName::Approval, about(input), what);
            decision.say(fact(&format!("kept-{}", kept.id), context.now()));
        }
        "shred" => decision.shred.push(about(input)),
        _ => {}
    }
    Ok(())
}

fn about(input: &Input) -> ComplaintId {
    ComplaintId(Uuid::new_v5(&Uuid::NAMESPACE_OID, input.subject().id.as_bytes()))
}

pub(crate) fn fact(text: &str, at: Timestamp) -> FactRecorded {
    FactRecorded { facts: Facts::default(), at, by: Actor::Feeder { name: text.to_owned() }, visit: None }
}

pub(crate) fn text_of(event: &Event) -> String {
    match event {
        Event::FactRecorded(FactRecorded { by: Actor::Feeder { name }, .. }) => name.clone(),
        Event::ParkedSettled(ParkedSettled { sequence, outcome, .. }) => {
            format!("settled {sequence} {outcome:?}")
        }
        Event::WorkQueued(WorkQueued { epoch, cause, .. }) => format!("queued {epoch} {}", cause.as_str()),
        other => other.what().to_owned(),
    }
}

/// Writes the notes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notes;

impl Store<Toy> for Notes {
    async fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, String)>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("insert into note (id, text) select * from unnest($1::text[], $2::text[])")
            .bind(rows.iter().map(|(subject, _)| subject.id.as_str()).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>())
            .execute(transaction)
            .await
            .map(drop)
    }
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

pub(crate) fn complaint(id: &str) -> SubjectRef {
    SubjectRef { organisation: organisation(), kind: SubjectKind::Complaint, id: id.into() }
}

pub(crate) fn command(key: &str, id: &str, act: &str) -> Command {
    Command {
        id: CommandId::new(key).unwrap(),
        subject: complaint(id),
        verb: "do".into(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: json!({ "do": act }),
    }
}

pub(crate) fn settle(key: &str, id: &str, verb: &str, parked: Uuid) -> Command {
    let body: Value = json!({ "id": parked, "reason": "看过了" });
    Command { verb: verb.into(), body, ..command(key, id, "") }
}

/// A message as it travels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// Another service that says facts, each chained to the one before it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    name: ServiceName,
    ends: HashMap<String, (u64, [u8; 32])>,
    said: BTreeMap<u64, ()>,
}

impl Source {
    pub(crate) fn new(name: ServiceName) -> Self {
        Self { name, ends: HashMap::new(), said: BTreeMap::new() }
    }
    pub(crate) fn says(&mut self, id: &str, text: &str) -> Message {
        let body = Event::from(fact(text, Timestamp::UNIX_EPOCH)).body().unwrap();
        self.says_raw(id, "fact.recorded", &body)
    }
    pub(crate) fn says_raw(&mut self, id: &str, what: &str, body: &[u8]) -> Message {
        self.says_version(id, (what, 1), body)
    }
    pub(crate) fn says_version(&mut self, id: &str, (what, version): (&str, u32), body: &[u8]) -> Message {
        let (sequence, previous_hash) = self.ends.get(id).copied().unwrap_or_default();
        let number = self.said.len() as u64;
        self.said.insert(number, ());
        let name = format!("{} {id} {number}", self.name);
        let envelope = Envelope {
            id: EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())),
            source: self.name,
            what: what.into(),
            version,
            subject: complaint(id),
            time: Timestamp::UNIX_EPOCH,
            sequence: sequence + 1,
            previous_hash,
            causation: "c".into(),
            correlation: "r".into(),
            traceparent: None,
        };
        self.ends.insert(id.into(), (sequence + 1, envelope.hash(body)));
        let headers = envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Message { headers, body: Bytes::copy_from_slice(body) }
    }
}
