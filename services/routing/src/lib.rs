//! Routing: the only service that knows the playbook's graph.
//!
//! ```text
//!  intake ── complaint.registered ─┐                     ┌─ stage.entered, stage.changed, stage.withdrawn
//!  any ───── fact.recorded ────────┤                     ├─ work.assigned, work.queued
//!  owners ── stage.completed ──────┼──▶ routing (case) ──┼─ clock.started/changed/stopped/missed
//!  owners ── work.requested ───────┤     playbook        ├─ case.escalated/changed/closed, act.late, report.due, ruling.…
//!  owners ── work.withdrawn ───────┤     directory       ├─ playbook.published/activated/applied, activation.withdrawn
//!  people ── commands ─────────────┤     organisation    ├─ calendar.published/applied, directory.changed
//!  time ──── timers ───────────────┘                     └─ its own triage and archive: work.requested, stage.completed
//! ```
//!
//! | input | decision ([`decide`]) |
//! |---|---|
//! | `complaint.registered` | opens the case: clocks from receipt, level, first stage after `register` |
//! | `fact.recorded` | clocks start, stop, move; rungs fire; sides begin; a `wait` ends; a held case goes on |
//! | `stage.completed` | the way on by the playbook, or `act.late` |
//! | `work.requested` | `work.assigned` to the right person, or `work.queued` |
//! | `work.withdrawn` | the work leaves the list |
//! | `person.erased` | closing summaries and why work was moved are shredded |
//! | `playbook.publish` | `playbook.published`, or every finding |
//! | `playbook.activate` | `playbook.activated`, once departments and calendars are there; from now on or from a time to come |
//! | `activation.withdraw` | `activation.withdrawn`, while it is still to come |
//! | `calendar.publish` | `calendar.published` |
//! | `calendar.apply`, `playbook.apply` | `calendar.applied`, `playbook.applied`; open cases are moved to it |
//! | `directory.put`, `absence.put` | `directory.changed`; open work is looked at again |
//! | `triage`, `archive` | routing's own stages: `stage.completed`, the way on, `case.closed` |
//! | `work.claim`, `work.hand_back`, `work.reassign`, `work.reconsider` | `work.assigned`, `work.queued` |
//! | `clocks.move` | `clock.changed`: the clocks that run on an earlier version of the calendar |
//! | `case.change` | `case.changed`, `clock.changed`, `clock.stopped`; a case between stages may go on |
//! | `directory.put`, `directory.import`, `absence.put` | `directory.changed`; open work is looked at again |
//! | `handover.write`, `handover.acknowledge` | `handover.written`, `handover.acknowledged` |
//! | `stage.transfer` | `stage.changed`: another department, a new epoch |
//! | `clock.pause`, `clock.resume` | `clock.changed` |
//! | `work.dispute`, `clock.extend` | `ruling.opened`: somebody with the authority is asked |
//! | `ruling.give` | `ruling.given`, and what it says: `stage.changed`, `clock.changed`, a higher level |
//! | `form.fill`, `form.sign` | `form.filled`, `form.signed`; `fact.recorded` once a form is complete |
//! | what a ledger of the playbook waits for | `ledger.entered`, `ledger.settled` |
//! | timer `clock:…` | `clock.missed` |
//! | timer `rung:…` | `case.escalated`, work that moves |
//! | timer `ruling:…` | `case.escalated`: whoever holds the ruling is reminded, or their line told |
//! | timer `report:…` (of the organisation) | `report.due`, for the period that is over |
//! | timer `version:…` (of the organisation) | a version comes into force: its reports begin |
//! | timers `absent:…`, `return:…` | `work.assigned`, `work.queued` |
//!
//! Everything else that is heard only advances its cursor.

mod affected;
pub mod applying;
pub mod barring;
mod choosing;
mod clocks;
mod closing;
mod contacts;
pub mod decide;
mod draft;
pub mod following;
mod forms;
mod import;
mod ladder;
pub mod ledgers;
mod library;
mod moving;
mod own;
pub mod queries;
mod reporting;
mod rights;
mod rows;
mod rulings;
mod shown_forms;
pub mod state;
pub mod store;
mod timers;
pub mod view;

