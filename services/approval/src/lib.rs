//! Approval: who has the authority to decide, who reviews before them, who meets, audits and holds to account, and what
//! they said.
//!
//! ```text
//! routing ─────── stage.entered ────► │          │ ── round.opened ─────────► investigation
//! investigation ─ proposal.made ────► │ approval │ ── work.requested ───────► routing
//! routing ─────── work.assigned ────► │          │ ── decision.recorded
//! people ──────── decide, review ───► │          │ ── review.recorded
//!                 audit, meet ──────► │          │ ── audit.recorded, opinion.recorded, opinion.signed
//!                 account ──────────► │          │ ── accountability.decided
//!                                     │          │ ── round.closed ─────────► investigation
//! intake ──────── person.erased ────► │          │ ── stage.completed ──────► routing
//! ```
//!
//! | input | decided in | what comes of it |
//! |---|---|---|
//! | `stage.entered` (approve, review, audit, meet, account) | `decide/stage_entered.rs` | `round.opened` and `work.requested` for the first step; or `round.closed` and `stage.completed` where nobody has to do anything |
//! | `complaint.registered` (intake) | state only | who settled it on the spot has handled it |
//! | `clock.missed` (routing) | `decide/clock_missed.rs` | who may be held to account; an open round about such a clock is voided and the next opens |
//! | `stage.changed` | `decide/stage_changed.rs` | seats where nothing was said yet are asked for again with the new epoch |
//! | `stage.withdrawn` | `decide/stage_withdrawn.rs` | `round.closed` (voided), `work.withdrawn` |
//! | `work.assigned` | `decide/work_assigned.rs` | who sits; whoever may not is replaced; `act.late` when it comes too late |
//! | `work.queued`, `work.withdrawn` (routing) | state only | nobody sits there for the time being |
//! | `proposal.made` (investigation) | `decide/proposal_made.rs` | a new version voids the open round and opens the next |
//! | `verification.recorded`, `finding.recorded` (investigation) | state only | who investigated may neither decide, review nor audit |
//! | `measures.planned`, `measure.done` (investigation) | state only | who carried measures out may not audit |
//! | `directory.changed` (routing) | state only | how many hold a role, for steps that count people |
//! | `person.erased` (intake) | `decide.rs` | the words of those complaints are shredded |
//! | order `decide` | `decide/decide_seat.rs` | `decision.recorded`; then the next step, or `round.closed` and `stage.completed` |
//! | order `review` | `decide/review_seat.rs` | `review.recorded`, `round.closed` and `stage.completed` |
//! | order `audit` | `decide/audit_seat.rs` | `audit.recorded`, `round.closed` and `stage.completed` |
//! | order `meet` | `decide/meet_seat.rs` | `opinion.recorded` by whoever convened, then `opinion.signed` by each participant; `round.closed` and `stage.completed` when all signed or one refused |
//! | order `account` | `decide/account_seat.rs` | `accountability.decided`, `round.closed` and `stage.completed` |
//! | anything else heard | – | only the cursor advances |

use contracts::commands::approval::VERBS;
use contracts::{Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};
use runtime::shell::NoRows;

use queries::Answers;

pub mod config;
mod decide;
mod ledger;
mod matrix;
pub mod needs;
pub mod queries;
pub mod state;
pub mod view;

pub use config::Config;
pub use state::State;

/// The pure core of the service.
#[derive(Debug, Clone, Default)]
pub struct Approval {
    /// What counts together.
    pub config: Config,
}

/// A row of tables of its own: there are none. What is asked about a round is in the state and its words.
pub type Row = std::convert::Infallible;

/// The tables of its own: none, beside those of messaging.
static MIGRATIONS: journal::Migrator = sqlx::migrate!("./migrations");

/// Everything approval is.
#[must_use]
pub fn definition(config: Config) -> Definition<Approval, NoRows, Answers> {
    let description =
        "The authority matrix, reviews and decisions over a proposal, meetings, audits, accountability.";
    Definition::new(Approval { config }, NoRows, &MIGRATIONS, env!("CARGO_PKG_VERSION"), description)
        .with_queries(|around| Answers { pool: around.pool.clone(), keys: around.keys.clone() })
}

impl Service for Approval {
    type State = State;
    type Row = Row;

    fn name(&self) -> ServiceName {
        ServiceName::Approval
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Intake, ServiceName::Routing, ServiceName::Investigation]
    }
    fn verbs(&self) -> Vec<&'static str> {
        VERBS.to_vec()
    }
    fn says(&self) -> &'static [&'static str] {
        &[
            "accountability.decided",
            "act.late",
            "audit.recorded",
            "decision.recorded",
            "fact.recorded",
            "opinion.recorded",
            "opinion.signed",
            "review.recorded",
            "round.closed",
            "round.opened",
            "stage.completed",
            "work.requested",
            "work.withdrawn",
        ]
    }

    fn heeds(&self) -> Heeds {
        Heeds::These(&[
            "clock.missed",
            "complaint.registered",
            "directory.changed",
            "finding.recorded",
            "measure.done",
            "measures.planned",
            "person.erased",
            "proposal.made",
            "stage.changed",
            "stage.entered",
            "stage.withdrawn",
            "verification.recorded",
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
        decide::decide(&self.config, context, state, input)
    }
    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state.evolve(happened);
    }
}
