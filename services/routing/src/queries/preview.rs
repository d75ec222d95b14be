//! What applying a version of a calendar or playbook would do to the open cases: "412 open cases move, 37 become
//! overdue" (R-253). Cases are read a few hundred at a time and let go again; what is kept is one page and the counts.

use std::collections::HashMap;
use std::sync::Arc;

use calendar::Calendar;
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::routing::{
    PreviewAsked, PreviewCase, PreviewClock, PreviewCounts, PreviewPage, PreviewStop, PreviewTurn,
};
use contracts::{ComplaintId, OrganisationId, Problem, ProblemCode, SubjectRef, Text};
use jiff::Timestamp;
use playbook::CompiledPlaybook;

use super::lists::page_size;
use super::{Answers, away};
use crate::applying::{Change, ClockMove, Version, obstacles, onto_calendar, onto_playbook};
use crate::library::calendar_for;
use crate::state::{Case, CaseClock, Organisation, State};
use crate::store::applications;

/// Cases that are read together.
const TOGETHER: i64 = 200;
/// The most cases that one question looks at; where there are more, the counts say so and the pages go on.
const MOST_LOOKED_AT: u64 = 10_000;

/// The version that is previewed, read.
enum Target {
    Calendar(CalendarRef, Arc<Calendar>),
    Playbook(PlaybookRef, Arc<CompiledPlaybook>),
}

impl Target {
    fn version(&self) -> Version {
        match self {
            Self::Calendar(calendar, _) => Version::Calendar(calendar.clone()),
            Self::Playbook(playbook, _) => Version::Playbook(playbook.clone()),
        }
    }
}

/// Playbooks that cases of this question follow.
pub(super) type Books = HashMap<PlaybookRef, Arc<CompiledPlaybook>>;

/// What a version would do to one case; `None` when it does not run on an earlier one.
struct Effect<'a> {
    case: &'a Case,
    book: &'a CompiledPlaybook,
    change: Change,
    cannot: Vec<Text>,
}

impl Effect<'_> {
    /// The clocks whose due time moves. A clock that only changes the version it runs on is none.
    fn moves(&self) -> impl Iterator<Item = (&ClockMove, &CaseClock)> {
        let with_clock = self.change.moves.iter().map(|one| (one, &self.case.clocks[&one.clock]));
        with_clock.filter(|(one, clock)| one.due != clock.due)
    }

    fn is_nothing(&self) -> bool {
        self.moves().next().is_none() && self.change.stops.is_empty() && self.cannot.is_empty()
    }

    fn label(&self, clock: &CaseClock) -> Text {
        let unknown = || Text { zh: clock.key.to_string(), en: clock.key.to_string() };
        self.book.clock(&clock.key).map_or_else(unknown, |model| model.label.clone())
    }

    fn shown(&self, complaint: ComplaintId, now: Timestamp) -> PreviewCase {
        let clocks = self.moves().map(|(one, clock)| PreviewClock {
            clock: one.clock,
            key: clock.key.clone(),
            label: self.label(clock),
            calendar: clock.calendar.clone(),
            before: clock.due,
            after: one.due,
            turn: turn(clock.due, one.due, now),
        });
        let stopped = self.change.stops.iter().map(|id| {
            let clock = &self.case.clocks[id];
            PreviewStop { clock: *id, key: clock.key.clone(), label: self.label(clock), due: clock.due }
        });
        PreviewCase {
            complaint,
            number: self.case.number.clone(),
            playbook: self.case.playbook.clone(),
            clocks: clocks.collect(),
            stopped: stopped.collect(),
            cannot: self.cannot.clone(),
        }
    }

    fn count(&self, counts: &mut PreviewCounts, now: Timestamp) {
        counts.concerned += 1;
        counts.cannot += u64::from(!self.cannot.is_empty());
        counts.cases += u64::from(self.moves().next().is_some() || !self.change.stops.is_empty());
        counts.stopped += self.change.stops.len() as u64;
        for (one, clock) in self.moves() {
            counts.clocks += 1;
            if let (Some(before), Some(after)) = (clock.due, one.due) {
                counts.earlier += u64::from(after < before);
                counts.later += u64::from(after > before);
            }
            match turn(clock.due, one.due, now) {
                Some(PreviewTurn::Overdue) => counts.overdue += 1,
                Some(PreviewTurn::NoLongerOverdue) => counts.no_longer_overdue += 1,
                None => {}
            }
        }
    }
}

fn turn(before: Option<Timestamp>, after: Option<Timestamp>, now: Timestamp) -> Option<PreviewTurn> {
    let is_over = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
    match (is_over(before), is_over(after)) {
        (false, true) => Some(PreviewTurn::Overdue),
        (true, false) => Some(PreviewTurn::NoLongerOverdue),
        (true, true) | (false, false) => None,
    }
}

