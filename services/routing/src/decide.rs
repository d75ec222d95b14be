//! The table: every input and the function that decides on it. See the crate's page for what each comes to.

mod absence_put;
mod activation_withdraw;
mod archive;
mod calendar_apply;
mod calendar_publish;
mod case_change;
pub(crate) mod case_raise;
pub(crate) mod case_withdraw;
pub(crate) mod clock_extend;
pub(crate) mod clock_pause;
pub(crate) mod clock_resume;
mod clocks_move;
mod complaint_registered;
mod directory_import;
mod directory_put;
mod fact_recorded;
pub(crate) mod form_fill;
pub(crate) mod form_sign;
mod handover_acknowledge;
mod handover_write;
mod person_erased;
mod playbook_activate;
mod playbook_apply;
mod playbook_publish;
pub(crate) mod report_due;
mod ruling_give;
mod stage_completed;
pub(crate) mod stage_transfer;
mod timer_due;
mod triage;
mod work_claim;
pub(crate) mod work_dispute;
mod work_hand_back;
mod work_reassign;
mod work_reconsider;
mod work_requested;
mod work_withdrawn;

use contracts::commands::routing as orders;
use contracts::commands::{Actor, Command, Verb};
use contracts::messages::directory_changed::Person;
use contracts::{ClockId, Event, PersonId, Problem, ProblemCode, WorkId};
pub(crate) use playbook_publish::check_length;
use runtime::service::{Context, Decision, Heard, Input};

use crate::choosing::Chosen;
use crate::draft::Draft;
use crate::library::Library;
use crate::moving::teams::people_of;
use crate::rights::Rights;
use crate::rows::Row;
use crate::state::{CaseClock, Directory, State, Work};

/// A decision of routing.
pub type Outcome = Result<Decision<Row>, Problem>;

/// The roles that may change playbooks, calendars and the directory.
const ADMINISTRATORS: [&str; 2] = ["administrator", "admin"];
/// The role that directs work of its own department and those below it.
pub(crate) const LEADER: &str = "leader";
/// The role that directs work everywhere.
pub(crate) const MANAGER: &str = "manager";

/// Whether somebody may change playbooks, calendars and the directory.
pub(crate) fn is_administrator(actor: &Actor) -> bool {
    *actor == Actor::System || ADMINISTRATORS.iter().any(|role| actor.holds(role))
}

/// What every decision may use.
pub struct Desk<'a> {
    /// Documents that were read before.
    pub library: &'a Library,
    /// What may be looked up.
    pub context: &'a Context<'a, State>,
    /// The subject's state.
    pub state: &'a State,
    /// The input.
    pub input: &'a Input,
}

impl<'a> Desk<'a> {
    /// Begins a decision on a case; `None` when there is none yet.
    ///
    /// # Errors
    /// As [`Draft::begin`].
    pub fn draft(&self) -> Result<Option<Draft<'a>>, Problem> {
        Draft::begin(self.library, self.context, self.state, self.input)
    }

    /// Begins a decision on a case that a command is about. The person complained of orders nothing there, neither
    /// as a holder of work nor as somebody who directs it.
    ///
    /// # Errors
    /// `not-found` when there is no such case, `conflict-of-interest`; as [`Draft::begin`] otherwise.
    pub fn open(&self, actor: &Actor) -> Result<Draft<'a>, Problem> {
        let draft = self.draft()?;
        let draft = draft.ok_or_else(|| Problem::new(ProblemCode::NotFound, "there is no such case"))?;
        draft.rights().is_no_party(actor)?;
        Ok(draft)
    }
}

/// Decides on one input.
///
/// # Errors
/// The refusal of a command; for an event or timer, why it is parked.
pub fn decide(desk: &Desk<'_>) -> Outcome {
    match desk.input {
        Input::Heard(heard) => on_event(desk, heard),
        Input::Command(command) => on_command(desk, command),
        Input::Due(due) => match desk.state.organisation() {
            Some(organisation) => report_due::on_timer(desk, organisation, due),
            None => timer_due::decide(desk, due),
        },
    }
}

