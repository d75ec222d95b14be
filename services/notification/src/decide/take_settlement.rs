//! `notice.settle` → how a message ended, as the sender found it. Only the sender itself gives this order.

use std::collections::BTreeSet;

use contracts::commands::{Actor, Command};
use contracts::messages::notice_settled::{NoticeOutcome, NoticeSettled};
use contracts::{NoticeId, Problem, ProblemCode};
use runtime::service::Decision;
use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::state::Conversation;

/// The verb.
pub const VERB: &str = "notice.settle";

/// Says how a message ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleNotice {
    /// The message.
    pub notice: NoticeId,
    /// How it ended.
    pub outcome: NoticeOutcome,
    /// How many attempts were made.
    pub attempts: u32,
}

/// The end of a message about a report; one that ended already is not said again.
pub(super) fn of_report(open: &BTreeSet<NoticeId>, command: &Command) -> Outcome {
    let body = the_senders(command)?;
    let mut decision = Decision::nothing();
    if open.contains(&body.notice) {
        decision.say(NoticeSettled { notice: body.notice, outcome: body.outcome, attempts: body.attempts });
    }
    Ok(decision)
}

fn the_senders(command: &Command) -> Result<SettleNotice, Problem> {
    if command.actor != Actor::System {
        let problem = Problem::new(ProblemCode::NotAllowed, "only the sender says how a message ended");
        return Err(problem.at("/actor").expected("the sender itself"));
    }
    command.read()
}

pub(super) fn decide(conversation: &Conversation, command: &Command) -> Outcome {
    let body = the_senders(command)?;
    let notice = conversation.notices.get(&body.notice);
    let notice = notice
        .ok_or_else(|| Problem::new(ProblemCode::NotFound, "there is no such message").at("/notice"))?;
    let mut decision = Decision::nothing();
    if notice.outcome.is_none() {
        decision.say(NoticeSettled { notice: body.notice, outcome: body.outcome, attempts: body.attempts });
    }
    Ok(decision)
}
