//! Rulings: a question about the case becomes a piece of work of somebody with the authority, with a limit of its own.
//! It stands beside the graph: no visit waits for it, it waits for no visit, and it is withdrawn once it is moot.

use std::collections::BTreeSet;

use calendar::Limit;
use contracts::messages::case_escalated::EscalationAction;
use contracts::messages::ruling_given::{RulingAnswer, RulingGiven};
use contracts::messages::ruling_opened::{RulingOpened, RulingQuestion};
use contracts::messages::ruling_withdrawn::RulingWithdrawn;
use contracts::messages::work_assigned::Because;
use contracts::{PersonId, Problem, StageKey, StageKind, Text, WorkId};
use playbook::{CompiledPlaybook, Secondary, Who};

use crate::barring;
use crate::draft::{Draft, evaluation};
use crate::ladder::Climb;
use crate::library::calendar_for;
use crate::state::{Main, Ruling, Work, visit_of};

/// What is said instead of a rung when whoever holds a ruling is reminded.
const REMINDED: &str = "ruling_reminder";
/// The same when a ruling is late and the line of its holder is told.
const MISSED: &str = "ruling_missed";
/// The same when whoever asked is told the answer.
const GIVEN: &str = "ruling_given";

/// A ruling that is asked for.
pub(crate) struct Asked<'a> {
    /// What is asked.
    pub question: RulingQuestion,
    /// Who rules.
    pub by: &'a Who,
    /// How long they have; without one, what the playbook says of all rulings.
    pub limit: Option<Limit>,
    /// Who asks and why; nobody where a rung does.
    pub because: Option<Because>,
    /// Whose work it is about: nobody rules on their own.
    pub about: Vec<PersonId>,
}

