//! Investigation: whether a complaint stands, what was found, what is proposed, what was carried out, what keeps it from
//! happening again.
//!
//! ```text
//! routing ── stage.entered ──────► │               │ ── work.requested ─────────► routing
//! routing ── work.assigned ──────► │ investigation │ ── verification.recorded
//! people ─── verify, finding.add,  │               │    finding.recorded
//!            propose, execute,     │               │    measures.planned, …
//!            correct.… ──────────► │               │    proposal.made ──────────► approval
//! approval ─ round.opened/closed ► │               │    remedy.executed
//! intake ─── person.erased ──────► │               │ ── stage.completed ────────► routing
//! ```
//!
//! | input | decided in | what comes of it |
//! |---|---|---|
//! | `stage.entered` (verify, investigate, propose, execute, correct) | `decide/stage_entered.rs` | `work.requested`, or `stage.completed` where no person is needed |
//! | `stage.changed` | `decide/stage_changed.rs` | `work.withdrawn` and `work.requested` with the new epoch |
//! | `stage.withdrawn` | `decide/stage_withdrawn.rs` | `work.withdrawn` |
//! | `work.assigned` | `decide/work_assigned.rs` | who may act; `act.late` when it comes too late |
//! | `work.queued`, `work.withdrawn` (routing) | state only | nobody may act until somebody holds it |
//! | `round.opened`, `round.closed` (approval) | state only | which version may be carried out |
//! | `fact.recorded`, `stage.completed` (others) | state only | facts that a stage requires |
//! | `person.erased` (intake) | `decide.rs` | the words of those complaints are shredded |
//! | order `verify` | `decide/verify.rs` | `verification.recorded`, `stage.completed` |
//! | order `finding.add` | `decide/finding_add.rs` | `finding.recorded`; ends a visit of kind investigate when it says so |
//! | order `propose` | `decide/propose.rs` | `proposal.made`, `stage.completed` |
//! | order `execute` | `decide/execute.rs` | `remedy.executed`, `stage.completed` |
//! | order `correct.plan` | `decide/correct_plan.rs` | `measures.planned`, `work.requested` for each, `fact.recorded` |
//! | order `correct.done` | `decide/correct_done.rs` | `measure.done`, `fact.recorded`; after the last `work.requested` |
//! | order `correct.verify` | `decide/correct_verify.rs` | `effect.verified`, `stage.completed` |
//! | anything else heard | – | only the cursor advances |
//!
//! Every order is refused in the same order of questions, see `decide/seat.rs`.

use contracts::commands::investigation::VERBS;
use contracts::{Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};
use runtime::shell::NoRows;

use queries::Answers;

pub mod config;
mod decide;
pub mod needs;
pub mod queries;
pub mod state;
pub mod view;

pub use state::State;

/// The pure core of the service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Investigation;

/// A row of tables of its own: there are none. What is asked about a case is in its state and its words.
pub type Row = std::convert::Infallible;

/// The tables of its own: none, beside those of messaging.
static MIGRATIONS: journal::Migrator = sqlx::migrate!("./migrations");

/// Everything investigation is.
#[must_use]
pub fn definition() -> Definition<Investigation, NoRows, Answers> {
    let description = "Verification, findings, remedy proposals and their execution.";
    Definition::new(Investigation, NoRows, &MIGRATIONS, env!("CARGO_PKG_VERSION"), description)
        .with_queries(|around| Answers { pool: around.pool.clone(), keys: around.keys.clone() })
}

impl Service for Investigation {
    type State = State;
    type Row = Row;

    fn name(&self) -> ServiceName {
        ServiceName::Investigation
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Intake, ServiceName::Routing, ServiceName::Approval, ServiceName::Notification]
    }
    fn verbs(&self) -> Vec<&'static str> {
        VERBS.to_vec()
    }
    fn says(&self) -> &'static [&'static str] {
        &[
            "act.late",
            "effect.verified",
            "fact.recorded",
            "finding.recorded",
            "measure.done",
            "measures.planned",
            "proposal.made",
            "remedy.executed",
            "stage.completed",
            "verification.recorded",
            "work.requested",
            "work.withdrawn",
        ]
    }

    fn heeds(&self) -> Heeds {
        Heeds::These(&[
            "fact.recorded",
            "person.erased",
            "round.closed",
            "round.opened",
            "stage.changed",
            "stage.completed",
            "stage.entered",
            "stage.withdrawn",
            "work.assigned",
            "work.queued",
            "work.withdrawn",
        ])
    }

    fn decide(
        &self,
        context: &Context<'_, State>,
        state: &State,
        input: &Input,
    ) -> Result<Decision<Row>, Problem> {
        decide::decide(context, state, input)
    }
    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state.evolve(happened);
    }
}
