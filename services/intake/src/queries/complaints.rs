//! Complaints: one, by number and code, of a caller, the newest; and what the customer told.

use std::collections::BTreeMap;

use contracts::queries::Query;
use contracts::queries::intake::{
    Clarified, ClarifyAsked, ComplaintAsked, ComplaintFound, EarlierAsked, Listed, Progress, Recent,
    RecentAsked, Settled, TextAsked, Told, TrackAsked, Tracked,
};
use contracts::{
    ComplainantId, ComplaintId, Fen, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, WordId,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use playbook::IntakeField;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;
use vault::normalise;

use super::contacts::HIDDEN;
use super::{Answered, Queries, QueryError, key, maybe_key, not_found};
use crate::state::{self, Registered};
use crate::store::sealing::Field;

const USUAL_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;
const MOST_EARLIER: usize = 100;

/// The columns of a [`Listed`].
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "select c.complaint, c.number, c.complainant, c.playbook, c.channel, c.kind, c.category, c.unit,
                    c.received_at, c.registered_at ",
            $rest
        )
    };
}

fn listed(row: &PgRow) -> Answered<Listed> {
    let time = |name: &str| row.try_get::<jiff_sqlx::Timestamp, _>(name).map(jiff_sqlx::Timestamp::to_jiff);
    Ok(Listed {
        complaint: ComplaintId(row.try_get::<Uuid, _>("complaint")?),
        number: row.try_get("number")?,
        complainant: ComplainantId(row.try_get::<Uuid, _>("complainant")?),
        playbook_id: key(row.try_get("playbook")?)?,
        channel: key(row.try_get("channel")?)?,
        kind: row.try_get("kind")?,
        category: maybe_key(row.try_get("category")?)?,
        unit: maybe_key(row.try_get("unit")?)?,
        received_at: time("received_at")?,
        registered_at: time("registered_at")?,
    })
}

pub(super) fn progress(known: &state::Progress) -> Progress {
    Progress {
        stage: known.stage.clone(),
        kind: known.kind,
        instance: known.instance,
        since: known.since,
        closed: known.closed,
    }
}

impl Queries {
    pub(super) async fn counts(&self, query: &Query) -> Answered<serde_json::Value> {
        let (registered,): (i64,) = sqlx::query_as("select count(*) from complaint where organisation = $1")
            .bind(query.organisation.as_str())
            .fetch_one(&self.pool)
            .await?;
        Ok(serde_json::json!({ "registered": registered }))
    }

    pub(super) async fn complaint(&self, query: &Query, asked: ComplaintAsked) -> Answered<ComplaintFound> {
        let own = &query.organisation;
        let listed = match (asked.complaint, &asked.number) {
            (Some(id), _) => self.listed_by_id(own, id).await?,
            (None, Some(number)) => self.listed_by_number(own, number).await?,
            (None, None) => {
                let missing = Problem::new(ProblemCode::MissingField, "which complaint is meant is not said");
                return Err(missing.at("/complaint").expected("an id or a number").into());
            }
        };
        let listed = listed.ok_or_else(|| not_found("there is no such complaint"))?;
        let (registered, complaint, version) = self.on_record(own, listed.complaint).await?;
        Ok(ComplaintFound {
            version,
            playbook: registered.playbook.clone(),
            language: registered.language,
            external: registered.external.clone(),
            repeats: registered.repeats,
            progress: complaint.progress.as_ref().map(progress),
            settlement: self.settlement(own, listed.complaint).await?,
            tracking_code: self.intake.tracking_code(own, &listed.number, listed.complaint),
            listed,
        })
    }

    /// Number and code together or nothing: a wrong number and a wrong code look and take the same.
    pub(super) async fn track(&self, query: &Query, asked: TrackAsked) -> Answered<Tracked> {
        let own = &query.organisation;
        let listed = self.listed_by_number(own, asked.number.trim()).await?;
        let (number, nonce) =
            listed.as_ref().map_or(("", Uuid::nil()), |listed| (listed.number.as_str(), listed.complaint.0));
        let fits =
            self.intake.keys().check_tracking_code(own.as_str(), number, nonce.as_bytes(), &asked.code);
        let listed = listed.filter(|_| fits).ok_or_else(|| {
            not_found("number and code do not belong together").at("/code").expected("both as on the receipt")
        })?;
        let (_, complaint, _) = self.on_record(own, listed.complaint).await?;
        let clarify = self.asked_of_customer(own, &complaint).await?;
        Ok(Tracked {
            complaint: listed.complaint,
            number: listed.number,
            received_at: listed.received_at,
            registered_at: listed.registered_at,
            progress: complaint.progress.as_ref().map(progress),
            clarify,
        })
    }

