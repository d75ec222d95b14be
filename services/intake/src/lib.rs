//! Intake: puts complaints on record.
//!
//! ```text
//!  complaint.register ─┐                              ┌─▶ complaint.registered   number, facts, repeats
//!  file.begin/chunk/…  ├─▶ decide ─▶ one transaction ─┼─▶ file.added
//!  fact.record         │                              ├─▶ fact.recorded
//!  clarify             │                              ├─▶ claim.clarified, stage.completed
//!  person.erase ───────┘                              └─▶ person.erased
//!  routing: playbook.published/activated, calendar.published, directory.changed, stage.entered, case.closed
//!                        └─▶ what registering needs to know, how far a complaint has come
//!  routing: stage.entered/changed/withdrawn of a `clarify`, work.assigned/queued ─▶ work.requested/withdrawn
//! ```
//!
//! | input | subject | decided in | says |
//! |---|---|---|---|
//! | a submission on `redress.submit.<channel>` | complaint | `submissions.rs`, then as `complaint.register` | as that |
//! | `complaint.register` | complaint | `decide/register.rs` | `complaint.registered` |
//! | `file.begin`, `file.chunk` | complaint | `decide/file.rs` | nothing |
//! | `file.finish` | complaint | `decide/file.rs` | `file.added` |
//! | an upload's timer | complaint | `decide/file.rs` | nothing; the pieces go |
//! | `fact.record` | complaint | `decide/fact.rs` | `fact.recorded` |
//! | `clarify` | complaint | `decide/clarify.rs` | `claim.clarified`, `fact.recorded`, `stage.completed` |
//! | visits to a `clarify` and their work | complaint | `decide/clarify/visits.rs` | `work.requested`, `work.withdrawn`, `act.late` |
//! | `person.erase` | person | `decide/erase.rs` | `person.erased` |
//! | anything else of routing | its own | `decide/heard.rs` | nothing; `state.rs` keeps what is needed |
//!
//! Contact data live here alone, sealed field by field. Registering passes the stage kind `register`;
//! `clarify` is served here too, because what is missing is what intake asks.

pub mod config;
mod decide;
pub mod import;
mod procedures;
pub mod queries;
pub mod rows;
pub mod state;
pub mod store;
pub mod submissions;

use std::sync::Arc;

use contracts::commands::Verb as _;
use contracts::commands::intake::{
    BeginFile, Clarify, ErasePerson, FileChunk, FinishFile, RecordFacts, RegisterComplaint,
};
use contracts::{ComplaintId, OrganisationId, Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};
use vault::KeyRing;

pub use config::{ConfigError, IntakeConfig};
pub use queries::Queries;
pub use rows::Row;
pub use state::State;
pub use store::IntakeStore;
pub use submissions::Submissions;

use procedures::Procedures;

/// The pure core of intake.
#[derive(Debug, Clone)]
pub struct Intake {
    config: IntakeConfig,
    keys: Arc<KeyRing>,
    procedures: Arc<Procedures>,
}

impl Intake {
    /// Intake with its configuration and keys. Of the keys, decisions use the blind indexes and tracking codes, which
    /// are functions of their arguments; sealing is for the store.
    ///
    /// # Errors
    /// Every [`ConfigError`].
    pub fn new(config: IntakeConfig, keys: Arc<KeyRing>) -> Result<Self, Vec<ConfigError>> {
        config.check()?;
        Ok(Self { config, keys, procedures: Arc::default() })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &IntakeConfig {
        &self.config
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    pub(crate) fn procedures(&self) -> &Procedures {
        &self.procedures
    }

    /// The code with which the customer asks for progress. It is computed, never stored.
    #[must_use]
    pub fn tracking_code(
        &self,
        organisation: &OrganisationId,
        number: &str,
        complaint: ComplaintId,
    ) -> String {
        self.keys.tracking_code(organisation.as_str(), number, complaint.0.as_bytes())
    }
}

/// Intake as the runtime runs it: its core, store, migrations, queries, and the inlet for submissions.
///
/// # Errors
/// Every [`ConfigError`].
pub fn definition(
    config: IntakeConfig,
    keys: Arc<KeyRing>,
) -> Result<Definition<Intake, IntakeStore, Queries>, Vec<ConfigError>> {
    let intake = Intake::new(config, Arc::clone(&keys))?;
    let (asked, store) = (Arc::new(intake.clone()), IntakeStore::new(keys));
    let description = "Puts complaints on record, numbers them, keeps who complains and how to reach them.";
    let definition =
        Definition::new(intake, store, &store::MIGRATIONS, env!("CARGO_PKG_VERSION"), description);
    let definition =
        definition.with_queries(|around| Queries::new(around.pool.clone(), asked, Arc::clone(&around.clock)));
    Ok(definition.with_background("submissions", |around| async move {
        Submissions::new(&around).run(around.until.clone()).await;
        Ok(())
    }))
}

impl Service for Intake {
    type State = State;
    type Row = Row;

    fn name(&self) -> ServiceName {
        ServiceName::Intake
    }

    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Routing]
    }

    fn verbs(&self) -> Vec<&'static str> {
        vec![
            RegisterComplaint::VERB,
            BeginFile::VERB,
            FileChunk::VERB,
            FinishFile::VERB,
            RecordFacts::VERB,
            Clarify::VERB,
            ErasePerson::VERB,
        ]
    }

    fn says(&self) -> &'static [&'static str] {
        &[
            "act.late",
            "claim.clarified",
            "complaint.registered",
            "fact.recorded",
            "file.added",
            "person.erased",
            "stage.completed",
            "work.requested",
            "work.withdrawn",
        ]
    }

    fn heeds(&self) -> Heeds {
        Heeds::These(&[
            "activation.withdrawn",
            "calendar.published",
            "case.closed",
            "directory.changed",
            "fact.recorded",
            "playbook.activated",
            "playbook.published",
            "stage.entered",
            "stage.changed",
            "stage.withdrawn",
            "work.assigned",
            "work.queued",
        ])
    }

    fn decide(
        &self,
        context: &Context<'_, State>,
        state: &State,
        input: &Input,
    ) -> Result<Decision<Row>, Problem> {
        decide::decide(self, context, state, input)
    }

    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state::evolve(state, happened);
    }
}
