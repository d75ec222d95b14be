//! The world outside a drill's organisation: what a case waits for comes to be known.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use calendar::{Clock as _, SystemClock};
use contracts::queries::routing;
use contracts::{ComplaintId, OrganisationId, ServiceName, StageKind, SubjectRef};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Place;
use super::by_book::Procedure;
use crate::operator::Operator;

/// How often it is looked at what is waited for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What surrounds one organisation.
pub(super) struct World {
    operator: Arc<Operator>,
    organisation: OrganisationId,
    procedure: Box<Procedure>,
    /// The complaints that may still wait for something.
    open: BTreeSet<ComplaintId>,
}

impl World {
    /// The world around a place; none where no case ever waits.
    pub(super) fn around(operator: &Arc<Operator>, place: &Place) -> Option<Self> {
        let procedure = place.plan.procedure.clone()?;
        let waits = procedure.playbook.stages.iter().any(|stage| stage.kind == StageKind::Wait);
        waits.then(|| Self {
            operator: Arc::clone(operator),
            organisation: place.plan.organisation.clone(),
            procedure,
            open: place.fed.receipts.keys().copied().collect(),
        })
    }

    /// Lets what is waited for come to be known until `stop`. A service that is away is asked again later.
    ///
    /// # Errors
    /// Never: what goes wrong here shows as a case that is not closed.
    pub(super) async fn goes_on(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            for complaint in self.open.clone() {
                if stop.is_cancelled() {
                    break;
                }
                if let Ok(true) = self.look_at(complaint).await {
                    self.open.remove(&complaint);
                }
            }
        }
        Ok(())
    }

    /// Tells what a case waits for; says whether it is closed.
    async fn look_at(&self, complaint: ComplaintId) -> anyhow::Result<bool> {
        let body = json!({ "complaint": complaint });
        let case = self.operator.ask(ServiceName::Routing, routing::CASE, &self.organisation, body).await?;
        if case["place"] == "closed" {
            return Ok(true);
        }
        let visits = case["visits"].as_array().map_or(&[][..], Vec::as_slice);
        for visit in visits.iter().filter(|visit| visit["kind"] == json!(StageKind::Wait)) {
            self.tell(complaint, visit, &case["facts"]).await?;
        }
        Ok(false)
    }

    async fn tell(&self, complaint: ComplaintId, visit: &Value, known: &Value) -> anyhow::Result<()> {
        let stage = visit["stage"].as_str().unwrap_or_default();
        let facts = self.procedure.facts_for(stage, known, SystemClock.now());
        if facts.is_empty() {
            return Ok(());
        }
        let subject = SubjectRef::complaint(&self.organisation, complaint);
        let id = format!("outside-{}", visit["visit"].as_str().unwrap_or_default());
        let body = json!({ "facts": facts });
        self.operator.administer(ServiceName::Intake, &id, subject, "fact.record", body).await?;
        Ok(())
    }
}
