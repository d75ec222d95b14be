//! How each event changes a case. The only place where one is changed.

use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::work_assigned::Because;
use contracts::messages::work_requested::WorkRequested;
use contracts::results::MissedClock;
use contracts::{ClockId, Event, PersonId, StageKind, VisitId, WorkId};
use jiff::Timestamp;
use playbook::LoopKey;
use runtime::service::Happened;

use super::case::{Case, Done, Main, Visit};
use super::clocks::{CaseClock, Stopped};
use super::closing::Closing;
use super::rulings::Ended;
use super::work::{Move, Moved, Work, WorkState};
use crate::ladder::fired_by_fact;
use crate::ledgers::Listed;

/// The rung of an escalation that says that no way on matches.
pub(crate) const NO_WAY_ON: &str = "no_way_on";

impl Case {
    /// Folds an event in, heard or said.
    pub fn fold(&mut self, happened: &Happened<'_>) {
        let time = happened.time;
        match happened.event {
            Event::FactRecorded(said) => self.hear(happened.source, &said.facts),
            Event::StageEntered(said) => self.entered(said, time),
            Event::StageChanged(said) => self.visit_changed(said, time),
            Event::StageWithdrawn(said) => drop(self.leave(said.visit)),
            Event::StageCompleted(said) => self.completed(said, time),
            Event::WorkRequested(said) => self.work_requested(said, time),
            Event::WorkAssigned(said) => {
                self.work_moved(said.work, Some(&said.person), said.because.as_ref(), time);
                if let Some(work) = self.works.get_mut(&said.work) {
                    let (person, instead_of) = (said.person.clone(), said.instead_of.clone());
                    work.state = WorkState::Held { person, instead_of, since: time };
                    work.lacks.clone_from(&said.lacks);
                }
            }
            Event::WorkQueued(said) => {
                self.work_moved(said.work, None, said.because.as_ref(), time);
                if let Some(work) = self.works.get_mut(&said.work) {
                    work.state = WorkState::Queued { reason: said.cause.as_str().to_owned(), since: time };
                    work.lacks.clone_from(&said.lacks);
                }
            }
            Event::WorkWithdrawn(said) => {
                self.work_moved(said.work, None, said.because.as_ref(), time);
                self.works.remove(&said.work);
            }
            Event::ClockStarted(_)
            | Event::ClockChanged(_)
            | Event::ClockStopped(_)
            | Event::ClockMissed(_) => {
                self.clock_said(happened.event, time);
            }
            Event::CaseChanged(said) => {
                self.followed.push(said.before);
                self.playbook = said.playbook.clone();
            }
            Event::FormFilled(said) => {
                self.forms
                    .entry(said.form.clone())
                    .or_default()
                    .entry(said.instance)
                    .or_default()
                    .fill(said, time);
            }
            Event::FormSigned(said) => {
                self.forms
                    .entry(said.form.clone())
                    .or_default()
                    .entry(said.instance)
                    .or_default()
                    .sign(said, time);
            }
            Event::LedgerEntered(said) => {
                let listed = if said.pending { Listed::Pending } else { Listed::Kept };
                self.ledgers.insert(said.ledger.clone(), listed);
            }
            Event::LedgerSettled(said) => drop(self.ledgers.insert(said.ledger.clone(), Listed::Settled)),
            Event::CaseEscalated(said) => self.escalated(said),
            Event::ReportDue(said) => drop(self.reports.insert(said.report.clone(), said.due)),
            Event::TeamCalled(said) => drop(self.teams.insert(said.team.clone(), said.clone())),
            Event::RulingOpened(said) => self.ruling_opened(said, time),
            Event::RulingGiven(said) => {
                let (answer, because) = (said.answer.clone(), said.because.clone());
                self.ruling_ended(
                    said.ruling,
                    Ended::Given { answer, because, at: time, in_time: said.in_time },
                );
            }
            Event::RulingWithdrawn(said) => {
                self.ruling_ended(said.ruling, Ended::Withdrawn { reason: said.reason.clone(), at: time });
            }
            Event::CaseClosed(said) => {
                self.main = Main::Closed { at: time, outcome: said.outcome.clone() };
                self.closing = Closing::of(said);
                self.visits.clear();
                self.works.clear();
            }
            // Said about a complaint, and of no consequence for where it goes; or not about a complaint at all.
            Event::ComplaintRegistered(_)
            | Event::FileAdded(_)
            | Event::ClaimClarified(_)
            | Event::PersonErased(_)
            | Event::PlaybookPublished(_)
            | Event::PlaybookActivated(_)
            | Event::ActivationWithdrawn(_)
            | Event::PlaybookApplied(_)
            | Event::CalendarPublished(_)
            | Event::CalendarApplied(_)
            | Event::DirectoryChanged(_)
            | Event::ActLate(_)
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
            | Event::CallbackNoted(_)
            | Event::CallbackRecorded(_)
            | Event::ContactPrepared(_)
            | Event::ContactRecorded(_)
            | Event::HandoverWritten(_)
            | Event::HandoverAcknowledged(_)
            | Event::ParkedSettled(_) => {}
        }
    }