    /// What the customer may supply or confirm now.
    async fn asked_of_customer(
        &self,
        own: &OrganisationId,
        complaint: &state::Complaint,
    ) -> Answered<Option<ClarifyAsked>> {
        let open = complaint.visits.iter().find_map(|(id, visit)| Some((*id, visit.epoch, visit.open()?)));
        let Some((visit, epoch, open)) = open else { return Ok(None) };
        let restated: Vec<WordId> = open.restated.iter().map(|word| word.id).collect();
        let restated = self.words(own, &restated).await?.into_values().next();
        Ok(Some(ClarifyAsked { visit, epoch, restated }))
    }

    async fn words(&self, own: &OrganisationId, wanted: &[WordId]) -> Answered<BTreeMap<WordId, String>> {
        let keys = self.intake.keys();
        Ok(runtime::shell::open_words(&self.pool, keys, ServiceName::Intake, own, wanted).await?)
    }

    pub(super) async fn on_record(
        &self,
        own: &OrganisationId,
        id: ComplaintId,
    ) -> Answered<(Registered, state::Complaint, u64)> {
        let (state, version) = self
            .state(&SubjectRef::complaint(own, id))
            .await?
            .ok_or_else(|| not_found("there is no such complaint"))?;
        let complaint = state.complaint().cloned().unwrap_or_default();
        let registered =
            complaint.registered.clone().ok_or_else(|| not_found("there is no such complaint"))?;
        Ok((registered, complaint, version))
    }

    async fn listed_by_id(&self, own: &OrganisationId, id: ComplaintId) -> Answered<Option<Listed>> {
        let row = sqlx::query(listed!("from complaint c where c.organisation = $1 and c.complaint = $2"))
            .bind(own.as_str())
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(listed).transpose()
    }

    async fn listed_by_number(&self, own: &OrganisationId, number: &str) -> Answered<Option<Listed>> {
        if number.contains('\0') {
            return Ok(None);
        }
        // As written, or as people write capitals.
        let row = sqlx::query(listed!(
            "from complaint c where c.organisation = $1 and c.number = any($2) order by c.number <> $3 limit 1"
        ))
        .bind(own.as_str())
        .bind([number.to_owned(), number.to_uppercase()])
        .bind(number)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(listed).transpose()
    }

    pub(super) async fn settlement(
        &self,
        own: &OrganisationId,
        id: ComplaintId,
    ) -> Answered<Option<Settled>> {
        let row = sqlx::query(
            "select remedies::text as remedies, total, settled_by, settled_at
             from settlement where organisation = $1 and complaint = $2",
        )
        .bind(own.as_str())
        .bind(id.0)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let remedies = serde_json::from_str(row.try_get("remedies")?);
        Ok(Some(Settled {
            remedies: remedies.map_err(|error| QueryError::Broken(error.to_string()))?,
            total: Fen(row.try_get("total")?),
            by: key(row.try_get("settled_by")?)?,
            at: row.try_get::<jiff_sqlx::Timestamp, _>("settled_at")?.to_jiff(),
        }))
    }

    /// Earlier complaints of a caller, sender or order, newest first.
    pub(super) async fn earlier(&self, query: &Query, asked: EarlierAsked) -> Answered<Vec<Listed>> {
        self.earlier_of(&query.organisation, &asked, MOST_EARLIER).await
    }

