//! What the shell works on: arrivals that were read, timers that ran out, held events to take up.

use std::sync::Arc;

use bytes::Bytes;
use contracts::commands::{Answer, Command};
use contracts::{
    Envelope, EnvelopeError, Event, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef,
};
use journal::{Hash, Headers};
use serde_json::Value;
use sha2::Digest as _;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

use super::arrival::{Acknowledge, Arrival, Delivered, Pending, Queued};
use crate::service::{Heard, Input};

/// A task with what it holds until it is done.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) task: Task,
    pub(crate) since: Instant,
    /// A commit whose outcome is not known may have carried it.
    pub(crate) in_doubt: bool,
    pub(crate) _pending: Pending,
    pub(crate) _room: Option<OwnedSemaphorePermit>,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// Hear an event.
    Hear {
        message: Arc<Message>,
        acknowledge: Acknowledge,
    },
    /// Park a message whose envelope cannot be read.
    SetAside {
        message: Unreadable,
        acknowledge: Acknowledge,
    },
    Obey {
        order: Order,
        answer: oneshot::Sender<Answer>,
    },
    /// Fire the timers of a subject that are due.
    Fire(SubjectRef),
    /// Take up held events whose predecessor has come.
    TakeUp {
        subject: SubjectRef,
        source: ServiceName,
    },
}

impl Task {
    /// The subject whose head has to be locked.
    pub(crate) fn subject(&self) -> Option<&SubjectRef> {
        match self {
            Self::Hear { message, .. } => Some(&message.envelope.subject),
            Self::SetAside { .. } => None,
            Self::Obey { order, .. } => Some(&order.command().subject),
            Self::Fire(subject) | Self::TakeUp { subject, .. } => Some(subject),
        }
    }
    /// The word for it in metrics.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Hear { .. } | Self::SetAside { .. } | Self::TakeUp { .. } => "event",
            Self::Obey { .. } => "command",
            Self::Fire(_) => "timer",
        }
    }
}

/// A message whose envelope was read.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) envelope: Envelope,
    /// What to decide on; a problem when no version of this program understands it.
    pub(crate) input: Result<Arc<Input>, Problem>,
    pub(crate) hash: Hash,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Message {
    pub(crate) fn read(headers: Headers, body: Bytes) -> Result<Self, Unreadable> {
        let headers: Headers = headers
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .filter(|(name, _)| name.starts_with("ce-") || name == "content-type")
            .collect();
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
        let envelope = match Envelope::read(header) {
            Ok(envelope) => envelope,
            Err(error) => return Err(Unreadable { headers, body, error }),
        };
        let hash = envelope.hash(&body);
        let input = match Event::read(&envelope.what, envelope.version, &body) {
            Ok(event) => {
                let heard = Heard { envelope: envelope.clone(), event };
                Ok(Arc::new(Input::Heard(Box::new(heard))))
            }
            Err(error) => {
                let problem = Problem::new(ProblemCode::UnsupportedType, error.to_string());
                Err(problem.at("").expected("an event of a type and version that this release knows"))
            }
        };
        Ok(Self { envelope, input, hash, headers, body })
    }

    /// The id under which it is parked.
    pub(crate) fn park_id(&self) -> Uuid {
        Uuid::new_v5(&self.envelope.id.0, &self.hash)
    }
}

/// A message whose envelope cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) error: EnvelopeError,
}

impl Unreadable {
    /// Where it is shown: the settings of the organisation that it seems to be of.
    pub(crate) fn subject(&self) -> Option<SubjectRef> {
        let named = self.headers.iter().find(|(name, _)| name == "ce-organisation");
        let known = named.and_then(|(_, value)| OrganisationId::new(value.as_str()).ok());
        known.or_else(|| OrganisationId::new("unknown").ok()).map(|id| SubjectRef::organisation(&id))
    }
    /// The id under which it is parked.
    pub(crate) fn park_id(&self) -> Uuid {
        let mut hasher = sha2::Sha256::new();
        for (name, value) in &self.headers {
            hasher.update(format!("{name}:{value}\n").as_bytes());
        }
        hasher.update(&self.body);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, &hasher.finalize())
    }
}

/// A command with the hash of what it orders.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) input: Arc<Input>,
    pub(crate) hash: Hash,
}

impl Order {
    pub(crate) fn new(command: Box<Command>) -> Self {
        Self { hash: hash_of(&command), input: Arc::new(Input::Command(command)) }
    }
    pub(crate) fn command(&self) -> &Command {
        match &*self.input {
            Input::Command(command) => command,
            Input::Heard(_) | Input::Due(_) => unreachable!("an order is made from a command only"),
        }
    }
}

impl Waiting {
    pub(crate) fn read(Queued { arrival, since, pending, room }: Queued) -> Self {
        let task = match arrival {
            Arrival::Event(Delivered { headers, body, acknowledge }) => match Message::read(headers, body) {
                Ok(message) => Task::Hear { message: Arc::new(message), acknowledge },
                Err(message) => Task::SetAside { message, acknowledge },
            },
            Arrival::Command { command, answer } => Task::Obey { order: Order::new(command), answer },
        };
        Self { task, since, in_doubt: false, _pending: pending, _room: room }
    }
}

/// What a command orders: verb, subject, actor and body. Keys in any order give the same hash.
fn hash_of(command: &Command) -> Hash {
    let mut text = format!("{}\n{}\n{:?}\n", command.verb, command.subject, command.actor.plain());
    canonical(&command.body, &mut text);
    sha2::Sha256::digest(text.as_bytes()).into()
}

fn canonical(value: &Value, text: &mut String) {
    use std::fmt::Write as _;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(text, "{value}");
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.iter().collect();
            names.sort_unstable_by_key(|(name, _)| name.as_str());
            text.push('{');
            for (name, field) in names {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(field, text);
                text.push(',');
            }
            text.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn the_order_of_keys_does_not_matter_and_everything_else_does() {
        let text = |json: &str| {
            let mut text = String::new();
            canonical(&serde_json::from_str(json).unwrap(), &mut text);
            text
        };
        assert_eq!(text(r#"{"a":1,"b":[1,{"c":"“"}]}"#), text(r#"{"b":[1,{"c":"“"}],"a":1}"#));
        assert_ne!(text(r#"{"a":"1"}"#), text(r#"{"a":1}"#));
        assert_ne!(text(r#"["a,","b"]"#), text(r#"["a",",b"]"#));
    }
}