impl Draft<'_> {
    /// Asks for a ruling, and finds whoever gives it at once.
    ///
    /// # Errors
    /// When the calendar of the organisation cannot be read, or the playbook does not have the role.
    pub(crate) fn ask_ruling(&mut self, ruling: WorkId, asked: Asked<'_>) -> Result<(), Problem> {
        let holder = self.book.holder(asked.by);
        let holder =
            holder.ok_or_else(|| evaluation(format!("the playbook has no role {}", asked.by.role)))?;
        let (department, stage) = (self.department(&holder.department), self.stage_now()?);
        let rules = self.book.playbook().rulings.clone();
        let limit = asked.limit.or(rules.as_ref().and_then(|rules| rules.limit));
        let calendar = self.calendar(&calendar_for(self.organisation(), None))?;
        let now = self.context.now();
        let due = limit.and_then(|limit| limit.due(now, &calendar, None).at());
        let before = rules.iter().flat_map(|rules| &rules.alert_before);
        let alerts = before.filter_map(|before| before.before(due?, &calendar)).filter(|alert| *alert > now);
        let alerts = alerts.collect();
        let secondary = rules.and_then(|rules| match rules.secondary {
            Secondary::Automatic => None,
            Secondary::Role(role) => Some(role),
        });
        let asker = asked.because.as_ref().and_then(|because| because.by.person()).cloned();
        let (case, book, directory) = (&self.case, &self.book, self.directory());
        let parties = barring::barred(case, case.instance, book, directory, StageKind::Approve);
        let barred: BTreeSet<_> = parties.into_iter().chain(asker).chain(asked.about).collect();
        let Asked { question, because, .. } = asked;
        self.say(RulingOpened {
            ruling,
            question,
            stage,
            role: holder.role,
            department,
            secondary,
            barred: barred.into_iter().collect(),
            due,
            alerts,
            because,
        });
        self.assign(ruling, None);
        Ok(())
    }

    /// The stage of the main place, else the one before it.
    fn stage_now(&self) -> Result<StageKey, Problem> {
        let after = match &self.case.main {
            Main::Between { after, .. } => after.clone(),
            Main::Visit { .. } | Main::Closed { .. } => None,
        };
        let here = self.case.main_visit().map(|(_, visit)| visit.stage.clone()).or(after);
        let entry = || self.book.entry().map(|stage| stage.key.clone());
        here.or_else(entry).ok_or_else(|| evaluation("the playbook has no entry"))
    }

    /// Says the answer. What follows from it is the caller's.
    pub(crate) fn rule(
        &mut self,
        id: WorkId,
        ruling: &Ruling,
        answer: RulingAnswer,
        because: Option<Because>,
    ) {
        let in_time = ruling.due.is_none_or(|due| self.context.now() < due);
        self.say(RulingGiven { ruling: id, answer, because, in_time });
        self.withdraw(vec![id], visit_of(id), "done");
    }

    /// Tells whoever asked that there is an answer, and raises the level where that is the answer.
    ///
    /// # Errors
    /// As for [`Draft::escalate`].
    pub(crate) fn tell_ruled(&mut self, ruling: &Ruling, level: Option<u32>) -> Result<(), Problem> {
        let raised = level.map(|level| EscalationAction::LevelRaised { level });
        let people = ruling.asker().map(|asker| vec![asker.clone()]);
        let told = people.map(|people| EscalationAction::Notified { people, template: None, report: None });
        let done: Vec<_> = raised.into_iter().chain(told).collect();
        if done.is_empty() {
            return Ok(());
        }
        self.escalate(GIVEN, None, Climb::of(done, level.unwrap_or(self.level())))
    }

    /// Withdraws the rulings that need no answer any more: the visit in question moved or ended, the clock stopped.
    pub(crate) fn withdraw_moot(&mut self) {
        let stands = |ruling: &Ruling| match &ruling.question {
            RulingQuestion::Dispute { visit, epoch, .. } => self.case.is_current(*visit, *epoch),
            RulingQuestion::Extension { clock, .. } => {
                self.case.clocks.get(clock).is_some_and(|clock| clock.is_running())
            }
            RulingQuestion::Rung { .. } => true,
        };
        let moot: Vec<_> =
            self.case.open_rulings().filter(|(_, ruling)| !stands(ruling)).map(|(id, _)| id).collect();
        self.withdraw_rulings(moot, "moot");
    }

    /// Withdraws every ruling that is open: nothing waits for it when the case closes.
    pub(crate) fn withdraw_all_rulings(&mut self, reason: &str) {
        let open = self.case.open_rulings().map(|(id, _)| id).collect();
        self.withdraw_rulings(open, reason);
    }

    fn withdraw_rulings(&mut self, rulings: Vec<WorkId>, reason: &str) {
        for ruling in rulings {
            self.say(RulingWithdrawn { ruling, reason: reason.to_owned() });
            self.withdraw(vec![ruling], visit_of(ruling), reason);
        }
    }

    /// The limit of a ruling nears or has passed: its holder is reminded, or the line of its holder told.
    ///
    /// # Errors
    /// As for [`Draft::escalate`].
    pub(crate) fn ruling_due(&mut self, id: WorkId, missed: bool) -> Result<(), Problem> {
        let open = self.case.rulings.get(&id).is_some_and(Ruling::is_open);
        let Some(work) = self.case.works.get(&id).filter(|_| open) else { return Ok(()) };
        let (rung, people) = match work.holder() {
            Some(holder) if !missed => (REMINDED, vec![holder.clone()]),
            Some(_) | None => (if missed { MISSED } else { REMINDED }, self.above(work)),
        };
        let done = vec![EscalationAction::Notified { people, template: None, report: None }];
        self.escalate(rung, None, Climb::of(done, self.level()))
    }

    /// The nearest in the line of whoever holds a ruling who is there and no party; else the duty manager.
    fn above(&self, work: &Work) -> Vec<PersonId> {
        let (directory, now) = (self.directory(), self.context.now());
        let may = |id: &PersonId| !work.barred.contains(id) && directory.is_present(id, now);
        let mut line = work.holder().into_iter().flat_map(|holder| directory.line_up(holder).skip(1));
        let nearest = line.find(|person| may(&person.id)).map(|person| person.id.clone());
        nearest.or_else(|| self.on_duty(&work.department)).into_iter().collect()
    }
}

/// What people read of a ruling.
#[must_use]
pub(crate) fn label(book: &CompiledPlaybook, question: &RulingQuestion) -> Text {
    match question {
        RulingQuestion::Dispute { .. } => Text {
            zh: "裁定：由哪个部门负责".to_owned(),
            en: "Ruling: which department is responsible".to_owned(),
        },
        RulingQuestion::Extension { key, .. } => {
            let own = book.clock(key).map(|clock| clock.label.clone());
            let Text { zh, en } = own.unwrap_or_else(|| named(key.as_str()));
            Text { zh: format!("裁定：延长“{zh}”"), en: format!("Ruling: more time for “{en}”") }
        }
        RulingQuestion::Rung { rung } => {
            let own = book.playbook().ladder.iter().find(|one| one.key.as_str() == rung);
            let Text { zh, en } = own.map_or_else(|| named(rung), |rung| rung.label.clone());
            Text { zh: format!("裁定：{zh}"), en: format!("Ruling: {en}") }
        }
    }
}

fn named(key: &str) -> Text {
    Text { zh: key.to_owned(), en: key.to_owned() }
}
