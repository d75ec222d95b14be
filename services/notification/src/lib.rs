//! Notification: every word to the customer and to staff.
//!
//! ```text
//! complaint.registered ─▶ acknowledgement                       ─▶ notice.requested
//! stage.entered        ─▶ contact | reply | callback            ─▶ work.requested
//! contact.record       ─▶ was the customer reached?             ─▶ fact.recorded, stage.completed
//! reply                ─▶ approved? by the one voice?           ─▶ reply.told, notice.requested, stage.completed
//! answer.record        ─▶ accepts or rejects                    ─▶ customer.answered, stage.completed
//! callback             ─▶ satisfaction, only from the customer  ─▶ callback.recorded, stage.completed
//! case.escalated       ─▶ whom the ladder reached               ─▶ notice.requested
//! (sender)             ─▶ delivered, listed, failed             ─▶ notice.settled
//! ```
//!
//! The table of inputs is [`decide`]. Words are kept encrypted by the shell; addresses are intake's and are asked for
//! when a message is handed to its channel.

pub mod config;
pub mod decide;
pub mod queries;
pub mod sender;
pub mod state;
pub mod store;
pub mod templates;

use contracts::{Problem, ServiceName};
use runtime::service::{Context, Decision, Happened, Input, Service};

pub use state::State;

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
