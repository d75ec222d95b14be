//! The operator's own connection: orders and questions to the services, over NATS, as user `operator`.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, BusOptions, RequestError};
use bytes::Bytes;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::asking::{Asker, may_ask};
use contracts::queries::{Query, QueryAnswer};
use contracts::{CommandId, OrganisationId, ProblemCode, ServiceName, SubjectRef, subjects};
use runtime::config::{NoSettings, RuntimeConfig};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often a question is asked that nobody answers, or that a service is too busy for: one that was killed is there
/// again in seconds, and asking changes nothing.
const TRIES: usize = 4;
/// How long a service that is not there or too busy is given before it is asked again.
const AWAY: Duration = Duration::from_secs(2);

/// A connected operator.
#[derive(Clone)]
pub struct Operator {
    bus: Bus,
}

impl Operator {
    /// Connects as the configuration file says under `[operator]`.
    ///
    /// # Errors
    /// A configuration that is not right, or NATS out of reach.
    pub async fn connect(config: Option<&Path>) -> anyhow::Result<Self> {
        let config: RuntimeConfig = runtime::config::load::<NoSettings>("operator", config)?.runtime;
        Self::connect_with(&config).await
    }

    async fn connect_with(config: &RuntimeConfig) -> anyhow::Result<Self> {
        let name = config.nats.user.clone(); // answers come to the inbox that this user may listen to
        let options = BusOptions::new(config.nats.url.clone(), name)
            .signed_in(config.nats.user.clone(), config.nats.password.clone());
        Ok(Self { bus: Bus::connect(options).await? })
    }

    /// The connection itself.
    #[must_use]
    pub const fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Gives orders of one verb to one service, as one request.
    ///
    /// # Errors
    /// When the service cannot be reached or its answer cannot be read.
    pub async fn orders(
        &self,
        service: ServiceName,
        verb: &str,
        orders: &[Command],
    ) -> anyhow::Result<Vec<Answer>> {
        let payload = serde_json::to_vec(orders)?;
        let subject = subjects::command(service, verb);
        let answer = self
            .bus
            .request(&subject, payload.into(), PATIENCE)
            .await
            .with_context(|| format!("{service} did not answer {verb}"))?;
        let answers: Vec<Answer> = serde_json::from_slice(&answer).context("the answer cannot be read")?;
        anyhow::ensure!(
            answers.len() == orders.len(),
            "{service} gave {} answers to {} orders",
            answers.len(),
            orders.len()
        );
        Ok(answers)
    }

    /// Gives one order.
    ///
    /// # Errors
    /// As [`Self::orders`].
    pub async fn order(&self, service: ServiceName, order: Command) -> anyhow::Result<Answer> {
        let verb = order.verb.clone();
        let mut answers = self.orders(service, &verb, &[order]).await?;
        answers.pop().context("no answer came")
    }

    /// Gives an order as Redress itself; a refusal is an error.
    ///
    /// # Errors
    /// As [`Self::orders`], and the refusal.
    pub async fn administer(
        &self,
        service: ServiceName,
        id: &str,
        subject: SubjectRef,
        verb: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let id = CommandId::new(id).map_err(|text| anyhow::anyhow!("{text} is not a command id"))?;
        let order = Command {
            id,
            subject,
            verb: verb.to_owned(),
            actor: Actor::System,
            expected_version: None,
            traceparent: None,
            body,
        };
        match self.order(service, order).await? {
            Answer::Done { body, .. } => Ok(body),
            Answer::Refused { problem } => {
                Err(anyhow::Error::new(problem).context(format!("{verb} was refused")))
            }
        }
    }

    /// Asks a question of a service's own about one organisation.
    ///
    /// # Errors
    /// When the service cannot be reached, or the problem it answers with.
    pub async fn ask(
        &self,
        service: ServiceName,
        name: &str,
        organisation: &OrganisationId,
        body: Value,
    ) -> anyhow::Result<Value> {
        debug_assert!(may_ask(Asker::Operator, service, name), "operators do not ask {service} for {name}");
        let query = Query { organisation: organisation.clone(), actor: Actor::System, body };
        let (subject, question) = (subjects::query(service, name), Bytes::from(serde_json::to_vec(&query)?));
        let mut tries = 1;
        loop {
            let answer = match self.bus.request(&subject, question.clone(), PATIENCE).await {
                Err(RequestError::NoResponders { .. } | RequestError::Timeout { .. }) if tries < TRIES => {
                    None
                }
                answer => Some(answer.with_context(|| format!("{service} did not answer {name}"))?),
            };
            if let Some(answer) = answer {
                let answer: QueryAnswer =
                    serde_json::from_slice(&answer).context("the answer cannot be read")?;
                match Result::from(answer) {
                    Err(problem) if problem.code == ProblemCode::Unavailable && tries < TRIES => {}
                    answer => return answer.map_err(anyhow::Error::new),
                }
            }
            tries += 1;
            tokio::time::sleep(AWAY).await;
        }
    }

    /// Everything that a query lists under its own name, page after page.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn list(
        &self,
        service: ServiceName,
        name: &str,
        organisation: &OrganisationId,
    ) -> anyhow::Result<Vec<Value>> {
        let (mut listed, mut place) = (Vec::new(), Value::Null);
        loop {
            let mut page =
                self.ask(service, name, organisation, serde_json::json!({ "after": place })).await?;
            if let Value::Array(lines) = page[name].take() {
                listed.extend(lines);
            }
            place = page["next"].take();
            if place.is_null() {
                return Ok(listed);
            }
        }
    }
}
