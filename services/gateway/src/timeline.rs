//! What all services said about one subject, read from their journals: the timeline, and what an event stream resumes
//! from.

use std::collections::BTreeMap;

use contracts::{Envelope, ServiceName, SubjectRef, queries};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Refusal;

/// The services that say events.
pub const SPEAKERS: [ServiceName; 5] = [
    ServiceName::Intake,
    ServiceName::Routing,
    ServiceName::Investigation,
    ServiceName::Approval,
    ServiceName::Notification,
];

/// The most events of one subject that are shown; a case has some dozens.
const MOST: usize = 20_000;

/// How far somebody has seen what was said: the last sequence of each service.
pub type Positions = BTreeMap<ServiceName, u64>;

/// An event as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Who said it.
    pub source: ServiceName,
    /// What, such as `stage.entered`.
    pub what: String,
    /// When, in business time.
    pub time: jiff::Timestamp,
    /// Its position among those of its source.
    pub sequence: u64,
    /// What caused it.
    pub causation: String,
    /// What it says: references and keys, never words and contact data.
    pub body: Value,
}

impl Shown {
    /// As it is shown; `None` for a body that is not JSON, which no service publishes.
    #[must_use]
    pub fn of(envelope: &Envelope, body: &[u8]) -> Option<Self> {
        Some(Self {
            id: envelope.id.to_string(),
            source: envelope.source,
            what: envelope.what.clone(),
            time: envelope.time,
            sequence: envelope.sequence,
            causation: envelope.causation.clone(),
            body: serde_json::from_slice(body).ok()?,
        })
    }
}

#[derive(Deserialize)]
struct Page {
    events: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    sequence: u64,
    headers: Vec<(String, String)>,
    body: String,
}

impl Line {
    fn shown(&self) -> Option<Shown> {
        let header =
            |name: &str| self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let envelope = Envelope::read(header).ok()?;
        Shown::of(&envelope, self.body.as_bytes())
    }
}

/// Everything said about `subject` after `positions`, by time.
///
/// # Errors
/// When one of the services cannot be asked: a timeline with holes would be a wrong one.
pub async fn read(app: &App, subject: &SubjectRef, positions: &Positions) -> Result<Vec<Shown>, Refusal> {
    let asked = SPEAKERS.map(|service| {
        let after = positions.get(&service).copied().unwrap_or(0);
        said_by(app, service, subject, after)
    });
    let mut events: Vec<Shown> = try_join_all(asked).await?.into_iter().flatten().collect();
    events.sort_by_key(|event| (event.time, event.source, event.sequence));
    Ok(events)
}

async fn said_by(
    app: &App,
    service: ServiceName,
    subject: &SubjectRef,
    mut after: u64,
) -> Result<Vec<Shown>, Refusal> {
    let mut events = Vec::new();
    loop {
        let ask = json!({ "subject": subject, "after": after });
        let answer = app.upstream.ask_machine(service, queries::JOURNAL, &ask).await?;
        let page: Page = serde_json::from_value(answer).map_err(|error| Refusal::defect(&error))?;
        let Some(last) = page.events.last() else { return Ok(events) };
        after = last.sequence;
        events.extend(page.events.iter().filter_map(Line::shown));
        if events.len() >= MOST {
            return Ok(events);
        }
    }
}

/// Positions as the id of an event in an event stream.
#[must_use]
pub fn write_positions(positions: &Positions) -> String {
    let parts: Vec<_> = positions.iter().map(|(service, sequence)| format!("{service}-{sequence}")).collect();
    parts.join(".")
}

/// Reads `Last-Event-ID`.
#[must_use]
pub fn read_positions(text: &str) -> Option<Positions> {
    let read = |part: &str| {
        let (service, sequence) = part.split_once('-')?;
        Some((service.parse().ok()?, sequence.parse().ok()?))
    };
    text.split('.').filter(|part| !part.is_empty()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_read_back() {
        let positions = Positions::from([(ServiceName::Intake, 3), (ServiceName::Routing, 12)]);
        assert_eq!(read_positions(&write_positions(&positions)), Some(positions));
        assert_eq!(read_positions(""), Some(Positions::new()));
        assert_eq!(read_positions("intake"), None);
        assert_eq!(read_positions("nobody-1"), None);
    }
}
