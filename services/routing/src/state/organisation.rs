//! What holds for the whole organisation: which playbook is in force for whom, and the calendars.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::messages::calendar_published::CalendarPublished;
use contracts::messages::playbook_activated::PlaybookActivated;
use contracts::{CalendarId, Event, PlaybookId};
use jiff::Timestamp;
use playbook::InForce;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// Activations and calendars.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organisation {
    /// The playbooks that were, are and will be in force.
    pub activations: InForce,
    /// All published calendars, all versions: a clock keeps the one it runs on.
    pub calendars: BTreeMap<CalendarId, BTreeMap<u32, PublishedCalendar>>,
    /// The calendar of the organisation: the first that was published.
    pub calendar: Option<CalendarId>,
    /// When each report was last made, by `<playbook>:<report>`: the time it was due, so that none is made twice.
    #[serde(default)]
    pub reports: BTreeMap<String, Timestamp>,
    /// The versions of calendars that were applied to open cases.
    #[serde(default)]
    pub applied_calendars: BTreeMap<CalendarId, BTreeMap<u32, Applied>>,
    /// The versions of playbooks that were applied to open cases.
    #[serde(default)]
    pub applied_playbooks: BTreeMap<PlaybookId, BTreeMap<u32, Applied>>,
}

/// That a version was applied to open cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Who applied it.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A published calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCalendar {
    /// The whole document as JSON text.
    pub document: String,
    /// SHA-256 of that text, hexadecimal.
    pub sha256: String,
    /// When it was published.
    pub at: Timestamp,
}

impl Organisation {
    /// The newest version of a calendar.
    #[must_use]
    pub fn latest(&self, calendar: &CalendarId) -> Option<u32> {
        self.calendars.get(calendar)?.last_key_value().map(|(version, _)| *version)
    }

    /// What is in force once something is put into force.
    #[must_use]
    pub fn once_activated(&self, said: &PlaybookActivated, at: Timestamp) -> InForce {
        let mut after = self.activations.clone();
        after.put(said, at);
        after
    }

    /// Folds an event in; false when it is of no concern.
    pub(super) fn fold(&mut self, happened: &Happened<'_>) -> bool {
        if let Event::PlaybookActivated(said) = happened.event {
            self.activations.put(said, happened.time);
            return true;
        }
        if let Event::ActivationWithdrawn(said) = happened.event {
            self.activations.withdraw(said);
            return true;
        }
        if let Event::CalendarPublished(said) = happened.event {
            self.published(said, happened.time);
            return true;
        }
        if let Event::ReportDue(said) = happened.event {
            let key = crate::decide::report_due::key_of(&said.playbook.id, &said.report);
            self.reports.insert(key, said.due);
            return true;
        }
        let at = happened.time;
        if let Event::CalendarApplied(said) = happened.event {
            let applied = Applied { by: said.by.clone(), reason: said.reason.clone(), at };
            let versions = self.applied_calendars.entry(said.calendar.id.clone()).or_default();
            versions.insert(said.calendar.version, applied);
            return true;
        }
        if let Event::PlaybookApplied(said) = happened.event {
            let applied = Applied { by: said.by.clone(), reason: said.reason.clone(), at };
            let versions = self.applied_playbooks.entry(said.playbook.id.clone()).or_default();
            versions.insert(said.playbook.version, applied);
            return true;
        }
        false // nothing else is said about an organisation
    }

    fn published(&mut self, said: &CalendarPublished, at: Timestamp) {
        let document = said.document.to_string();
        let sha256 = hex::encode(sha2::Sha256::digest(document.as_bytes()));
        let published = PublishedCalendar { document, sha256, at };
        self.calendars.entry(said.calendar.clone()).or_default().insert(said.version, published);
        self.calendar.get_or_insert_with(|| said.calendar.clone());
    }
}
