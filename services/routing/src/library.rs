//! Playbooks and calendars, read once and kept: pure memoisation, keyed by what they say.
//!
//! The state keeps documents as text; a batch of hundreds of cases would otherwise compile the same rules hundreds
//! of times. The key has the checksum of the document, so that nothing stale can ever be found.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use calendar::Calendar;
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{CalendarId, Problem, ProblemCode, SubjectRef};
use playbook::{CompiledPlaybook, Finding, Playbook};
use runtime::service::Context;
use sha2::{Digest as _, Sha256};

use crate::state::{Organisation, Playbooks, State};

/// More documents than this in use at once and the whole memory is begun anew.
const KEPT: usize = 256;

/// Documents that were read before.
#[derive(Debug, Default)]
pub struct Library {
    playbooks: Mutex<HashMap<String, Arc<CompiledPlaybook>>>,
    texts: Mutex<HashMap<String, Arc<CompiledPlaybook>>>,
    calendars: Mutex<HashMap<String, Arc<Calendar>>>,
}

impl Library {
    /// A playbook as somebody wrote it, with its checksum. Checking one costs much more than publishing it, and several
    /// organisations may publish the same text.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn checked(&self, text: &str) -> Result<(Arc<CompiledPlaybook>, String), Vec<Finding>> {
        let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
        let compiled = remember(&self.texts, sha256.clone(), || playbook::load(text))?;
        Ok((compiled, sha256))
    }

    /// The playbook that a case follows.
    ///
    /// # Errors
    /// `unknown-playbook` when that version was never published here.
    pub fn playbook(
        &self,
        context: &Context<'_, State>,
        wanted: &PlaybookRef,
    ) -> Result<Arc<CompiledPlaybook>, Problem> {
        let state = context.peek(&SubjectRef::playbook(context.organisation(), &wanted.id));
        self.of_versions(state.as_ref().and_then(|state| state.playbook()), wanted)
    }

    /// A version of a playbook.
    ///
    /// # Errors
    /// `unknown-playbook` when that version is not among them.
    pub fn of_versions(
        &self,
        versions: Option<&Playbooks>,
        wanted: &PlaybookRef,
    ) -> Result<Arc<CompiledPlaybook>, Problem> {
        let published = versions.and_then(|all| all.versions.get(&wanted.version)).ok_or_else(|| {
            let detail = format!("{} has no published version {}", wanted.id, wanted.version);
            Problem::new(ProblemCode::UnknownPlaybook, detail)
                .at("/playbook")
                .expected("a version that was published")
        })?;
        let key = format!("{}@{}#{}", wanted.id, wanted.version, published.sha256);
        remember(&self.playbooks, key, || read_playbook(&published.document))
    }

    /// A calendar at the version that a clock runs on.
    ///
    /// # Errors
    /// `not-found` when it was never published here.
    pub fn calendar(
        &self,
        organisation: Option<&Organisation>,
        wanted: &CalendarRef,
    ) -> Result<Arc<Calendar>, Problem> {
        if is_built_in(wanted) {
            return Ok(Calendar::plain_weekdays());
        }
        let versions = organisation.and_then(|all| all.calendars.get(&wanted.id));
        let published = versions.and_then(|all| all.get(&wanted.version)).ok_or_else(|| {
            let detail = format!("{} has no published version {}", wanted.id, wanted.version);
            Problem::new(ProblemCode::NotFound, detail)
        })?;
        let key = format!("{}@{}#{}", wanted.id, wanted.version, published.sha256);
        remember(&self.calendars, key, || {
            serde_json::from_str(&published.document).map_err(|error| broken(&error))
        })
    }
}

/// The calendar that a clock starts on: the one it names, else that of the organisation, else plain weekdays.
#[must_use]
pub fn calendar_for(organisation: Option<&Organisation>, named: Option<&CalendarId>) -> CalendarRef {
    let known = |id: &CalendarId| {
        let version = organisation?.latest(id)?;
        Some(CalendarRef { id: id.clone(), version })
    };
    named
        .and_then(known)
        .or_else(|| organisation.and_then(|all| all.calendar.as_ref()).and_then(known))
        .unwrap_or_else(built_in)
}

/// Whether a clock runs on the built-in calendar.
#[must_use]
pub(crate) fn is_built_in(calendar: &CalendarRef) -> bool {
    calendar.version == BUILT_IN_VERSION
}

/// The version that stands for the built-in calendar.
const BUILT_IN_VERSION: u32 = 0;

/// Monday to Friday without hours or holidays in Asia/Shanghai: what counts until a calendar is published.
fn built_in() -> CalendarRef {
    let id = CalendarId::new("plain-weekdays").expect("a literal that is a key");
    CalendarRef { id, version: BUILT_IN_VERSION }
}

fn read_playbook(document: &str) -> Result<CompiledPlaybook, Problem> {
    let playbook: Playbook = serde_json::from_str(document).map_err(|error| broken(&error))?;
    CompiledPlaybook::new(playbook).map_err(|findings| {
        let detail = findings.first().map_or_else(String::new, ToString::to_string);
        Problem::new(ProblemCode::BrokenPlaybook, detail)
    })
}

fn broken(error: &serde_json::Error) -> Problem {
    Problem::new(ProblemCode::Internal, format!("a published document cannot be read: {error}"))
}

fn remember<T, E>(
    memory: &Mutex<HashMap<String, Arc<T>>>,
    key: String,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<Arc<T>, E> {
    if let Some(known) = memory.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(known));
    }
    let fresh = Arc::new(read()?);
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() >= KEPT {
        memory.clear();
    }
    memory.insert(key, Arc::clone(&fresh));
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_runs_on_the_calendar_it_names_else_on_that_of_the_organisation_else_on_plain_weekdays() {
        let id = |text: &str| CalendarId::new(text).unwrap();
        assert_eq!(calendar_for(None, Some(&id("ours"))), built_in());
        let published = |version: u32| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            (version, crate::state::PublishedCalendar { document: "{}".into(), sha256: "0".into(), at })
        };
        let calendars =
            [(id("ours"), [published(1), published(2)].into()), (id("theirs"), [published(1)].into())];
        let organisation = Organisation {
            calendars: calendars.into(),
            calendar: Some(id("theirs")),
            ..Organisation::default()
        };
        let chosen = |named: Option<&str>| calendar_for(Some(&organisation), named.map(id).as_ref());
        assert_eq!(chosen(Some("ours")), CalendarRef { id: id("ours"), version: 2 });
        assert_eq!(chosen(None), CalendarRef { id: id("theirs"), version: 1 });
        assert_eq!(Library::default().calendar(None, &built_in()).unwrap().id(), "plain-weekdays");
    }
}