impl Answers {
    /// A page of what a version would do; the counts with the first.
    ///
    /// # Errors
    /// `missing-field` or `invalid-field` unless one version is asked for, `not-found` or `unknown-playbook` when it was
    /// not published, `unavailable` when the store is away.
    pub(super) async fn preview(
        &self,
        organisation: &OrganisationId,
        asked: &PreviewAsked,
    ) -> Result<PreviewPage, Problem> {
        let state = self.state(&SubjectRef::organisation(organisation)).await?;
        let settings = state.organisation();
        let target = self.target(organisation, settings, asked).await?;
        let mut after = asked.after.as_deref().map(place).transpose()?;
        let (version, limit, is_first) = (target.version(), page_size(asked.limit), after.is_none());
        let (mut counts, now) = (PreviewCounts::default(), self.clock.now());
        let (mut items, mut next, mut books) = (Vec::new(), None, Books::new());
        'all: loop {
            let open = applications::open_cases(&self.pool, organisation, &version, after, TOGETHER);
            let open = open.await.map_err(away)?;
            let subjects: Vec<_> =
                open.iter().map(|case| SubjectRef::complaint(organisation, case.complaint)).collect();
            let Some(last) = open.last().map(|case| case.complaint) else {
                counts.whole = true;
                break;
            };
            for (complaint, case) in self.cases_of(&subjects).await? {
                if next.is_some() && !is_first {
                    break 'all;
                }
                counts.looked_at += 1;
                let book = self.book_of(organisation, &case.playbook, &mut books).await?;
                let Some(effect) = self.effect(&case, &book, settings, &target)? else { continue };
                effect.count(&mut counts, now);
                if items.len() < limit && !effect.is_nothing() {
                    items.push(effect.shown(complaint, now));
                    next = (items.len() == limit).then(|| complaint.to_string());
                }
            }
            after = Some(last);
            if counts.looked_at >= MOST_LOOKED_AT {
                next.get_or_insert_with(|| last.to_string());
                break;
            }
        }
        let zone = self.zone(settings, &target)?;
        Ok(PreviewPage { counts: is_first.then_some(counts), items, next, as_of: now, zone })
    }

    async fn target(
        &self,
        organisation: &OrganisationId,
        settings: Option<&Organisation>,
        asked: &PreviewAsked,
    ) -> Result<Target, Problem> {
        match (&asked.calendar, &asked.playbook) {
            (Some(calendar), None) => {
                let read = self
                    .library
                    .calendar(settings, calendar)
                    .map_err(|found| found.at("/calendar").expected("a version that was published"))?;
                Ok(Target::Calendar(calendar.clone(), read))
            }
            (None, Some(playbook)) => {
                let book = self.book_of(organisation, playbook, &mut Books::new()).await?;
                Ok(Target::Playbook(playbook.clone(), book))
            }
            (None, None) => Err(Problem::new(ProblemCode::MissingField, "which version is asked for?")
                .at("/calendar")
                .expected("calendar or playbook")),
            (Some(_), Some(_)) => Err(Problem::new(ProblemCode::InvalidField, "that are two versions")
                .at("/playbook")
                .expected("calendar or playbook")),
        }
    }

    fn zone(&self, settings: Option<&Organisation>, target: &Target) -> Result<String, Problem> {
        let calendar = match target {
            Target::Calendar(_, calendar) => Arc::clone(calendar),
            Target::Playbook(..) => self.library.calendar(settings, &calendar_for(settings, None))?,
        };
        Ok(calendar.zone().iana_name().unwrap_or_default().to_owned())
    }

    pub(super) async fn book_of(
        &self,
        organisation: &OrganisationId,
        wanted: &PlaybookRef,
        books: &mut Books,
    ) -> Result<Arc<CompiledPlaybook>, Problem> {
        if let Some(known) = books.get(wanted) {
            return Ok(Arc::clone(known));
        }
        let shelf = self.state(&SubjectRef::playbook(organisation, &wanted.id)).await?;
        let book = self.library.of_versions(shelf.playbook(), wanted)?;
        books.insert(wanted.clone(), Arc::clone(&book));
        Ok(book)
    }

    /// The cases of these subjects, by complaint.
    async fn cases_of(&self, subjects: &[SubjectRef]) -> Result<Vec<(ComplaintId, Case)>, Problem> {
        let heads = journal::head::peek(&self.pool, subjects).await.map_err(away)?;
        let mut cases = Vec::with_capacity(heads.len());
        for head in heads {
            let (Some(complaint), Some(text)) = (head.subject.complaint_id(), head.state) else { continue };
            if let State::Case(case) = serde_json::from_str(&text).map_err(away)? {
                cases.push((complaint, *case));
            }
        }
        cases.sort_by_key(|(complaint, _)| *complaint);
        Ok(cases)
    }

    fn effect<'a>(
        &self,
        case: &'a Case,
        book: &'a CompiledPlaybook,
        settings: Option<&Organisation>,
        target: &Target,
    ) -> Result<Option<Effect<'a>>, Problem> {
        match target {
            Target::Calendar(to, calendar) => {
                let moves = onto_calendar(case, book, settings, to, calendar);
                let change = Change { moves, stops: Vec::new() };
                let is_concerned = !change.moves.is_empty();
                Ok(is_concerned.then_some(Effect { case, book, change, cannot: Vec::new() }))
            }
            // It may have moved or closed since the list was read.
            Target::Playbook(to, _) if case.is_closed() || case.playbook.version >= to.version => Ok(None),
            Target::Playbook(_, to) => {
                let cannot: Vec<_> = obstacles(case, to).iter().map(|found| found.text()).collect();
                let read = |wanted: &CalendarRef| self.library.calendar(settings, wanted);
                let change = if cannot.is_empty() {
                    onto_playbook(case, (book, to), settings, read)?
                } else {
                    Change::default()
                };
                Ok(Some(Effect { case, book, change, cannot }))
            }
        }
    }
}

/// Where a page ended: after this complaint.
fn place(text: &str) -> Result<ComplaintId, Problem> {
    text.parse().map(ComplaintId).map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "that is not where a page ended")
            .at("/after")
            .expected("the `next` of the page before, as it was")
    })
}
