//! Typed identifiers: mixing two kinds does not compile.
//!
//! Keys that people choose (organisation, department, person, playbook …) are *slugs*: 1–64 ASCII lower-case
//! letters, digits, `_`, `-` or `.`, beginning with a letter or digit. Everything that the system makes is a UUID:
//! events are UUIDv7 (time-ordered); whatever a decision makes is *derived* (UUIDv5) from the input that caused
//! it, so that deciding the same input again makes the same ids.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A key that is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{given}” is not a key: expected 1 to 64 of a-z, 0-9, '_', '-', '.', beginning with a letter or digit"
)]
pub struct NotASlug {
    /// What was given.
    pub given: String,
}

/// What a slug looks like, as JSON Schemas say it.
const SLUG_PATTERN: &str = "^[a-z0-9][a-z0-9_.-]{0,63}$";

fn parse_slug(given: &str) -> Result<(), NotASlug> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    let first = given.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if first && given.len() <= 64 && given.bytes().all(allowed) {
        Ok(())
    } else {
        Err(NotASlug { given: given.chars().take(80).collect() })
    }
}

macro_rules! slug_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);
        impl $name {
            /// Parses a slug.
            ///
            /// # Errors
            /// [`NotASlug`] when the text is not one.
            pub fn new(text: impl Into<String>) -> Result<Self, NotASlug> {
                let text = text.into();
                parse_slug(&text)?;
                Ok(Self(text))
            }
            /// The key as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": SLUG_PATTERN })
            }
        }
        impl TryFrom<String> for $name {
            type Error = NotASlug;
            fn try_from(text: String) -> Result<Self, NotASlug> {
                Self::new(text)
            }
        }
        impl std::str::FromStr for $name {
            type Err = NotASlug;
            fn from_str(text: &str) -> Result<Self, NotASlug> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl $name {
            /// The id that `cause` makes under `label`: the same cause and label give the same id.
            #[must_use]
            pub fn derived(cause: Uuid, label: &str) -> Self {
                Self(Uuid::new_v5(&cause, label.as_bytes()))
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

slug_id! {
    /// An organisation: the owner of zone, calendars, numbering, people and keys.
    OrganisationId,
    /// A department, store or other unit of an organisation.
    DepartmentId,
    /// A person of the organisation (staff).
    PersonId,
    /// A role that people hold and playbooks name, such as `handler` or `leader`.
    RoleKey,
    /// A playbook, such as `p03`.
    PlaybookId,
    /// A stage of a playbook.
    StageKey,
    /// A clock of a playbook.
    ClockKey,
    /// A category of complaints.
    CategoryKey,
    /// A channel, such as `phone`.
    ChannelKey,
    /// An outcome of a stage, such as `substantiated`.
    OutcomeKey,
    /// A message template of a playbook.
    TemplateKey,
    /// A form of a playbook.
    FormKey,
    /// A ledger of a playbook.
    LedgerKey,
    /// A working calendar.
    CalendarId,
    /// A shift of the directory, such as `night`.
    ShiftKey,
}

uuid_id! {
    /// A complaint, for life.
    ComplaintId,
    /// A complainant: the person whose contact data intake holds.
    ComplainantId,
    /// One visit to one stage; new at every entry.
    VisitId,
    /// A piece of human work that a service asked routing to give to a person.
    WorkId,
    /// A remedy proposal; its versions are counted.
    ProposalId,
    /// A corrective, preventive or training measure of a plan.
    MeasureId,
    /// An approval round over one version of a proposal.
    RoundId,
    /// A message to the customer or to staff.
    NoticeId,
    /// A text kept in the service that took it.
    WordId,
    /// A stored file.
    FileId,
    /// An entry of the shift-handover log.
    HandoverId,
    /// A started clock.
    ClockId,
    /// The CloudEvents id of an event.
    EventId,
}

impl EventId {
    /// A UUIDv7 of `time` whose other bits are `random`.
    #[must_use]
    pub fn at(time: jiff::Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(time.as_millisecond()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

/// The idempotency key of a command (HTTP `Idempotency-Key`): 1–128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct CommandId(String);

impl CommandId {
    /// Parses a key.
    ///
    /// # Errors
    /// The text itself when it is empty, over 128 characters, or has a character that is not visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if fits { Ok(Self(text)) } else { Err(text) }
    }
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// A UUID standing for this key in `organisation`: the root that ids made by the command derive from.
    #[must_use]
    pub fn root(&self, organisation: &OrganisationId) -> Uuid {
        let name = format!("urn:redress:command:{organisation}:{}", self.0);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

impl TryFrom<String> for CommandId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::new(text).map_err(|_| "expected 1 to 128 visible ASCII characters".to_owned())
    }
}

impl From<CommandId> for String {
    fn from(id: CommandId) -> String {
        id.0
    }
}

impl std::fmt::Display for CommandId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_ascii_and_short() {
        assert!(OrganisationId::new("hua-run.3").is_ok());
        for bad in ["", "Upper", "-x", "有", "a b", &"x".repeat(65)] {
            assert!(OrganisationId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn derived_ids_repeat_and_differ_by_label() {
        let cause = Uuid::from_u128(7);
        assert_eq!(VisitId::derived(cause, "a"), VisitId::derived(cause, "a"));
        assert_ne!(VisitId::derived(cause, "a"), VisitId::derived(cause, "b"));
    }

    #[test]
    fn event_ids_sort_by_time() {
        let early = EventId::at(jiff::Timestamp::from_second(10).unwrap(), [255; 10]);
        let late = EventId::at(jiff::Timestamp::from_second(11).unwrap(), [0; 10]);
        assert!(early < late);
        assert_eq!(early.0.get_version_num(), 7);
    }
}
