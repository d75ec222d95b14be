//! The table: every input and the file that decides on it.

mod account_seat;
mod audit_seat;
mod clock_missed;
mod close_round;
mod decide_seat;
mod incentives;
mod meet_seat;
mod newly_bound;
mod open_round;
mod proposal_made;
mod reopen_round;
mod review_seat;
mod seat_taken;
mod seats;
mod stage_changed;
mod stage_entered;
mod stage_withdrawn;
mod turn;
mod work_assigned;

use contracts::commands::Command;
use contracts::{Event, Problem, ProblemCode, ServiceName};
use runtime::service::{Context, Decision, Happened, Heard, Input};

use crate::Row;
use crate::config::Config;
use crate::state::State;

/// What every decision gives.
type Outcome = Result<Decision<Row>, Problem>;

/// What a decision on a heard event looks at.
struct Scene<'a, 'c> {
    config: &'a Config,
    context: &'a Context<'c, State>,
    before: &'a State,
    /// The state with the heard event folded in: what is decided holds for the world after it.
    after: &'a State,
}

/// Decides on one input.
pub(crate) fn decide(config: &Config, context: &Context<'_, State>, state: &State, input: &Input) -> Outcome {
    match input {
        Input::Heard(heard) => hear(config, context, state, heard),
        Input::Command(command) => {
            let mut decision = order(config, context, state, command)?;
            newly_bound::by_what_is_said(config, context, state, &command.subject, &mut decision);
            Ok(decision)
        }
        Input::Due(_) => Ok(Decision::nothing()), // this service sets no timers: business clocks are routing's
    }
}

fn order(config: &Config, context: &Context<'_, State>, state: &State, command: &Command) -> Outcome {
    match command.verb.as_str() {
        "decide" => decide_seat::decide(config, context, state, command),
        "review" => review_seat::decide(config, context, state, command),
        "audit" => audit_seat::decide(config, context, state, command),
        "meet" => meet_seat::decide(config, context, state, command),
        "account" => account_seat::decide(config, context, state, command),
        other => Err(Problem::new(ProblemCode::NotFound, format!("approval takes no order “{other}”"))),
    }
}

fn hear(config: &Config, context: &Context<'_, State>, before: &State, heard: &Heard) -> Outcome {
    let after = || after(context, before, heard);
    match &heard.event {
        Event::StageEntered(entered) => {
            let after = after();
            let scene = Scene { config, context, before, after: &after };
            let mut decision = stage_entered::decide(&scene, entered)?;
            newly_bound::ask_anew(&scene, &mut decision);
            Ok(decision)
        }
        Event::StageChanged(changed) => {
            Ok(stage_changed::decide(&Scene { config, context, before, after: &after() }, changed))
        }
        Event::StageWithdrawn(withdrawn) => stage_withdrawn::decide(config, context, before, withdrawn),
        Event::WorkAssigned(assigned) => {
            Ok(work_assigned::decide(&Scene { config, context, before, after: &after() }, assigned))
        }
        Event::ProposalMade(_) if heard.envelope.source == ServiceName::Investigation => {
            proposal_made::decide(&Scene { config, context, before, after: &after() })
        }
        Event::ClockMissed(missed) => {
            clock_missed::decide(&Scene { config, context, before, after: &after() }, missed)
        }
        Event::PersonErased(erased) => {
            let mut decision = Decision::nothing();
            decision.shred = erased.complaints.clone();
            Ok(decision)
        }
        Event::VerificationRecorded(_)
        | Event::FindingRecorded(_)
        | Event::MeasuresPlanned(_)
        | Event::MeasureDone(_) => {
            let mut decision = Decision::nothing();
            newly_bound::ask_anew(&Scene { config, context, before, after: &after() }, &mut decision);
            Ok(decision)
        }
        // Folded into the state, nothing to say about: people, queues, withdrawals.
        Event::ComplaintRegistered(_)
        | Event::DirectoryChanged(_)
        | Event::WorkQueued(_)
        | Event::WorkWithdrawn(_) => Ok(Decision::nothing()),
        // Not this service's matter.
        Event::ProposalMade(_)
        | Event::FileAdded(_)
        | Event::ClaimClarified(_)
        | Event::FactRecorded(_)
        | Event::PlaybookPublished(_)
        | Event::PlaybookActivated(_)
        | Event::ActivationWithdrawn(_)
        | Event::PlaybookApplied(_)
        | Event::CalendarPublished(_)
        | Event::CalendarApplied(_)
        | Event::CaseChanged(_)
        | Event::StageCompleted(_)
        | Event::WorkRequested(_)
        | Event::ClockStarted(_)
        | Event::ClockChanged(_)
        | Event::ClockStopped(_)
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
        | Event::RemedyExecuted(_)
        | Event::EffectVerified(_)
        | Event::RoundOpened(_)
        | Event::DecisionRecorded(_)
        | Event::ReviewRecorded(_)
        | Event::AuditRecorded(_)
        | Event::OpinionRecorded(_)
        | Event::OpinionSigned(_)
        | Event::AccountabilityDecided(_)
        | Event::RoundClosed(_)
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

fn after(context: &Context<'_, State>, before: &State, heard: &Heard) -> State {
    let mut after = before.clone();
    after.evolve(&Happened {
        source: heard.envelope.source,
        time: context.now(),
        subject: &heard.envelope.subject,
        event: &heard.event,
    });
    after
}

#[cfg(test)]
mod tests;
