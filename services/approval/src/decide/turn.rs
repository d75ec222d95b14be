//! Somebody has their say at a seat: its reason is kept, and then the round goes on or ends.

use contracts::commands::{Command, check_text};
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{
    ComplaintId, Event, Problem, ProblemCode, ServiceName, SubjectRef, VisitId, WordId, WordRef,
};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::Outcome;
use super::close_round::{self, Ending};
use super::seat_taken::{Claim, Place, take};
use super::seats::{self, Asked, excluded, secondary};
use crate::Row;
use crate::config::{Config, REASON};
use crate::ledger::{self, Ledger};
use crate::state::{Held, Round, Seat, Spoken, State, Step};

/// An order of somebody at their seat, and all that it is decided with.
pub(super) struct Turn<'a, 'c> {
    config: &'a Config,
    context: &'a Context<'c, State>,
    state: &'a State,
    command: &'a Command,
    complaint: ComplaintId,
    visit: VisitId,
    /// Where they sit.
    pub(super) place: Place<'a>,
}

/// Whether a text must be given.
pub(super) enum Reason {
    /// As they like.
    MayBeGiven,
    /// Without one the order is refused.
    Needed {
        /// What is said then.
        detail: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

impl<'a, 'c> Turn<'a, 'c> {
    /// The turn of whoever gave the order.
    ///
    /// # Errors
    /// `not-allowed` for anybody but staff, `not-found` for what is no complaint; then what [`take`] refuses.
    pub(super) fn of(
        config: &'a Config,
        context: &'a Context<'c, State>,
        state: &'a State,
        command: &'a Command,
        claim: &Claim,
    ) -> Result<Self, Problem> {
        let Some(person) = command.actor.person() else {
            return Err(Problem::new(ProblemCode::NotAllowed, "only staff may do this")
                .at("/actor")
                .expected("a member of staff"));
        };
        let complaint = command.subject.complaint_id();
        let complaint =
            complaint.ok_or_else(|| Problem::new(ProblemCode::NotFound, "this is not a complaint"))?;
        let place = take(context, state, command, claim, person)?;
        Ok(Self { config, context, state, command, complaint, visit: claim.visit, place })
    }

    /// Keeps the reason that was given.
    ///
    /// # Errors
    /// `missing-field` when one is needed; what is wrong with the text.
    pub(super) fn reason(
        &self,
        decision: &mut Decision<Row>,
        given: Option<&str>,
        reason: Reason,
    ) -> Result<Option<WordRef>, Problem> {
        match (given.filter(|text| !text.trim().is_empty()), reason) {
            (Some(text), _) => self.keep(decision, "/reason", (text, REASON)).map(Some),
            (None, Reason::MayBeGiven) => Ok(None),
            (None, Reason::Needed { detail, expected }) => Err(missing("/reason", detail, expected)),
        }
    }

    /// Keeps a text of at most so many characters, which stands in `field`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn keep(
        &self,
        decision: &mut Decision<Row>,
        field: &str,
        (text, most): (&str, usize),
    ) -> Result<WordRef, Problem> {
        check_text(field, text, most)?;
        let id = WordId(self.context.next_id());
        Ok(decision.keep(id, ServiceName::Approval, self.complaint, text))
    }

    /// The people who work here; of the directory's subject.
    pub(super) fn people(&self) -> Option<std::sync::Arc<State>> {
        self.context.peek(&SubjectRef::directory(self.context.organisation()))
    }

    /// Says what they have to say, and what follows from it.
    ///
    /// # Errors
    /// `invalid-field` when the playbook does not foresee that end; `internal` on a defect.
    pub(super) fn say<R>(&self, mut decision: Decision<Row>, recorded: R) -> Outcome
    where
        R: Into<Event>,
        for<'r> Spoken<'r>: From<&'r R>,
    {
        let mut after = self.place.round.clone();
        after.spoken(&Spoken::from(&recorded), self.context.now());
        decision.say(recorded);
        self.go_on(decision, &after)
    }

    /// What follows: the round closes, the next step begins, or the step goes on. `after` is the round with what was
    /// said in it.
    fn go_on(&self, mut decision: Decision<Row>, after: &Round) -> Outcome {
        let step = after.steps.get(self.place.at).ok_or_else(|| {
            Problem::new(ProblemCode::Internal, "the step that was decided on is not in the round")
        })?;
        let (lost, passed) = (step.is_lost(), step.is_passed());
        let standing = if lost || after.current().is_none() {
            self.close(&mut decision, after, !lost)?;
            close_round::outcome(after.purpose, !lost)
        } else {
            self.put_away(&mut decision);
            if passed {
                self.let_go(&mut decision, step);
                for (at, next) in after.at_work().filter(|(_, next)| !next.is_begun()) {
                    self.begin(&mut decision, after, (at, next));
                }
            }
            "open"
        };
        decision.answer_with(&json!({ "round": after.id, "step": self.place.at, "standing": standing }))
    }

    fn close(&self, decision: &mut Decision<Row>, after: &Round, passed: bool) -> Result<(), Problem> {
        let Place { visit, open, .. } = self.place;
        let proposal = self.state.subject_of(visit.instance, open);
        let on_tally: &[_] = if ledger::is_counted(after) { &[proposal] } else { &[] };
        let mut ledger = Ledger::load(self.context, self.config, open, on_tally)?;
        let missed = self.state.missed_at(open);
        let ending = Ending { visit: self.visit, epoch: visit.epoch, open, round: after, passed, missed };
        close_round::close(decision, &ending, self.command.actor.plain(), &mut ledger)?;
        decision.entries = ledger.changes()?;
        self.put_away(decision);
        seats::withdraw(decision, self.visit, after, "round_closed");
        Ok(())
    }

    /// Asks for the people of a step that begins; nobody who sits in the round sits again.
    fn begin(&self, decision: &mut Decision<Row>, after: &Round, (at, next): (usize, &Step)) {
        let Place { visit, open, .. } = self.place;
        let voices = after.seats().filter_map(Seat::holder).flat_map(Held::voices).cloned();
        let barred = excluded(self.state, visit, open, at).into_iter().chain(voices).collect();
        let asked = Asked {
            visit: self.visit,
            epoch: visit.epoch,
            purpose: after.purpose,
            role: &next.role,
            department: &next.department,
            secondary: secondary(open, &next.role),
            barred: &barred,
        };
        for seat in &next.seats {
            asked.ask(decision, seat.work);
        }
    }

    /// Lets go of the seats of a step that was passed without them.
    fn let_go(&self, decision: &mut Decision<Row>, step: &Step) {
        for seat in step.seats.iter().filter(|seat| seat.is_out()) {
            let reason = "step_passed".to_owned();
            decision.say(WorkWithdrawn { work: seat.work, visit: self.visit, reason, because: None });
        }
    }

    fn put_away(&self, decision: &mut Decision<Row>) {
        decision.say(WorkWithdrawn {
            work: self.place.seat.work,
            visit: self.visit,
            reason: "done".to_owned(),
            because: None,
        });
    }
}

/// What must be said was not.
pub(super) fn missing(field: &str, detail: &str, expected: &str) -> Problem {
    Problem::new(ProblemCode::MissingField, detail).at(field).expected(expected)
}
