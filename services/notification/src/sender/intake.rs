//! What is asked of intake when a message is handed over: the address and the tracking code, kept nowhere.

use contracts::commands::Actor;
use contracts::messages::notice_requested::Recipient;
use contracts::queries::intake::{self, ComplaintAsked, ComplaintFound, Contact, ContactAsked};
use contracts::queries::{Query, QueryAnswer};
use contracts::{ComplaintId, OrganisationId, ProblemCode, ServiceName, subjects};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Failure, STAFF, Sender};
use crate::store::Leased;

/// How long intake may take to answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

impl Sender {
    /// The complainant's address; only asked for now, and kept nowhere.
    pub(super) async fn contact(
        &self,
        organisation: &OrganisationId,
        message: &Leased,
    ) -> Result<Contact, Failure> {
        let Recipient::Complainant { complainant } = &message.recipient.0 else {
            return Err(Failure::Nowhere(STAFF.into()));
        };
        let asked = ContactAsked { complainant: *complainant, complaint: None, masked: false, speaks: false };
        self.ask(organisation, intake::CONTACT, &asked).await
    }

    /// The customer's secret, put into a text just before it goes out.
    pub(super) async fn tracking_code(
        &self,
        organisation: &OrganisationId,
        message: &Leased,
    ) -> Result<String, Failure> {
        let asked = ComplaintAsked { complaint: Some(ComplaintId(message.complaint)), number: None };
        let found: ComplaintFound = self.ask(organisation, intake::COMPLAINT, &asked).await?;
        Ok(found.tracking_code)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        organisation: &OrganisationId,
        name: &str,
        asked: &(impl Serialize + Sync),
    ) -> Result<T, Failure> {
        let away = |error: &dyn std::fmt::Display| Failure::NotTried(format!("intake: {error}"));
        let body = serde_json::to_value(asked).map_err(|error| away(&error))?;
        let query = Query { organisation: organisation.clone(), actor: Actor::System, body };
        let payload = serde_json::to_vec(&query).map_err(|error| away(&error))?;
        let subject = subjects::query(ServiceName::Intake, name);
        let answer =
            self.bus.request(&subject, payload.into(), PATIENCE).await.map_err(|error| away(&error))?;
        let answer: QueryAnswer = serde_json::from_slice(&answer).map_err(|error| away(&error))?;
        match answer {
            // Not the error's own text: it may repeat a value.
            QueryAnswer::Found { body } => serde_json::from_value(body)
                .map_err(|_| Failure::Again(format!("intake's answer to {name} cannot be read"))),
            QueryAnswer::Refused { problem } if problem.code == ProblemCode::NotFound => {
                Err(Failure::Never(format!("intake knows no such {name}")))
            }
            QueryAnswer::Refused { problem } => Err(away(&problem.code)),
        }
    }
}