fn on_event(desk: &Desk<'_>, heard: &Heard) -> Outcome {
    match &heard.event {
        Event::ComplaintRegistered(said) => complaint_registered::decide(desk, said),
        Event::FactRecorded(said) => fact_recorded::decide(desk, said),
        Event::StageCompleted(said) => stage_completed::decide(desk, said),
        Event::WorkRequested(said) => work_requested::decide(desk, said),
        Event::WorkWithdrawn(said) => work_withdrawn::decide(desk, said),
        Event::PersonErased(said) => person_erased::decide(desk, said),
        // What happened inside a stage is of no consequence for where the case goes; facts and outcomes are.
        Event::FileAdded(_)
        | Event::ClaimClarified(_)
        | Event::PlaybookPublished(_)
        | Event::PlaybookActivated(_)
        | Event::ActivationWithdrawn(_)
        | Event::PlaybookApplied(_)
        | Event::CalendarPublished(_)
        | Event::CalendarApplied(_)
        | Event::CaseChanged(_)
        | Event::DirectoryChanged(_)
        | Event::StageEntered(_)
        | Event::StageChanged(_)
        | Event::StageWithdrawn(_)
        | Event::WorkAssigned(_)
        | Event::WorkQueued(_)
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

fn on_command(desk: &Desk<'_>, command: &Command) -> Outcome {
    match command.verb.as_str() {
        orders::PublishPlaybook::VERB => playbook_publish::decide(desk, command),
        orders::ActivatePlaybook::VERB => playbook_activate::decide(desk, command),
        orders::WithdrawActivation::VERB => activation_withdraw::decide(desk, command),
        orders::ApplyPlaybook::VERB => playbook_apply::decide(desk, command),
        orders::PublishCalendar::VERB => calendar_publish::decide(desk, command),
        orders::ApplyCalendar::VERB => calendar_apply::decide(desk, command),
        orders::PutDirectory::VERB => directory_put::decide(desk, command),
        orders::ImportDirectory::VERB => directory_import::decide(desk, command),
        orders::PutAbsence::VERB => absence_put::decide(desk, command),
        orders::Triage::VERB => triage::decide(desk, command),
        orders::ClaimWork::VERB => work_claim::decide(desk, command),
        orders::HandBackWork::VERB => work_hand_back::decide(desk, command),
        orders::ReassignWork::VERB => work_reassign::decide(desk, command),
        orders::ReconsiderWork::VERB => work_reconsider::decide(desk, command),
        orders::MoveClocks::VERB => clocks_move::decide(desk, command),
        orders::ChangeCase::VERB => case_change::decide(desk, command),
        orders::WriteHandover::VERB => handover_write::decide(desk, command),
        orders::AcknowledgeHandover::VERB => handover_acknowledge::decide(desk, command),
        orders::TransferStage::VERB => stage_transfer::decide(desk, command),
        orders::PauseClock::VERB => clock_pause::decide(desk, command),
        orders::ResumeClock::VERB => clock_resume::decide(desk, command),
        orders::DisputeWork::VERB => work_dispute::decide(desk, command),
        orders::ExtendClock::VERB => clock_extend::decide(desk, command),
        orders::GiveRuling::VERB => ruling_give::decide(desk, command),
        orders::RaiseCase::VERB => case_raise::decide(desk, command),
        orders::WithdrawCase::VERB => case_withdraw::decide(desk, command),
        orders::Archive::VERB => archive::decide(desk, command),
        orders::FillForm::VERB => form_fill::decide(desk, command),
        orders::SignForm::VERB => form_sign::decide(desk, command),
        other => Err(Problem::new(ProblemCode::NotFound, format!("routing takes no {other}"))),
    }
}

/// Refuses whoever is not an administrator (or Redress itself).
fn administrators_only(actor: &Actor) -> Result<(), Problem> {
    if is_administrator(actor) {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::NotAllowed, "only administrators may do this");
    Err(problem.at("/actor").expected(format!("one of the roles {}", ADMINISTRATORS.join(", "))))
}

/// Refuses whoever is not Redress itself.
fn redress_only(actor: &Actor) -> Result<(), Problem> {
    if *actor == Actor::System {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::NotAllowed, "only Redress itself orders this");
    Err(problem.at("/actor").expected("Redress itself"))
}

/// The zone of the organisation: that of its calendar.
fn zone(desk: &Desk<'_>) -> jiff::tz::TimeZone {
    let whole = desk.context.peek(&contracts::SubjectRef::organisation(desk.context.organisation()));
    let whole = whole.as_ref().and_then(|state| state.organisation());
    let calendar = desk.library.calendar(whole, &crate::library::calendar_for(whole, None));
    calendar.map_or(jiff::tz::TimeZone::UTC, |calendar| calendar.zone().clone())
}

/// The member of staff who acts.
fn staff(actor: &Actor) -> Result<&PersonId, Problem> {
    actor.person().ok_or_else(|| {
        Problem::new(ProblemCode::NotAllowed, "only members of staff may do this")
            .at("/actor")
            .expected("a member of staff")
    })
}

/// An open piece of work.
fn open_work(draft: &Draft<'_>, id: WorkId) -> Result<Work, Problem> {
    let work = draft.case.works.get(&id).cloned();
    work.ok_or_else(|| Problem::new(ProblemCode::NotFound, "that piece of work is not open").at("/work"))
}

/// A person of the directory who still works here.
fn known_person<'d>(directory: &'d Directory, id: &PersonId) -> Result<&'d Person, Problem> {
    let unknown = || {
        Problem::new(ProblemCode::UnknownPerson, format!("nobody here is called {id}"))
            .at("/person")
            .expected("a member of staff who works here")
    };
    directory.active(id).ok_or_else(unknown)
}

