//! Read-only answers for the gateway (`contracts::queries::routing`).

mod board;
mod contacts;
mod handovers;
mod in_force;
mod lists;
mod preview;

use std::sync::Arc;

use calendar::Clock;
use contracts::commands::Actor;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::Query;
use contracts::queries::notification::MessagesWritten;
use contracts::queries::routing::{
    self as names, CaseAsked, FormAsked, PlaybookAsked, PlaybookCheckAsked, PlaybookChecked, PlaybookListed,
    PlaybookMistake, PlaybookVersion, Refused,
};
use contracts::{
    CalendarId, ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, Text,
};
use playbook::CompiledPlaybook;
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgPool;
use vault::KeyRing;

use crate::decide::check_length;
use crate::library::Library;
use crate::rights::Rights;
use crate::state::{Applied, Case, Closing, Organisation, Playbooks, Ruling, State};
use crate::store::scenarios;
use crate::{forms, shown_forms, view};

/// Answers queries from the heads and routing's own tables.
#[derive(Clone)]
pub struct Answers {
    pool: PgPool,
    library: Arc<Library>,
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
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
            names::CONTACTS => {
                written(&contacts::contacts(&self.pool, organisation, &asked(query.body)?).await?)
            }
            names::CASE => self.case(organisation, &query.actor, &asked(query.body)?).await,
            names::FORM => self.form(organisation, &query.actor, &asked(query.body)?).await,
            names::CLOCKS => self.clocks(organisation, &asked(query.body)?).await,
            names::REFUSED => written(&self.refused(organisation, &query.actor, &asked(query.body)?).await?),
            names::PLAYBOOKS => self.playbooks(organisation).await,
            names::PLAYBOOK => self.playbook(organisation, &asked(query.body)?).await,
            names::PLAYBOOK_CHECK => written(&self.check(&asked(query.body)?)?),
            names::DIRECTORY => {
                let state = self.state(&SubjectRef::directory(organisation)).await?;
                let directory = state.directory().cloned().unwrap_or_default();
                let (departments, people) =
                    (directory.departments.into_values(), directory.people.into_values());
                let (departments, people) = (departments.collect::<Vec<_>>(), people.collect::<Vec<_>>());
                let shifts: Vec<_> = directory.shifts.into_values().collect();
                Ok(json!({"departments": departments, "people": people, "shifts": shifts}))
            }
            names::ACTIVATIONS => {
                let state = self.state(&SubjectRef::organisation(organisation)).await?;
                written(&in_force::shown(state.organisation(), self.clock.now()))
            }
            names::REPORTS => {
                let state = self.state(&SubjectRef::organisation(organisation)).await?;
                Ok(json!(state.organisation().map(|all| &all.reports)))
            }
            names::PREVIEW => written(&self.preview(organisation, &asked(query.body)?).await?),
            names::HANDOVERS => {
                written(&self.handovers(organisation, &query.actor, &asked(query.body)?).await?)
            }
            names::BOARD => written(&self.board(organisation, &asked(query.body)?).await?),
            names::COUNTS => lists::counts(&self.pool, organisation).await,
            names::CALENDARS => self.calendars(organisation).await,
            other => Err(Problem::new(ProblemCode::NotFound, format!("routing answers no query {other}"))),
        }
    }
}

