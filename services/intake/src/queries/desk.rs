//! What the front desk asks: what holds for a complaint that is about to be put on record, by the rules by which it will
//! be, and what to tell the customer right after. No contact data are answered.

use std::sync::Arc;

use contracts::commands::Actor;
use contracts::commands::intake::Complainant;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::Query;
use contracts::queries::intake::{
    Desk, DeskAsked, Earlier, EarlierAsked, Listed, SpotAuthority, StepTold, TextAsked, ToTell,
};
use contracts::{ComplainantId, ComplaintId, OrganisationId, Problem, ProblemCode, SubjectRef, Text};
use jiff::Timestamp;
use journal::entry::{EntryId, glance};
use playbook::{CompiledPlaybook, Playbook};
use serde::de::DeserializeOwned;

use super::complaints::progress;
use super::{Answered, Queries, QueryError};
use crate::decide::register::complainant::Traces;
use crate::decide::register::fields;
use crate::decide::register::repeat::{Last, Matter};
use crate::decide::space;
use crate::state::{Organisation, State, Times, active_for};

/// Earlier complaints that are shown while somebody registers; a list has the rest.
const AT_HAND: usize = 10;

impl Queries {
    /// What holds for a complaint that is about to be put on record.
    pub(super) async fn desk(&self, query: &Query, asked: DeskAsked) -> Answered<Desk> {
        let own = &query.organisation;
        let house = self.state(&SubjectRef::organisation(own)).await?;
        let house = house.as_ref().and_then(|(state, _)| state.organisation());
        let reference = chosen(house, self.clock.now(), &query.actor, &asked)?;
        let book = self.compiled(own, &reference).await?;
        let by = EarlierAsked {
            phone: asked.phone.clone(),
            email: asked.email.clone(),
            order_number: asked.order_number.clone(),
        };
        let found = self.earlier_of(own, &by, AT_HAND + 1).await?;
        let of_order = match &asked.order_number {
            Some(number) if !found.is_empty() => {
                let by = EarlierAsked { order_number: Some(number.clone()), ..EarlierAsked::default() };
                self.earlier_of(own, &by, AT_HAND + 1).await?
            }
            _ => Vec::new(),
        };
        let more = found.len() > AT_HAND;
        let mut earlier = Vec::new();
        for listed in found.into_iter().take(AT_HAND) {
            let same_order = of_order.iter().any(|one| one.complaint == listed.complaint);
            earlier.push(self.earlier_one(own, listed, &asked, same_order).await?);
        }
        Ok(Desk {
            required: required(&book),
            settle: may_settle(book.playbook(), &query.actor),
            repeats: self.would_repeat(own, house, &book, &asked).await?,
            playbook: reference,
            earlier,
            more,
        })
    }

    async fn earlier_one(
        &self,
        own: &OrganisationId,
        listed: Listed,
        asked: &DeskAsked,
        same_order: bool,
    ) -> Answered<Earlier> {
        let state = self.state(&SubjectRef::complaint(own, listed.complaint)).await?;
        let known = state.as_ref().and_then(|(state, _)| state.complaint());
        let progress = known.and_then(|known| known.progress.as_ref()).map(progress);
        let is_open = progress.as_ref().is_none_or(|progress| !progress.closed);
        let same_matter = asked.category.is_some() && asked.category == listed.category;
        Ok(Earlier { alike: is_open && (same_matter || same_order), listed, progress })
    }

    /// The complaint that one with these members would repeat, by the rule by which registering finds it.
    async fn would_repeat(
        &self,
        own: &OrganisationId,
        house: Option<&Organisation>,
        book: &CompiledPlaybook,
        asked: &DeskAsked,
    ) -> Answered<Option<ComplaintId>> {
        let Some(rule) = &book.playbook().intake.repeat else { return Ok(None) };
        let person =
            Complainant { phone: asked.phone.clone(), email: asked.email.clone(), ..Complainant::default() };
        let mut complainant: Option<ComplainantId> = None;
        for key in Traces::of(&self.intake, own, &person).keys() {
            if complainant.is_none() {
                complainant = self.entry(own, space::COMPLAINANT, key).await?;
            }
        }
        let matter = Matter {
            complainant,
            order_number: asked.order_number.as_deref(),
            matter: None,
            category: asked.category.as_ref(),
        };
        let Some(key) = matter.key(&self.intake, own, rule) else { return Ok(None) };
        let last: Option<Last> = self.entry(own, space::REPEAT, key).await?;
        let calendar = self.intake.procedures().calendar_of(own, house);
        let repeated = last.and_then(|last| last.repeated(rule, self.clock.now(), &calendar));
        Ok(repeated.map(|(earlier, _)| earlier))
    }