/// Refuses a person who is away: no work is theirs until they are back.
fn there(draft: &Draft<'_>, person: &PersonId) -> Result<(), Problem> {
    if draft.directory().is_present(person, draft.context.now()) {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::NobodyAvailable, format!("{person} is away"));
    Err(problem.expected("somebody who is there"))
}

/// Refuses a person who is barred from the work.
fn unbarred(draft: &Draft<'_>, id: WorkId, work: &Work, person: &PersonId) -> Result<(), Problem> {
    if draft.barred_from_work(id, work).contains(person) {
        return Err(Problem::new(ProblemCode::ConflictOfInterest, format!("{person} must keep out of this"))
            .at("/person")
            .expected("somebody who is no party to the matter"));
    }
    Ok(())
}

/// As whom a person may take a piece of work: holding its role or its secondary role in its department, as one of the team
/// that does it, as the deputy of somebody who does and is away, or as a duty manager of the department. `None`: not at all.
fn taking(draft: &Draft<'_>, id: WorkId, work: &Work, person: &PersonId) -> Option<Chosen> {
    let (directory, now) = (draft.directory(), draft.context.now());
    let roles = [Some(&work.role), work.secondary.as_ref()];
    let holders: Vec<_> =
        roles.into_iter().flatten().flat_map(|role| directory.holders(role, &work.department)).collect();
    let as_self = work.person.as_ref() == Some(person)
        || holders.iter().any(|holder| holder.id == *person)
        || draft.team_of(work).is_some_and(|team| people_of(team).any(|one| one == person))
        || directory.is_duty_manager(person, &work.department);
    if as_self {
        return Some(Chosen { person: person.clone(), instead_of: None });
    }
    let barred = draft.barred_from_work(id, work);
    let givers = holders.into_iter().filter(|holder| !barred.contains(&holder.id));
    let mut givers =
        givers.filter(|giver| directory.deputy_of(&giver.id, now).is_some_and(|one| one.id == *person));
    givers.next().map(|giver| Chosen { person: person.clone(), instead_of: Some(giver.id.clone()) })
}

/// The running clock of a case, if the actor has to do with the case.
pub(crate) fn clock_of_case(rights: &Rights<'_>, actor: &Actor, id: ClockId) -> Result<CaseClock, Problem> {
    let found = rights.case.clocks.get(&id).filter(|clock| clock.is_running()).cloned();
    let clock =
        found.ok_or_else(|| Problem::new(ProblemCode::NotFound, "no such clock is running").at("/clock"))?;
    rights.works_on(actor)?;
    Ok(clock)
}

/// Refuses whoever neither holds the work nor may direct it.
pub(crate) fn holder_or_director(rights: &Rights<'_>, work: &Work, actor: &Actor) -> Result<(), Problem> {
    let holds = actor.person().is_some() && actor.person() == work.holder();
    if holds || rights.may_direct(work, actor) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work").at("/actor").expected(
        "its holder, a manager of the holder, the duty manager of its department or an administrator",
    ))
}