impl Answers {
    /// Over `pool`; `library` is that of the core, so that each document is read once; `keys` open the kept texts;
    /// `clock` tells what is overdue.
    #[must_use]
    pub const fn new(pool: PgPool, library: Arc<Library>, keys: Arc<KeyRing>, clock: Arc<dyn Clock>) -> Self {
        Self { pool, library, keys, clock }
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

    /// Why people moved work, what was asked and ruled, and what was said when the case was filed, by the ids that `moves`,
    /// `rulings` and `closing` name; those that were shredded are left out. The person complained of reads none of them
    ///
    async fn words(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        case: &Case,
    ) -> Result<Value, Problem> {
        let complained_of = case.origin.complained_of_person.as_ref();
        let moved = case.moves.iter().map(|one| one.because.reason.id);
        let raised = case.raised.iter().map(|because| because.reason.id);
        let moved = moved.chain(raised);
        let closing = case.closing.iter().flat_map(Closing::words).map(|word| word.id);
        let ids: Vec<_> = moved.chain(case.rulings.values().flat_map(Ruling::words)).chain(closing).collect();
        if ids.is_empty() || (actor.person().is_some() && actor.person() == complained_of) {
            return Ok(json!({}));
        }
        let opened = open_words(&self.pool, &self.keys, ServiceName::Routing, organisation, &ids).await;
        let texts = opened.map_err(away)?.into_iter().map(|(id, text)| (id.to_string(), json!(text)));
        Ok(Value::Object(texts.collect()))
    }

    /// A form as it is filled in, for everybody but the person complained of.
    async fn form(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        asked: &FormAsked,
    ) -> Result<Value, Problem> {
        let of = CaseAsked { complaint: Some(asked.complaint), number: None };
        let (id, case, book, version) = self.asked_case(organisation, &of).await?;
        let directory = self.state(&SubjectRef::directory(organisation)).await?;
        let directory = directory.directory().cloned().unwrap_or_default();
        let rights = Rights { case: &case, book: &book, directory: &directory, now: self.clock.now() };
        rights.is_no_party(actor)?;
        let form = forms::declared(&book, &asked.form)?;
        let instance = asked.instance.unwrap_or(case.instance);
        if !(1..=case.instance).contains(&instance) {
            let problem = Problem::new(ProblemCode::InvalidField, "there was no such handling");
            return Err(problem.at("/instance").expected(format!("1 to {}", case.instance)));
        }
        let mut shown = shown_forms::form(&case, &book, &directory, form, instance);
        if instance == case.instance {
            let may = rights.refused_of_form(form, actor);
            (shown["refused"], shown["sign_as"]) = (may["refused"].clone(), may["sign_as"].clone());
        }
        shown["complaint"] = json!(id);
        shown["version"] = json!(version);
        let ids = shown_forms::texts(&case, form, instance);
        let texts = open_words(&self.pool, &self.keys, ServiceName::Routing, organisation, &ids).await;
        shown_forms::put_texts(&mut shown, &texts.map_err(away)?);
        Ok(shown)
    }

    async fn clocks(&self, organisation: &OrganisationId, asked: &CaseAsked) -> Result<Value, Problem> {
        let (_, case, book, _) = self.asked_case(organisation, asked).await?;
        let settings = self.state(&SubjectRef::organisation(organisation)).await?;
        let (mut books, mut known) = (vec![book], preview::Books::new());
        for version in case.followed.iter().rev() {
            let before = PlaybookRef { id: case.playbook.id.clone(), version: *version };
            books.push(self.book_of(organisation, &before, &mut known).await?);
        }
        written(&view::clocks(&case, &books, &self.library, settings.organisation())?)
    }

    /// What would be refused to whoever asks, by the functions that refuse it.
    async fn refused(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        asked: &CaseAsked,
    ) -> Result<Refused, Problem> {
        let (_, case, book, _) = self.asked_case(organisation, asked).await?;
        let directory = self.state(&SubjectRef::directory(organisation)).await?;
        let directory = directory.directory().cloned().unwrap_or_default();
        let rights = Rights { case: &case, book: &book, directory: &directory, now: self.clock.now() };
        Ok(rights.refused(actor))
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
        let scenarios = scenarios::of(&self.pool, organisation, &asked.id, version).await.map_err(away)?;
        Ok(json!({
            "id": asked.id, "version": version, "sha256": sha256, "by": by, "at": at, "document": document,
            "scenarios": scenarios, "text": next_text(&published.document, versions.latest())?,
        }))
    }

    /// Every mistake in the text of a playbook, as publishing it would tell them.
    fn check(&self, asked: &PlaybookCheckAsked) -> Result<PlaybookChecked, Problem> {
        check_length(&asked.text)?;
        let (found, messages) = match self.library.checked(&asked.text) {
            Ok((book, _)) => (Vec::new(), Some(messages_of(book.playbook()))),
            Err(found) => (found, None),
        };
        let mistake = |one: playbook::Finding| PlaybookMistake {
            line: one.line,
            column: one.column,
            path: one.path,
            code: one.code.to_string(),
            message: Text { zh: one.message_zh, en: one.message_en },
        };
        Ok(PlaybookChecked { mistakes: found.into_iter().map(mistake).collect(), messages })
    }

    async fn calendars(&self, organisation: &OrganisationId) -> Result<Value, Problem> {
        let state = self.state(&SubjectRef::organisation(organisation)).await?;
        let mut shown = Vec::new();
        for (id, versions) in state.organisation().into_iter().flat_map(|all| &all.calendars) {
            for (version, published) in versions {
                let document: Value = serde_json::from_str(&published.document).map_err(away)?;
                let applied = applied_of(state.organisation(), id, *version);
                shown.push(json!({
                    "id": id, "version": version, "at": published.at, "document": document, "applied": applied,
                }));
            }
        }
        let default = state.organisation().and_then(|all| all.calendar.clone());
        Ok(json!({"calendars": shown, "default": default}))
    }
}

/// Who applied a version to open cases, and why; nobody when it was not.
fn applied_of<'a>(settings: Option<&'a Organisation>, id: &CalendarId, version: u32) -> Option<&'a Applied> {
    settings?.applied_calendars.get(id)?.get(&version)
}

/// A version as the text of the one that would follow: what whoever changes it begins with.
fn next_text(document: &str, latest: u32) -> Result<String, Problem> {
    let mut playbook: playbook::Playbook = serde_json::from_str(document).map_err(away)?;
    playbook.version = latest + 1;
    playbook::write(&playbook).map_err(away)
}

/// What a playbook says, for whoever renders it.
fn messages_of(playbook: &playbook::Playbook) -> MessagesWritten {
    MessagesWritten { templates: json!(playbook.templates), scripts: json!(playbook.scripts) }
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
