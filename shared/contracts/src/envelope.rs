//! The envelope of every event: CloudEvents 1.0, binary mode, in NATS headers (`ce-…`), the body beside it.
//!
//! Readable without the body. Extensions: `sequence` (per source and subject, from 1, no gaps), `previoushash`
//! (SHA-256 of the event before it of that subject, so that a source restored to a different past is noticed),
//! `organisation`, `causationid`, `correlationid`, and `traceparent` (W3C).

use jiff::Timestamp;
use sha2::Digest as _;

use crate::ids::{EventId, OrganisationId};
use crate::service::ServiceName;
use crate::subject::SubjectRef;

/// Everything about an event but its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// CloudEvents `id`: a UUIDv7; `Nats-Msg-Id` is made from it.
    pub id: EventId,
    /// CloudEvents `source`: `/redress/<service>`.
    pub source: ServiceName,
    /// The event's name within its source, such as `stage.entered`; `type` = `redress.<service>.<what>.v<version>`.
    pub what: String,
    /// The version of its body.
    pub version: u32,
    /// CloudEvents `subject`: `kind/id`, with the extension `organisation`.
    pub subject: SubjectRef,
    /// CloudEvents `time`: business time of the decision.
    pub time: Timestamp,
    /// Position among the events of this source about this subject, from 1.
    pub sequence: u64,
    /// SHA-256 of the event before it of this subject; zeros for the first.
    pub previous_hash: [u8; 32],
    /// The id of the input that caused it.
    pub causation: String,
    /// The id of the first input of the chain: follow one complaint by it.
    pub correlation: String,
    /// W3C trace context, when a trace was recorded.
    pub traceparent: Option<String>,
}

/// A header that is missing or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header {header} is missing or malformed: {found:?}")]
pub struct EnvelopeError {
    /// Which header.
    pub header: &'static str,
    /// What stood there.
    pub found: Option<String>,
}

/// The media type of every body.
pub const CONTENT_TYPE: &str = "application/json";

impl Envelope {
    /// The CloudEvents `type`.
    #[must_use]
    pub fn type_attribute(&self) -> String {
        format!("redress.{}.{}.v{}", self.source, self.what, self.version)
    }

    /// The headers in binary mode, in a fixed order. `Nats-Msg-Id` is the relay's to add.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", self.id.to_string()),
            ("ce-source", format!("/redress/{}", self.source)),
            ("ce-type", self.type_attribute()),
            ("ce-subject", self.subject.attribute()),
            ("ce-time", self.time.to_string()),
            ("ce-organisation", self.subject.organisation.to_string()),
            ("ce-sequence", self.sequence.to_string()),
            ("ce-previoushash", hex::encode(self.previous_hash)),
            ("ce-causationid", self.causation.clone()),
            ("ce-correlationid", self.correlation.clone()),
            ("content-type", CONTENT_TYPE.to_owned()),
        ];
        if let Some(traceparent) = &self.traceparent {
            headers.push(("ce-traceparent", traceparent.clone()));
        }
        headers
    }

    /// Reads an envelope through `header`, which looks a header up by name.
    ///
    /// # Errors
    /// [`EnvelopeError`] naming the first header that is missing or malformed.
    pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<Self, EnvelopeError> {
        fn parse<T>(
            name: &'static str,
            found: Option<&str>,
            read: impl Fn(&str) -> Option<T>,
        ) -> Result<T, EnvelopeError> {
            let error =
                || EnvelopeError { header: name, found: found.map(|text| text.chars().take(120).collect()) };
            found.and_then(read).ok_or_else(error)
        }
        let get = |name: &'static str| header(name);
        parse("ce-specversion", get("ce-specversion"), |text| (text == "1.0").then_some(()))?;
        let organisation =
            parse("ce-organisation", get("ce-organisation"), |text| OrganisationId::new(text).ok())?;
        let (source, what, version) = parse("ce-type", get("ce-type"), parse_type)?;
        Ok(Self {
            id: parse("ce-id", get("ce-id"), |text| text.parse().ok())?,
            source,
            what,
            version,
            subject: parse("ce-subject", get("ce-subject"), |text| {
                SubjectRef::from_attribute(organisation.clone(), text)
            })?,
            time: parse("ce-time", get("ce-time"), |text| text.parse().ok())?,
            sequence: parse("ce-sequence", get("ce-sequence"), |text| text.parse().ok().filter(|n| *n > 0))?,
            previous_hash: parse("ce-previoushash", get("ce-previoushash"), |text| {
                hex::decode(text).ok()?.try_into().ok()
            })?,
            causation: parse("ce-causationid", get("ce-causationid"), |text| Some(text.to_owned()))?,
            correlation: parse("ce-correlationid", get("ce-correlationid"), |text| Some(text.to_owned()))?,
            traceparent: header("ce-traceparent").map(str::to_owned),
        })
    }

    /// The hash of this event with its exact `body`: what the next one carries as `previoushash`.
    ///
    /// The trace context is left out: it describes one run, not what was said.
    #[must_use]
    pub fn hash(&self, body: &[u8]) -> [u8; 32] {
        let mut hasher = sha2::Sha256::new();
        for (name, value) in self.headers() {
            if name != "ce-traceparent" {
                hasher.update(name.as_bytes());
                hasher.update(b":");
                hasher.update(value.as_bytes());
                hasher.update(b"\n");
            }
        }
        hasher.update(b"\n");
        hasher.update(body);
        hasher.finalize().into()
    }
}

