//! `case.withdraw` → `case.closed`: the customer takes the complaint back. Open visits, rulings and rounds end with it, and
//! all clocks stop; what the customer said is its closing summary.

use contracts::commands::routing::WithdrawCase;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{Problem, ProblemCode};

use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, staff};
use crate::own::own_works;
use crate::rights::Rights;

/// How such a case ended.
const WITHDRAWN: &str = "withdrawn";

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: WithdrawCase = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    draft.rights().works_on(&command.actor)?;
    may(&draft.rights())?;
    draft.summary = draft.keep(&order.reason);
    if let Some(main) = draft.case.main_visit().map(|(id, _)| id) {
        let own = own_works(&draft.case, main);
        draft.say(StageWithdrawn { visit: main, reason: "case_withdrawn".to_owned() });
        draft.withdraw(own, main, "stage_withdrawn");
    }
    draft.close_as(crate::state::word(WITHDRAWN), command.actor.plain())?;
    draft.finish()
}

/// Whether a complaint can be taken back now.
///
/// # Errors
/// `wrong-stage` when it is closed, or something was carried out for the customer.
pub(crate) fn may(rights: &Rights<'_>) -> Result<(), Problem> {
    let refused = |detail: &str, expected: &str| {
        Err(Problem::new(ProblemCode::WrongStage, detail).at("/reason").expected(expected))
    };
    if rights.case.is_closed() {
        return refused("the case is closed", "a case that is open");
    }
    let executed = rights.case.facts.get(&key::remedy_executed());
    if executed.and_then(contracts::FactValue::as_bool) == Some(true) {
        let expected = "the handling ended as the playbook says: answered, called back and filed";
        return refused("what was agreed has been carried out for the customer", expected);
    }
    Ok(())
}