    /// At most so many of them. Each way to them is an index of its own.
    pub(super) async fn earlier_of(
        &self,
        own: &OrganisationId,
        asked: &EarlierAsked,
        most: usize,
    ) -> Answered<Vec<Listed>> {
        let index = |field: &str, value: Option<normalise::Normalised>| {
            value.map(|value| self.intake.keys().blind_index(own.as_str(), field, &value).to_vec())
        };
        let rows = sqlx::query(listed!(
            "from (select complaint from complaint where organisation = $1 and order_index = $4
                   union
                   select o.complaint from complainant p join complaint o using (organisation, complainant)
                   where p.organisation = $1 and p.phone_index = $2
                   union
                   select o.complaint from complainant p join complaint o using (organisation, complainant)
                   where p.organisation = $1 and p.email_index = $3) as found
             join complaint c on c.organisation = $1 and c.complaint = found.complaint
             order by c.registered_at desc, c.complaint desc limit $5"
        ))
        .bind(own.as_str())
        .bind(index("phone", asked.phone.as_deref().and_then(normalise::phone)))
        .bind(index("email", asked.email.as_deref().and_then(normalise::email)))
        .bind(index("order", asked.order_number.as_deref().and_then(normalise::order_number)))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(listed).collect()
    }

    pub(super) async fn recent(&self, query: &Query, asked: RecentAsked) -> Answered<Recent> {
        let limit = asked.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
        let after = asked.after.as_deref().map(place).transpose()?;
        let rows = sqlx::query(listed!(
            "from complaint c
             where c.organisation = $1
               and ($2::timestamptz is null or (c.registered_at, c.complaint) < ($2, $3))
             order by c.registered_at desc, c.complaint desc limit $4"
        ))
        .bind(query.organisation.as_str())
        .bind(after.map(|(at, _)| at.to_sqlx()))
        .bind(after.map(|(_, id)| id))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let complaints: Vec<Listed> = rows.iter().map(listed).collect::<Result<_, _>>()?;
        let full = complaints.len() == usize::try_from(limit).unwrap_or(usize::MAX);
        let last = complaints.last().filter(|_| full);
        let next = last.map(|last| format!("{}~{}", last.registered_at, last.complaint));
        Ok(Recent { complaints, next })
    }

    /// What the customer told, as long as the complainant is not forgotten.
    pub(super) async fn text(&self, query: &Query, asked: TextAsked) -> Answered<Told> {
        let own = &query.organisation;
        let row = sqlx::query(
            "select c.narrative, c.demand, c.opinion, c.order_sealed, s.account
             from complaint c left join settlement s using (organisation, complaint)
             where c.organisation = $1 and c.complaint = $2",
        )
        .bind(own.as_str())
        .bind(asked.complaint.0)
        .fetch_optional(&self.pool)
        .await?
        .ok_or_else(|| not_found("there is no such complaint"))?;
        let id = |name: &str| row.try_get::<Option<Uuid>, _>(name).map(|id| id.map(WordId));
        let ids = [id("narrative")?, id("opinion")?, id("demand")?, id("account")?];
        let (_, complaint, _) = self.on_record(own, asked.complaint).await?;
        let since = complaint.clarified.iter().flat_map(|talk| talk.restated.iter().chain(&talk.said));
        let wanted: Vec<WordId> = ids.iter().flatten().copied().chain(since.map(|word| word.id)).collect();
        let mut texts = self.words(own, &wanted).await?;
        let clarified = complaint.clarified.iter().map(|talk| Clarified {
            at: talk.at,
            restated: talk.restated.as_ref().and_then(|word| texts.get(&word.id).cloned()),
            confirmed: talk.confirmed,
            said: talk.said.as_ref().and_then(|word| texts.get(&word.id).cloned()),
            supplied: talk.supplied.clone(),
        });
        let clarified: Vec<_> = clarified.collect();
        let [narrative, opinion, demand, settlement] = ids.map(|id| id.and_then(|id| texts.remove(&id)));
        let order: Option<Vec<u8>> = row.try_get("order_sealed")?;
        let order_number =
            Field::Order(asked.complaint).open_text(self.intake.keys(), own, order.as_deref())?;
        let sees = self.sees(own, &query.actor, Some(asked.complaint)).await?;
        let hide = |field, text: Option<String>| {
            let hidden = text.is_some() && !sees.told(field);
            if hidden { Some(HIDDEN.to_owned()) } else { text }
        };
        Ok(Told {
            narrative: hide(IntakeField::Narrative, narrative),
            opinion: hide(IntakeField::Opinion, opinion),
            demand: hide(IntakeField::Demand, demand),
            settlement,
            order_number: hide(IntakeField::Order, order_number),
            clarified: if sees.told(IntakeField::Narrative) { clarified } else { Vec::new() },
        })
    }
}

/// Reads where a page ended.
fn place(text: &str) -> Result<(Timestamp, Uuid), Problem> {
    let parsed = text.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parsed.ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "not where a page ended")
            .at("/after")
            .expected("the “next” of the page before")
    })
}