    async fn entry<T: DeserializeOwned>(
        &self,
        own: &OrganisationId,
        space: &str,
        key: String,
    ) -> Answered<Option<T>> {
        let id = EntryId { organisation: own.clone(), space: space.to_owned(), key };
        let found = glance(&self.pool, &[id]).await?;
        Ok(found.into_iter().next().and_then(|(_, value)| serde_json::from_value(value).ok()))
    }

    /// A version of a playbook, compiled.
    async fn compiled(&self, own: &OrganisationId, wanted: &PlaybookRef) -> Answered<Arc<CompiledPlaybook>> {
        let known = self.state(&SubjectRef::playbook(own, &wanted.id)).await?;
        let known = known.as_ref().and_then(|(state, _)| State::playbook(state));
        let document = known.and_then(|known| known.versions.get(&wanted.version)).ok_or_else(|| {
            Problem::new(ProblemCode::Unavailable, "the document of the playbook has not arrived yet")
        })?;
        self.intake.procedures().ready(own, wanted, document).map_err(QueryError::Problem)
    }

    /// What to tell the customer right after registering.
    pub(super) async fn to_tell(&self, query: &Query, asked: TextAsked) -> Answered<ToTell> {
        let own = &query.organisation;
        let (registered, _, _) = self.on_record(own, asked.complaint).await?;
        let book = self.compiled(own, &registered.playbook).await?;
        let settled = self.settlement(own, asked.complaint).await?.is_some();
        let (flow, times) = if settled { (Vec::new(), Vec::new()) } else { book.main_line() };
        let told = |one: playbook::StepTime| StepTold {
            step: one.step,
            limit: Text { zh: one.limit.in_chinese(), en: one.limit.to_string() },
        };
        Ok(ToTell {
            number: registered.number,
            acceptor: registered.taken_by,
            settled,
            flow,
            times: times.into_iter().map(told).collect(),
        })
    }
}

/// The playbook that a complaint with these members would follow.
fn chosen(
    house: Option<&Organisation>,
    now: Timestamp,
    actor: &Actor,
    asked: &DeskAsked,
) -> Result<PlaybookRef, Problem> {
    let own = match actor {
        Actor::Staff { department, .. } => department.as_ref(),
        Actor::System | Actor::Customer | Actor::Feeder { .. } => None,
    };
    let customer = asked.customer_type.as_deref().unwrap_or(fields::USUAL_CUSTOMER);
    let found = house.and_then(|house| {
        let (unit, times) = (asked.unit.as_ref().or(own), Times { received: now, now });
        active_for(house, times, asked.playbook.as_ref(), unit, &asked.channel, customer)
    });
    found.cloned().ok_or_else(|| {
        Problem::new(ProblemCode::UnknownPlaybook, "no playbook is active for this channel and customer type")
            .at("/channel")
            .expected("a channel and customer type that an active playbook is for")
    })
}

/// The places of what must be given.
fn required(book: &CompiledPlaybook) -> Vec<String> {
    let fields = book.playbook().intake.required.iter().map(|field| fields::pointer(*field).to_owned());
    let facts = book.entry().into_iter().flat_map(|stage| &stage.requires.facts);
    fields.chain(facts.map(|key| format!("/facts/{key}"))).collect()
}

fn may_settle(playbook: &Playbook, actor: &Actor) -> Option<SpotAuthority> {
    let rule = playbook.intake.settle_on_the_spot.as_ref()?;
    let may = rule.roles.iter().any(|role| actor.holds(role.as_str()));
    may.then(|| SpotAuthority { max_amount: rule.max_amount.fen() })
}
