//! Analytics: read models only. It hears everything, says nothing, and can be rebuilt from the journals while work
//! goes on.
//!
//! ```text
//! every event of intake, routing, investigation, approval, notification ─▶ the facts of its case
//!                                                                       ─▶ ledger, stage times, breaches (rows)
//! report.due of routing ─▶ a report that is asked for (row) ─▶ its figures, frozen once the ledger is level
//! ```
//!
//! **Rebuilding** forgets heads and rows in one transaction; comparing heads with the sources then brings everything
//! back through the same path as a delivered message. What is delivered meanwhile is held until its predecessors
//! are there again.

pub mod queries;
pub mod rebuild;
pub mod reports;
pub mod state;
pub mod store;

use contracts::{Event, Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};

use queries::Answers;
use store::Ledger;

pub use state::State;

/// Analytics' tables.
pub static MIGRATIONS: journal::Migrator = sqlx::migrate!("./migrations");

/// Everything analytics is.
#[must_use]
pub fn definition() -> Definition<Analytics, Ledger, Answers> {
    let description = "Read models of everything: the ledger, counts, stage times, breaches.";
    Definition::new(Analytics, Ledger, &MIGRATIONS, env!("CARGO_PKG_VERSION"), description)
        .with_queries(|around| Answers { pool: around.pool.clone() })
        .with_background("rebuilding", rebuild::follow)
        .with_background("reports", reports::follow)
        .with_outstanding("reports to make", reports::outstanding)
}

/// Analytics' core.
#[derive(Debug, Clone, Copy, Default)]
pub struct Analytics;

impl Service for Analytics {
    type State = State;
    type Row = store::Row;

    fn name(&self) -> ServiceName {
        ServiceName::Analytics
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[
            ServiceName::Intake,
            ServiceName::Routing,
            ServiceName::Investigation,
            ServiceName::Approval,
            ServiceName::Notification,
        ]
    }
    fn verbs(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn says(&self) -> &'static [&'static str] {
        &[]
    }

    fn heeds(&self) -> Heeds {
        Heeds::All
    }

    /// Every event becomes the present row of its case, `report.due` a report besides; nothing is refused and nothing is said.
    fn decide(
        &self,
        _: &Context<'_, State>,
        state: &State,
        input: &Input,
    ) -> Result<Decision<store::Row>, Problem> {
        let mut decision = Decision::nothing();
        if let Input::Heard(heard) = input {
            let mut after = state.clone();
            let subject = &heard.envelope.subject;
            let happened = Happened {
                source: heard.envelope.source,
                time: heard.envelope.time,
                subject,
                event: &heard.event,
            };
            state::evolve(&mut after, &happened);
            if let (State::Case(facts), Some(complaint)) = (after, subject.complaint_id()) {
                decision.rows.push(store::Row::Case(Box::new(store::CaseRow {
                    organisation: subject.organisation.clone(),
                    complaint,
                    facts: *facts,
                })));
            }
            if let Event::ReportDue(due) = &heard.event {
                decision.rows.push(store::Row::Report(Box::new(store::ReportRow {
                    organisation: subject.organisation.clone(),
                    id: heard.envelope.id.0,
                    complaint: subject.complaint_id(),
                    due: due.clone(),
                })));
            }
        }
        Ok(decision)
    }

    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state::evolve(state, happened);
    }
}