    /// Notes that a person moved a piece of work, before it is moved.
    fn work_moved(&mut self, work: WorkId, to: Option<&PersonId>, because: Option<&Because>, at: Timestamp) {
        let (Some(open), Some(because)) = (self.works.get(&work), because.cloned()) else { return };
        let (visit, task, from) = (open.visit, open.task.clone(), open.holder().cloned());
        let moved = match to.cloned() {
            Some(to) => Moved::Reassigned { work, task, from, to },
            None => Moved::HandedBack { work, task, from },
        };
        self.moves.push(Move { visit, moved, at, because });
    }

    fn clock_said(&mut self, event: &Event, time: Timestamp) {
        if let Event::ClockStarted(said) = event {
            self.clocks.insert(said.clock, CaseClock::started(said));
        } else if let Event::ClockChanged(said) = event {
            self.on_clock(said.clock, |clock| clock.changed(said, time));
        } else if let Event::ClockStopped(said) = event {
            self.on_clock(said.clock, |clock| clock.stopped = Some(Stopped { at: said.at, met: said.met }));
        } else if let Event::ClockMissed(said) = event {
            self.on_clock(said.clock, |clock| clock.missed = Some(said.due));
            let accounts =
                |visit: &&mut Visit| visit.kind == StageKind::Account && visit.place == Place::Side;
            for visit in self.visits.values_mut().filter(accounts) {
                visit.missed.push(MissedClock { clock: said.clock, due: said.due });
            }
        }
    }

    fn on_clock(&mut self, id: ClockId, change: impl FnOnce(&mut CaseClock)) {
        if let Some(clock) = self.clocks.get_mut(&id) {
            change(clock);
        }
    }

    fn entered(&mut self, said: &StageEntered, time: Timestamp) {
        if said.instance > self.instance {
            self.instance = said.instance;
            self.entered.clear();
        }
        self.level = said.level;
        *self.entered.entry(said.stage.clone()).or_default() += 1;
        if let Some(turn) = said.via.as_ref().and_then(|via| LoopKey::new(via.as_str()).ok()) {
            *self.loops.entry(turn).or_default() += 1;
        }
        if said.place == Place::Main {
            self.main = Main::Visit { visit: said.visit };
        }
        let visit = Visit {
            stage: said.stage.clone(),
            kind: said.kind,
            place: said.place,
            epoch: said.epoch,
            instance: said.instance,
            department: said.department.clone(),
            barred: said.barred.clone(),
            entered_at: time,
            ended_before: Some(self.results.len()),
            missed: Vec::new(),
        };
        self.visits.insert(said.visit, visit);
    }

