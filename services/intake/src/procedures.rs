//! Playbooks and calendars made ready once and shared: what a document means does not change with the reader.
//!
//! The cache is invisible to decisions: the same document gives the same playbook, cached or not.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use calendar::Calendar;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{OrganisationId, Problem, ProblemCode, SubjectRef};
use playbook::CompiledPlaybook;
use runtime::service::Context;
use serde_json::Value;

use crate::state::{Organisation, State};

/// How many playbooks, and how many calendars, are kept ready; beyond it the cache begins anew.
const KEPT: usize = 512;

/// What is ready.
#[derive(Debug, Default)]
pub(crate) struct Procedures {
    playbooks: RwLock<HashMap<(OrganisationId, PlaybookRef), Arc<CompiledPlaybook>>>,
    calendars: RwLock<HashMap<(OrganisationId, String, u32), Arc<Calendar>>>,
}

impl Procedures {
    /// The playbook at this version, compiled.
    ///
    /// # Errors
    /// `unknown-playbook` when no such version was published, `unavailable` when its activation was heard before
    /// its document, `broken-playbook` when the document is not one that this program reads.
    pub(crate) fn playbook(
        &self,
        context: &Context<'_, State>,
        wanted: &PlaybookRef,
    ) -> Result<Arc<CompiledPlaybook>, Problem> {
        let subject = SubjectRef::playbook(context.organisation(), &wanted.id);
        let state = context.peek(&subject);
        let document = state
            .as_deref()
            .and_then(State::playbook)
            .and_then(|known| known.versions.get(&wanted.version))
            .ok_or_else(|| {
                let detail = format!(
                    "the document of playbook {} version {} has not arrived yet",
                    wanted.id, wanted.version
                );
                Problem::new(ProblemCode::Unavailable, detail).at("/playbook")
            })?;
        self.ready(context.organisation(), wanted, document)
    }

    /// The playbook that a document is, compiled.
    ///
    /// # Errors
    /// `broken-playbook` when it is not one that this program reads.
    pub(crate) fn ready(
        &self,
        organisation: &OrganisationId,
        wanted: &PlaybookRef,
        document: &Value,
    ) -> Result<Arc<CompiledPlaybook>, Problem> {
        let key = (organisation.clone(), wanted.clone());
        if let Some(known) = self.playbooks.read().ok().and_then(|kept| kept.get(&key).cloned()) {
            return Ok(known);
        }
        let compiled = Arc::new(compile(document)?);
        if let Ok(mut kept) = self.playbooks.write() {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&compiled));
        }
        Ok(compiled)
    }

    /// The organisation's own calendar, by the rule of routing, which starts clocks on it: the first it published, at
    /// its newest version; plain weekdays before that.
    pub(crate) fn calendar(&self, context: &Context<'_, State>) -> Arc<Calendar> {
        let state = context.peek(&SubjectRef::organisation(context.organisation()));
        self.calendar_of(context.organisation(), state.as_deref().and_then(State::organisation))
    }

    /// The same, of what is known of the organisation.
    pub(crate) fn calendar_of(
        &self,
        organisation: &OrganisationId,
        known: Option<&Organisation>,
    ) -> Arc<Calendar> {
        let Some(published) = known.and_then(|known| known.calendars.first()) else {
            return Calendar::plain_weekdays();
        };
        let key = (organisation.clone(), published.id.to_string(), published.version);
        if let Some(known) = self.calendars.read().ok().and_then(|kept| kept.get(&key).cloned()) {
            return known;
        }
        let Ok(ready) = Calendar::try_from(published.spec.clone()) else { return Calendar::plain_weekdays() };
        let ready = Arc::new(ready);
        if let Ok(mut kept) = self.calendars.write() {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&ready));
        }
        ready
    }
}

/// Reads and compiles a playbook's document.
///
/// # Errors
/// `broken-playbook`.
fn compile(document: &Value) -> Result<CompiledPlaybook, Problem> {
    let broken = |detail: String| Problem::new(ProblemCode::BrokenPlaybook, detail);
    let playbook = serde_json::from_value::<playbook::Playbook>(document.clone())
        .map_err(|error| broken(format!("the document is not a playbook: {error}")))?;
    CompiledPlaybook::new(playbook).map_err(|findings| {
        let first = findings.first().map_or_else(String::new, |finding| format!(": {finding:?}"));
        broken(format!("{} rules of the playbook do not compile{first}", findings.len()))
    })
}
