//! Notification: every word to the customer and to staff.
//!
//! ```text
//! complaint.registered ─▶ acknowledgement                          ─▶ notice.requested
//! stage.entered        ─▶ contact | reply | callback: who does it? ─▶ work.requested
//!                      ─▶ nobody is needed: told by the template   ─▶ notice.requested, stage.completed
//! contact.prepare      ─▶ is every point of the sheet there?       ─▶ contact.prepared
//! contact.record       ─▶ was the customer reached?                ─▶ contact.recorded, fact.recorded, stage.completed
//! reply                ─▶ approved? by the one voice?              ─▶ reply.told, notice.requested, stage.completed
//! answer.record        ─▶ accepts or rejects                       ─▶ customer.answered, stage.completed
//! callback             ─▶ satisfaction, only from the customer     ─▶ callback.recorded, stage.completed
//! case.escalated       ─▶ whom the ladder reached                  ─▶ notice.requested
//! (sender)             ─▶ delivered, listed, failed                ─▶ notice.settled
//! ```
//!
//! The table of inputs is [`decide`]. Words are kept encrypted by the shell; addresses are intake's and are asked for
//! when a message is handed to its channel.

pub mod config;
pub mod decide;
pub mod promise;
pub mod queries;
pub mod sender;
pub mod state;
pub mod store;
pub mod telling;
pub mod templates;

use contracts::{Problem, ServiceName};
use runtime::definition::Definition;
use runtime::service::{Context, Decision, Happened, Heeds, Input, Service};

use config::NotificationConfig;
use queries::Answers;
use sender::Sender;
use store::Deliveries;

pub use state::State;

/// Notification's tables.
pub static MIGRATIONS: journal::Migrator = sqlx::migrate!("./migrations");

/// Everything notification is.
#[must_use]
pub fn definition(config: NotificationConfig) -> Definition<Notification, Deliveries, Answers> {
    let description = "Every word to the customer and to staff: acknowledgement, reply, callback, messages.";
    Definition::new(Notification, Deliveries, &MIGRATIONS, env!("CARGO_PKG_VERSION"), description)
        .with_queries(|around| Answers { pool: around.pool.clone(), keys: around.keys.clone() })
        .with_background("sender", move |around| {
            let until = around.until.clone();
            let sender =
                Sender { pool: around.pool, bus: around.bus, inlet: around.inlet, ring: around.keys, config };
            sender.run(until)
        })
        .with_outstanding("messages to send", |pool| async move { store::unsettled(&pool).await })
}

/// Notification's core.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notification;

impl Service for Notification {
    type State = State;
    type Row = store::Row;

    fn name(&self) -> ServiceName {
        ServiceName::Notification
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[ServiceName::Intake, ServiceName::Routing]
    }
    fn verbs(&self) -> Vec<&'static str> {
        decide::verbs()
    }
    fn says(&self) -> &'static [&'static str] {
        &[
            "act.late",
            "callback.noted",
            "callback.recorded",
            "contact.prepared",
            "contact.recorded",
            "customer.answered",
            "fact.recorded",
            "notice.requested",
            "notice.settled",
            "reply.told",
            "stage.completed",
            "work.requested",
            "work.withdrawn",
        ]
    }

    fn heeds(&self) -> Heeds {
        Heeds::These(&[
            "case.closed",
            "case.changed",
            "case.escalated",
            "complaint.registered",
            "fact.recorded",
            "file.added",
            "person.erased",
            "playbook.published",
            "report.due",
            "stage.changed",
            "stage.entered",
            "stage.withdrawn",
            "work.assigned",
            "work.queued",
        ])
    }

    fn decide(
        &self,
        context: &Context<'_, State>,
        state: &State,
        input: &Input,
    ) -> Result<Decision<store::Row>, Problem> {
        decide::decide(context, state, input)
    }
    fn evolve(&self, state: &mut State, happened: &Happened<'_>) {
        state::evolve(state, happened);
    }
}
