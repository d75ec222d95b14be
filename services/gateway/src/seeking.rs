//! Which cases of the ledger somebody seeks, and of which period figures are wanted: read from the address alike by the
//! API, the pages and exports.

use contracts::{OrganisationId, Problem, ProblemCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::app::App;
use crate::endpoint::Endpoint;
use crate::extract::{Caller, Parameters};
use crate::problem::Refusal;
use crate::routes::work::department;

/// What is told as it is.
const TEXTS: [(&str, &str); 7] = [
    ("category", "Only this category"),
    ("stage", "Only this stage"),
    ("number", "Only this number"),
    ("search", "Only of this number, or with a ledger entry in which this is read, in Chinese or English"),
    ("closing", "Only those whose closing summary has this point, such as lessons"),
    ("satisfaction", "Only those whose customer answered this last"),
    ("visited_by", "Only those that this department had; see visited_from"),
];
/// Yes or no.
const FLAGS: [(&str, &str); 4] = [
    ("open", "true: only open ones; false: only closed ones"),
    ("repeats", "true: only those that repeat an earlier one"),
    ("breached", "true: only those of which a clock ran out"),
    ("escalated", "true: only those that climbed the ladder"),
];
/// Spans: the parameters, the member of the query, what it means.
const SPANS: [(&str, &str, &str, &str); 4] = [
    ("from", "to", "registered", "Registered in this span"),
    ("closed_from", "closed_to", "closed", "Closed in this span"),
    ("missed_from", "missed_to", "missed", "With a clock that ran out in this span"),
    ("visited_from", "visited_to", "visited", "With a visit at visited_by that ended in this span"),
];
const INSTANT: &str = "an instant such as 2025-03-01T00:00:00+08:00, or a day such as 2025-03-01";

/// Every parameter of the ledger, beside those of pages.
pub fn names() -> impl Iterator<Item = &'static str> {
    let texts = TEXTS.iter().chain(&FLAGS).map(|(name, _)| *name);
    texts.chain(SPANS.iter().flat_map(|(from, to, ..)| [*from, *to])).chain(["department"])
}

/// Describes the parameters.
#[must_use]
pub fn described(endpoint: Endpoint) -> Endpoint {
    let mut endpoint = endpoint.with("department", "Only this department");
    for (name, meaning) in TEXTS.iter().chain(&FLAGS) {
        endpoint = endpoint.with(name, meaning);
    }
    for (from, to, _, meaning) in SPANS {
        endpoint = endpoint.with(from, meaning).with(to, "Its end: before this instant, or with this day");
    }
    endpoint
}

/// The body of the ledger's query: what is sought, within the caller's reach.
///
/// # Errors
/// `not-allowed` for another's department, `invalid-field`.
pub async fn ledger(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let mut body = json!({ "department": department(app, caller, parameters)? });
    for (name, _) in TEXTS {
        if let Some(text) = parameters.text(name) {
            body[name] = text.into();
        }
    }
    for (name, _) in FLAGS {
        body[name] = json!(parameters.get::<bool>(name, "true or false")?);
    }
    let days = Days::of(app, caller.0.organisation());
    for (from, to, member, _) in SPANS {
        body[member] = json!({
            "from": days.instant(parameters, from, Edge::Begin).await?,
            "to": days.instant(parameters, to, Edge::End).await?,
        });
    }
    Ok(body)
}

/// Which edge of a span; a day that ends one belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its beginning.
    Begin,
    /// Its end.
    End,
}

/// Reads instants and days, which are the organisation's own.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    app: &'a App,
    organisation: &'a OrganisationId,
}

impl<'a> Days<'a> {
    /// Of an organisation.
    #[must_use]
    pub const fn of(app: &'a App, organisation: &'a OrganisationId) -> Self {
        Self { app, organisation }
    }

    /// A parameter that names an instant or a day.
    ///
    /// # Errors
    /// `invalid-field`.
    pub async fn instant(
        &self,
        parameters: &Parameters,
        name: &str,
        edge: Edge,
    ) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = parameters.text(name) else { return Ok(None) };
        if let Ok(instant) = text.parse() {
            return Ok(Some(instant));
        }
        let wrong = || {
            let problem = Problem::new(ProblemCode::InvalidField, "the parameter cannot be read");
            Refusal::from(problem.at(format!("?{name}")).expected(INSTANT))
        };
        let day: Date = text.parse().map_err(|_| wrong())?;
        let zone = self.app.known.house(self.app, self.organisation).await.zone.clone();
        at(day, edge, zone).map(Some).ok_or_else(wrong)
    }
}

/// The instant at an edge of a day.
fn at(day: Date, edge: Edge, zone: TimeZone) -> Option<Timestamp> {
    let day = if edge == Edge::End { day.checked_add(1.day()).ok()? } else { day };
    day.to_zoned(zone).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_days_has_its_last_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let day: Date = "2026-11-28".parse().unwrap();
        let instant = |edge| at(day, edge, zone.clone()).unwrap().to_string();
        assert_eq!(instant(Edge::Begin), "2026-11-27T16:00:00Z");
        assert_eq!(instant(Edge::End), "2026-11-28T16:00:00Z");
        assert_eq!(at(Date::MAX, Edge::End, zone), None);
    }
}
