//! Read-only answers for the gateway (`contracts::queries::routing`).

mod lists;

use std::sync::Arc;

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::routing::{self as names, CaseAsked, PlaybookAsked, PlaybookListed, PlaybookVersion};
use contracts::{ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, Text};
use playbook::CompiledPlaybook;
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgPool;
use vault::KeyRing;

use crate::library::Library;
use crate::state::{Case, Closing, Playbooks, State};
use crate::view;

/// Answers queries from the heads and routing's own tables.
#[derive(Clone)]
pub struct Answers {
    pool: PgPool,
    library: Arc<Library>,
    keys: Arc<KeyRing>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

impl Queries for Answers {
    fn names(&self) -> Vec<&'static str> {
        names::NAMES.to_vec()
    }

    /// Answers the query `name`.
    ///
    /// # Errors
    /// A problem for a name, body or case that is not known, `not-allowed` for who is no member of staff, or
    /// `unavailable` when the store is away.
    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        let of_house = match &query.actor {
            Actor::Staff { .. } | Actor::System => true,
            Actor::Customer | Actor::Feeder { .. } => false,
        };
        if !of_house {
            return Err(Problem::new(ProblemCode::NotAllowed, "only members of staff may ask this")
                .at("/actor")
                .expected("a member of staff"));
        }
        let organisation = &query.organisation;
        match name {
            names::WORK => written(&lists::work(&self.pool, organisation, &asked(query.body)?).await?),
            names::CASES => written(&lists::cases(&self.pool, organisation, &asked(query.body)?).await?),
            names::CASE => self.case(organisation, &query.actor, &asked(query.body)?).await,
            names::CLOCKS => self.clocks(organisation, &asked(query.body)?).await,
            names::PLAYBOOKS => self.playbooks(organisation).await,
            names::PLAYBOOK => self.playbook(organisation, &asked(query.body)?).await,
            names::DIRECTORY => {
                let state = self.state(&SubjectRef::directory(organisation)).await?;
                let directory = state.directory().cloned().unwrap_or_default();
                let (departments, people) =
                    (directory.departments.into_values(), directory.people.into_values());
                let (departments, people) = (departments.collect::<Vec<_>>(), people.collect::<Vec<_>>());
                Ok(json!({"departments": departments, "people": people}))
            }
            names::ACTIVATIONS => {
                let state = self.state(&SubjectRef::organisation(organisation)).await?;
                Ok(json!({"activations": state.organisation().map(|all| &all.activations)}))
            }
            names::REPORTS => {
                let state = self.state(&SubjectRef::organisation(organisation)).await?;
                Ok(json!(state.organisation().map(|all| &all.reports)))
            }
            names::COUNTS => lists::counts(&self.pool, organisation).await,
            names::CALENDARS => self.calendars(organisation).await,
            other => Err(Problem::new(ProblemCode::NotFound, format!("routing answers no query {other}"))),
        }
    }
}

impl Answers {
    /// Over `pool`; `library` is that of the core, so that each document is read once; `keys` open the kept texts.
    #[must_use]
    pub const fn new(pool: PgPool, library: Arc<Library>, keys: Arc<KeyRing>) -> Self {
        Self { pool, library, keys }
    }

    async fn state(&self, subject: &SubjectRef) -> Result<State, Problem> {
        self.state_and_version(subject).await.map(|(state, _)| state)
    }

    async fn state_and_version(&self, subject: &SubjectRef) -> Result<(State, u64), Problem> {
        let heads = journal::head::peek(&self.pool, std::slice::from_ref(subject)).await.map_err(away)?;
        let head = heads.into_iter().next();
        let version = head.as_ref().map_or(0, |head| head.version);
        match head.and_then(|head| head.state) {
            Some(text) => Ok((serde_json::from_str(&text).map_err(away)?, version)),
            None => Ok((State::default(), version)),
        }
    }

    async fn asked_case(
        &self,
        organisation: &OrganisationId,
        asked: &CaseAsked,
    ) -> Result<(ComplaintId, Case, Arc<CompiledPlaybook>, u64), Problem> {
        let id = match (asked.complaint, &asked.number) {
            (Some(id), _) => id,
            (None, Some(number)) => lists::by_number(&self.pool, organisation, number).await?,
            (None, None) => {
                let problem =
                    Problem::new(ProblemCode::MissingField, "which case is asked for?").at("/complaint");
                return Err(problem.expected("complaint or number"));
            }
        };
        let (state, version) = self.state_and_version(&SubjectRef::complaint(organisation, id)).await?;
        let State::Case(case) = state else { return Err(lists::no_case()) };
        let playbooks = self.state(&SubjectRef::playbook(organisation, &case.playbook.id)).await?;
        let book = self.library.of_versions(playbooks.playbook(), &case.playbook)?;
        Ok((id, *case, book, version))
    }

