//! The table: every input and the file that decides on it.

mod asking;
mod correct_done;
mod correct_plan;
mod correct_verify;
mod execute;
mod finding_add;
mod propose;
mod remedies;
mod seat;
mod shares;
mod stage_changed;
mod stage_entered;
mod stage_withdrawn;
mod standard;
mod verify;
mod work_assigned;

use contracts::commands::Command;
use contracts::{Event, Problem, ProblemCode};
use runtime::service::{Context, Decision, Heard, Input};

use crate::Row;
use crate::state::State;

/// What every decision gives.
type Decided = Result<Decision<Row>, Problem>;

/// Decides on one input.
pub(crate) fn decide(context: &Context<'_, State>, state: &State, input: &Input) -> Decided {
    match input {
        Input::Heard(heard) => hear(context, state, heard),
        Input::Command(command) => order(context, state, command),
        Input::Due(_) => Ok(Decision::nothing()), // this service sets no timers: business clocks are routing's
    }
}

fn hear(context: &Context<'_, State>, state: &State, heard: &Heard) -> Decided {
    match &heard.event {
        Event::StageEntered(entered) => stage_entered::decide(context, state, heard, entered),
        Event::StageChanged(changed) => Ok(stage_changed::decide(context, state, changed)),
        Event::StageWithdrawn(withdrawn) => Ok(stage_withdrawn::decide(state, withdrawn)),
        Event::WorkAssigned(assigned) => Ok(work_assigned::decide(state, assigned)),
        Event::PersonErased(erased) => {
            let mut decision = Decision::nothing();
            decision.shred = erased.complaints.clone();
            Ok(decision)
        }
        // Folded into the state, nothing to say about: approvals, queues, withdrawals, facts.
        Event::RoundOpened(_)
        | Event::RoundClosed(_)
        | Event::WorkQueued(_)
        | Event::WorkWithdrawn(_)
        | Event::StageCompleted(_)
        | Event::FactRecorded(_) => Ok(Decision::nothing()),
        // Not this service's matter.
        Event::ComplaintRegistered(_)
        | Event::FileAdded(_)
        | Event::ClaimClarified(_)
        | Event::PlaybookPublished(_)
        | Event::PlaybookActivated(_)
        | Event::ActivationWithdrawn(_)
        | Event::PlaybookApplied(_)
        | Event::CalendarPublished(_)
        | Event::CalendarApplied(_)
        | Event::CaseChanged(_)
        | Event::DirectoryChanged(_)
        | Event::WorkRequested(_)
        | Event::ClockStarted(_)
        | Event::ClockChanged(_)
        | Event::ClockStopped(_)
        | Event::ClockMissed(_)
        | Event::CaseEscalated(_)
        | Event::ActLate(_)
        | Event::RulingOpened(_)
        | Event::RulingGiven(_)
        | Event::RulingWithdrawn(_)
        | Event::CaseClosed(_)
        | Event::FormFilled(_)
        | Event::FormSigned(_)
        | Event::LedgerEntered(_)
        | Event::LedgerSettled(_)
        | Event::VerificationRecorded(_)
        | Event::FindingRecorded(_)
        | Event::ProposalMade(_)
        | Event::RemedyExecuted(_)
        | Event::MeasuresPlanned(_)
        | Event::MeasureDone(_)
        | Event::EffectVerified(_)
        | Event::DecisionRecorded(_)
        | Event::ReviewRecorded(_)
        | Event::AuditRecorded(_)
        | Event::OpinionRecorded(_)
        | Event::OpinionSigned(_)
        | Event::AccountabilityDecided(_)
        | Event::NoticeRequested(_)
        | Event::NoticeSettled(_)
        | Event::ReplyTold(_)
        | Event::CustomerAnswered(_)
        | Event::ReportDue(_)
        | Event::CallbackNoted(_)
        | Event::CallbackRecorded(_)
        | Event::ContactPrepared(_)
        | Event::ContactRecorded(_)
        | Event::TeamCalled(_)
        | Event::HandoverWritten(_)
        | Event::HandoverAcknowledged(_)
        | Event::ParkedSettled(_) => Ok(Decision::nothing()),
    }
}

fn order(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    match command.verb.as_str() {
        "verify" => verify::decide(context, state, command),
        "finding.add" => finding_add::decide(context, state, command),
        "propose" => propose::decide(context, state, command),
        "execute" => execute::decide(context, state, command),
        "correct.plan" => correct_plan::decide(context, state, command),
        "correct.done" => correct_done::decide(context, state, command),
        "correct.verify" => correct_verify::decide(context, state, command),
        other => Err(Problem::new(ProblemCode::NotFound, format!("investigation takes no order “{other}”"))),
    }
}

#[cfg(test)]
mod tests;