    fn visit_changed(&mut self, said: &StageChanged, at: Timestamp) {
        if let Some(visit) = self.visits.get_mut(&said.visit) {
            visit.epoch = said.epoch;
            let from = std::mem::replace(&mut visit.department, said.department.clone());
            let moved = Moved::Transferred { from, to: said.department.clone() };
            let because = said.because.clone();
            self.moves.extend(because.map(|because| Move { visit: said.visit, moved, at, because }));
            self.works.retain(|_, work| work.visit != said.visit || work.epoch >= said.epoch);
        }
    }

    /// Whether a completion ends a visit that is open. A service ends a visit for good: one that was reassigned meanwhile
    /// it neither ends again nor asks anybody for, so what it said of an earlier epoch counts, and it is the reassignment
    /// that came late there.
    #[must_use]
    pub fn is_ended_by(&self, said: &StageCompleted) -> bool {
        self.visits.get(&said.visit).is_some_and(|open| said.epoch <= open.epoch)
    }

    /// Whether a request or a ruling names a visit that is open, in its present epoch.
    #[must_use]
    pub fn is_current(&self, visit: VisitId, epoch: u32) -> bool {
        self.visits.get(&visit).is_some_and(|open| open.epoch == epoch)
    }

    /// Ends a visit: its work goes with it.
    fn leave(&mut self, visit: VisitId) -> Option<Visit> {
        let left = self.visits.remove(&visit)?;
        self.works.retain(|_, work| work.visit != visit);
        Some(left)
    }

    fn completed(&mut self, said: &StageCompleted, time: Timestamp) {
        if !self.is_ended_by(said) {
            return; // late: recorded by `act.late`, moves nothing
        }
        let Some(visit) = self.leave(said.visit) else { return };
        self.learn(&said.facts);
        if visit.place == Place::Main {
            let (after, outcome) = (Some(visit.stage.clone()), said.outcome.clone());
            self.main = Main::Between { after, outcome, held: false };
        }
        self.results.push(Done {
            visit: said.visit,
            stage: visit.stage,
            kind: visit.kind,
            place: visit.place,
            instance: visit.instance,
            outcome: said.outcome.clone(),
            by: said.by.clone(),
            results: said.results.clone(),
            entered_at: visit.entered_at,
            ended_at: time,
        });
    }

    fn work_requested(&mut self, said: &WorkRequested, time: Timestamp) {
        if !self.is_current(said.visit, said.epoch) || self.works.contains_key(&said.work) {
            return;
        }
        let work = Work {
            visit: said.visit,
            epoch: said.epoch,
            task: said.task.clone(),
            role: said.role.clone(),
            department: said.department.clone(),
            secondary: said.secondary.clone(),
            barred: said.barred.clone(),
            person: said.person.clone(),
            due: said.due,
            requested_at: time,
            state: WorkState::Queued { reason: "requested".to_owned(), since: time },
            lacks: Default::default(),
        };
        self.works.insert(said.work, work);
    }

    fn escalated(&mut self, said: &CaseEscalated) {
        self.level = said.level;
        self.raised.extend(said.because.clone());
        match &said.clock {
            Some(key) => {
                for clock in self.clocks.values_mut().filter(|clock| clock.key == *key && clock.is_running())
                {
                    let epoch = clock.epoch;
                    clock.fired.insert((said.rung.clone(), epoch));
                }
            }
            None if said.rung == NO_WAY_ON => {
                if let Main::Between { held, .. } = &mut self.main {
                    *held = true;
                }
            }
            None => drop(self.fired.insert(fired_by_fact(&said.rung, self.instance, said.visit))),
        }
        for action in &said.actions {
            match action {
                EscalationAction::Watched { person } => drop(self.watchers.insert(person.clone())),
                // Levels are folded from the event itself, work from the events that follow it.
                EscalationAction::Notified { .. }
                | EscalationAction::LevelRaised { .. }
                | EscalationAction::Reassigned { .. }
                | EscalationAction::RulingAsked { .. } => {}
            }
        }
    }
}