    async fn case(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        asked: &CaseAsked,
    ) -> Result<Value, Problem> {
        let (id, case, book, version) = self.asked_case(organisation, asked).await?;
        let mut shown = view::case(id, &case, &book);
        shown["version"] = json!(version);
        shown["words"] = self.words(organisation, actor, &case).await?;
        Ok(shown)
    }

    /// Why people moved work and what was said when the case was filed, by the ids that `moves` and `closing` name; those
    /// that were shredded are left out. The person complained of reads none of them.
    async fn words(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        case: &Case,
    ) -> Result<Value, Problem> {
        let complained_of = case.origin.complained_of_person.as_ref();
        let moves = case.moves.iter().map(|one| one.because.reason.id);
        let closing = case.closing.iter().flat_map(Closing::words).map(|word| word.id);
        let ids: Vec<_> = moves.chain(closing).collect();
        if ids.is_empty() || (actor.person().is_some() && actor.person() == complained_of) {
            return Ok(json!({}));
        }
        let opened = open_words(&self.pool, &self.keys, ServiceName::Routing, organisation, &ids).await;
        let texts = opened.map_err(away)?.into_iter().map(|(id, text)| (id.to_string(), json!(text)));
        Ok(Value::Object(texts.collect()))
    }

    async fn clocks(&self, organisation: &OrganisationId, asked: &CaseAsked) -> Result<Value, Problem> {
        let (_, case, book, _) = self.asked_case(organisation, asked).await?;
        let settings = self.state(&SubjectRef::organisation(organisation)).await?;
        written(&view::clocks(&case, &book, &self.library, settings.organisation())?)
    }

    async fn playbooks(&self, organisation: &OrganisationId) -> Result<Value, Problem> {
        let mut listed = Vec::new();
        for id in lists::playbook_ids(&self.pool, organisation).await? {
            let state = self.state(&SubjectRef::playbook(organisation, &id)).await?;
            let Some(versions) = state.playbook() else { continue };
            let version = |(version, published): (&u32, &crate::state::PublishedPlaybook)| PlaybookVersion {
                version: *version,
                sha256: published.sha256.clone(),
                at: published.at,
            };
            let title = newest_title(versions).unwrap_or(Text { zh: id.to_string(), en: id.to_string() });
            listed.push(PlaybookListed {
                id,
                title,
                versions: versions.versions.iter().map(version).collect(),
            });
        }
        written(&listed)
    }

    async fn playbook(&self, organisation: &OrganisationId, asked: &PlaybookAsked) -> Result<Value, Problem> {
        let state = self.state(&SubjectRef::playbook(organisation, &asked.id)).await?;
        let none = || {
            Problem::new(ProblemCode::UnknownPlaybook, "it was never published here")
                .at("/id")
                .expected("a playbook and a version that were published")
        };
        let versions = state.playbook().ok_or_else(none)?;
        let version = asked.version.unwrap_or_else(|| versions.latest());
        let published = versions.versions.get(&version).ok_or_else(none)?;
        let document: Value = serde_json::from_str(&published.document).map_err(away)?;
        let (sha256, by, at) = (&published.sha256, &published.by, published.at);
        Ok(json!({
            "id": asked.id, "version": version, "sha256": sha256, "by": by, "at": at, "document": document,
        }))
    }

    async fn calendars(&self, organisation: &OrganisationId) -> Result<Value, Problem> {
        let state = self.state(&SubjectRef::organisation(organisation)).await?;
        let mut shown = Vec::new();
        for (id, versions) in state.organisation().into_iter().flat_map(|all| &all.calendars) {
            for (version, published) in versions {
                let document: Value = serde_json::from_str(&published.document).map_err(away)?;
                shown.push(json!({"id": id, "version": version, "at": published.at, "document": document}));
            }
        }
        let default = state.organisation().and_then(|all| all.calendar.clone());
        Ok(json!({"calendars": shown, "default": default}))
    }
}

fn newest_title(versions: &Playbooks) -> Option<Text> {
    let (_, newest) = versions.versions.last_key_value()?;
    let document: Value = serde_json::from_str(&newest.document).ok()?;
    serde_json::from_value(document["title"].clone()).ok()
}

fn asked<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    let body = if body.is_null() { json!({}) } else { body };
    Problem::read(body)
}

fn written(answer: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}

/// The store could not be read.
fn away(error: impl std::fmt::Display) -> Problem {
    tracing::warn!(%error, "a query of routing failed");
    Problem::new(ProblemCode::Unavailable, "the store of routing cannot be read now")
}