fn parse_type(text: &str) -> Option<(ServiceName, String, u32)> {
    let rest = text.strip_prefix("redress.")?;
    let (service, rest) = rest.split_once('.')?;
    let (what, version) = rest.rsplit_once(".v")?;
    let version = version.parse().ok().filter(|v| *v > 0)?;
    (!what.is_empty()).then_some((service.parse().ok()?, what.to_owned(), version))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::subject::SubjectKind;

    pub(crate) fn sample() -> Envelope {
        Envelope {
            id: "0195702c-7b80-7000-8000-000000000001".parse().unwrap(),
            source: ServiceName::Routing,
            what: "stage.entered".into(),
            version: 1,
            subject: SubjectRef {
                organisation: OrganisationId::new("huarun").unwrap(),
                kind: SubjectKind::Complaint,
                id: "0195702c-7b80-7000-8000-000000000002".into(),
            },
            time: "2025-03-07T02:00:00Z".parse().unwrap(),
            sequence: 3,
            previous_hash: [7; 32],
            causation: "c".into(),
            correlation: "r".into(),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        }
    }

    fn read_back(headers: &[(&'static str, String)]) -> Result<Envelope, EnvelopeError> {
        Envelope::read(|name| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str()))
    }

    #[test]
    fn headers_read_back() {
        let envelope = sample();
        assert_eq!(read_back(&envelope.headers()).unwrap(), envelope);
    }

    #[test]
    fn each_required_header_is_missed_by_name() {
        let envelope = sample();
        for (missing, _) in envelope.headers() {
            if matches!(missing, "ce-traceparent" | "content-type" | "ce-source") {
                continue; // optional, or carried by the type as well
            }
            let headers: Vec<_> =
                envelope.headers().into_iter().filter(|(name, _)| *name != missing).collect();
            assert_eq!(read_back(&headers).unwrap_err().header, missing);
        }
    }

    #[test]
    fn the_hash_covers_header_and_body_but_not_the_trace() {
        let envelope = sample();
        let traceless = Envelope { traceparent: None, ..envelope.clone() };
        assert_eq!(envelope.hash(b"{}"), traceless.hash(b"{}"));
        assert_ne!(envelope.hash(b"{}"), envelope.hash(b"{ }"));
        let later = Envelope { sequence: 4, ..envelope.clone() };
        assert_ne!(envelope.hash(b"{}"), later.hash(b"{}"));
    }
}
