//! Scenarios against the running stack: orders and questions over NATS as the operator, time by the rehearsal clock.
//!
//! All scenarios are merged into one forward timeline, because the stack's clock never goes back. A stack whose clock
//! stands after the first step of a scenario refuses the run.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use contracts::commands::{Answer, Command};
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, queries};
use jiff::Timestamp;
use runtime::rehearsal;
use serde_json::{Value, json};
use simulator::scenario::view::{ASKED, assemble};
use simulator::scenario::{CaseView, Driver, Prepared, Verdict};

use crate::operator::Operator;

/// The longest that the stack may stay busy at one instant, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays `all` against the running stack.
///
/// # Errors
/// When the stack cannot be reached, is not in a rehearsal, or stands later than the first step.
pub(super) async fn play(all: &[Prepared], config: Option<&Path>) -> anyhow::Result<Vec<Verdict>> {
    let operator = Operator::connect(config).await?;
    simulator::scenario::play(all, &mut Live { operator }).await
}

struct Live {
    operator: Operator,
}

impl Driver for Live {
    async fn order(&mut self, service: ServiceName, command: Command) -> anyhow::Result<Answer> {
        self.operator.order(service, command).await
    }

    async fn advance_to(&mut self, target: Timestamp) -> anyhow::Result<()> {
        let moved = rehearsal::advance_to(self.operator.bus(), ServiceName::ALL, target, PATIENCE).await;
        moved.map(drop).context("the clock of the rehearsal was not moved")
    }

    async fn view(&mut self, complaint: &SubjectRef) -> anyhow::Result<CaseView> {
        let mut said = BTreeMap::new();
        for service in ASKED {
            let body = json!({ "complaint": complaint.id });
            match self.operator.ask(service, "case", &complaint.organisation, body).await {
                Ok(view) => drop(said.insert(service, view)),
                Err(error) if is_unknown(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(assemble(&said))
    }

    async fn reports(
        &mut self,
        organisation: &OrganisationId,
    ) -> anyhow::Result<BTreeMap<String, Timestamp>> {
        let name = queries::routing::REPORTS;
        let made = self.operator.ask(ServiceName::Routing, name, organisation, Value::Null).await?;
        Ok(serde_json::from_value(made).unwrap_or_default())
    }

    async fn handovers(&mut self, organisation: &OrganisationId) -> anyhow::Result<usize> {
        let (name, body) = (queries::routing::HANDOVERS, json!({ "open": true, "limit": 200 }));
        let page = self.operator.ask(ServiceName::Routing, name, organisation, body).await?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    }

    async fn parked(&mut self, organisation: &OrganisationId) -> anyhow::Result<usize> {
        let mut parked = 0;
        for service in ServiceName::ALL {
            let said = self.operator.ask(*service, queries::PARKED, organisation, Value::Null).await?;
            parked += count(&said, organisation);
        }
        Ok(parked)
    }
}

/// A service that never heard of the complaint has nothing to say of it.
fn is_unknown(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Problem>().is_some_and(|problem| problem.code == ProblemCode::NotFound)
}

/// How many parked messages of the organisation a page lists.
fn count(page: &Value, organisation: &OrganisationId) -> usize {
    let listed = page.as_array().or_else(|| page["parked"].as_array());
    let own = |one: &&Value| {
        let of = one["organisation"].as_str().or_else(|| one["subject"]["organisation"].as_str());
        of.is_none_or(|of| of == organisation.as_str())
    };
    listed.map_or(0, |listed| listed.iter().filter(own).count())
}