use std::sync::Arc;
use std::time::Duration;

use contracts::{Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};
use sqlx::migrate::Migrator;

pub use affected::{OpenWork, affected_commands, open_works, reconsider};
pub use clocks::terms;
pub use contacts::ContactRow;
pub use draft::{LOAD, env_of};
pub use library::{Library, calendar_for};
pub use rows::{CasePlace, CaseRow, HandoverRow, Row, WorkRow};
pub use state::State;

/// The pure core of routing. What it keeps between decisions is only what it has read before.
#[derive(Debug, Default)]
pub struct Routing {
    library: Arc<Library>,
}

impl Routing {
    /// A core that keeps what it has read together with others. What is kept is found by its checksum, so sharing it
    /// changes no decision; a simulation that starts cores again and again reads each playbook once.
    #[must_use]
    pub const fn sharing(library: Arc<Library>) -> Self {
        Self { library }
    }
}

/// Routing's own tables.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How often changes are looked for that open work or open cases wait for.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// The service as it runs: its core, tables and queries, and the follower of changes of the directory.
#[must_use]
pub fn definition() -> Definition<Routing, store::Tables, queries::Answers> {
    let library = Arc::new(Library::default());
    let core = Routing::sharing(Arc::clone(&library));
    let description = "Playbooks, the directory, the stage graph, work items, clocks, the ladder";
    Definition::new(core, store::Tables, &MIGRATIONS, env!("CARGO_PKG_VERSION"), description)
        .with_queries(move |around| {
            let (keys, clock) = (Arc::clone(&around.keys), Arc::clone(&around.clock));
            queries::Answers::new(around.pool.clone(), library, keys, clock)
        })
        .with_background("follow changes", async |around| {
            following::follow(around.pool, around.inlet, FOLLOW_EVERY, around.until).await;
            Ok(())
        })
        .with_outstanding("changes of the directory", async |pool| store::changes_waiting(&pool).await)
        .with_outstanding("versions that are applied", async |pool| store::applications::count(&pool).await)
}

impl Service for Routing {
    type State = State;
    type Row = Row;

    fn name(&self) -> ServiceName {
        ServiceName::Routing
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Intake, ServiceName::Investigation, ServiceName::Approval, ServiceName::Notification]
    }
    fn verbs(&self) -> Vec<&'static str> {
        contracts::commands::routing::VERBS.to_vec()
    }

    fn says(&self) -> &'static [&'static str] {
        &[
            "act.late",
            "activation.withdrawn",
            "calendar.applied",
            "calendar.published",
            "case.changed",
            "case.closed",
            "case.escalated",
            "clock.changed",
            "clock.missed",
            "clock.started",
            "clock.stopped",
            "directory.changed",
            "fact.recorded",
            "form.filled",
            "form.signed",
            "handover.acknowledged",
            "handover.written",
            "ledger.entered",
            "ledger.settled",
            "playbook.activated",
            "playbook.applied",
            "playbook.published",
            "report.due",
            "ruling.given",
            "ruling.opened",
            "ruling.withdrawn",
            "stage.changed",
            "stage.completed",
            "stage.entered",
            "stage.withdrawn",
            "team.called",
            "work.assigned",
            "work.queued",
            "work.requested",
            "work.withdrawn",
        ]
    }

    fn heeds(&self) -> Heeds {
        Heeds::These(&[
            "complaint.registered",
            "fact.recorded",
            "person.erased",
            "stage.completed",
            "work.requested",
            "work.withdrawn",
        ])
    }

    fn decide(
        &self,
        context: &Context<'_, State>,
        state: &State,
        input: &Input,
    ) -> Result<Decision<Row>, Problem> {
        decide::decide(&decide::Desk { library: &self.library, context, state, input })
    }

    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state.evolve(happened);
    }
}
