//! Joins, closing and loops: whether the case went where it may.

use std::collections::BTreeMap;

use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::{Event, StageKey, StageKind, VisitId};
use playbook::{ClosureNeed, Need};

use super::{COUNTED, JOINED, Looking};

pub(super) fn look(looking: &mut Looking<'_>) {
    joins(looking);
    closing(looking);
    loops(looking);
}

/// When each visit began and ended, by the steps.
struct Span<'a> {
    entered: &'a StageEntered,
    from: usize,
    to: Option<usize>,
}

fn spans<'a>(looking: &Looking<'a>) -> BTreeMap<VisitId, Span<'a>> {
    let of = looking.of;
    let mut spans = BTreeMap::new();
    for (step, event) in of.said() {
        if let Event::StageEntered(entered) = event {
            spans.insert(entered.visit, Span { entered, from: step, to: None });
        }
    }
    for (step, event) in of.said() {
        let ended = match event {
            Event::StageCompleted(ended) => ended.visit,
            Event::StageWithdrawn(ended) => ended.visit,
            _ => continue,
        };
        if let Some(span) = spans.get_mut(&ended) {
            span.to = Some(span.to.map_or(step, |earlier| earlier.min(step)));
        }
    }
    spans
}

fn joins(looking: &mut Looking<'_>) {
    let (spans, seen) = (spans(looking), looking.seen);
    let book = &seen.book;
    let mut early = Vec::new();
    for main in spans.values().filter(|span| span.entered.place == Place::Main) {
        let Some(join) = book.stage(&main.entered.stage).ok().and_then(|stage| stage.join.as_ref()) else {
            continue;
        };
        let of_this = |side: &&Span<'_>| {
            join.sides.contains(&side.entered.stage) && side.entered.instance == main.entered.instance
        };
        // What began in the same step may have begun after, and what ended in it has ended before.
        let begun = spans.values().filter(of_this).filter(|side| side.from < main.from).count();
        let ended =
            spans.values().filter(of_this).filter(|side| side.to.is_some_and(|to| to <= main.from)).count();
        let needed = match join.need {
            Need::All => begun,
            Need::Any => 1,
            Need::AtLeast(least) => least as usize,
        };
        if ended < needed.min(begun) {
            early.push(format!("{} was entered when {ended} of {begun} sides had ended", main.entered.stage));
        }
    }
    early.into_iter().for_each(|what| looking.say(JOINED, what));
}

fn closing(looking: &mut Looking<'_>) {
    let (seen, of) = (looking.seen, looking.of);
    let case = &of.case;
    if !case.is_closed() {
        return;
    }
    let needs = seen.book.playbook().closure_rule.iter().flat_map(|rule| rule.requires.clone());
    let last = |kind: StageKind| {
        let last = case.results.iter().rev().find(|done| done.kind == kind);
        last.map(|done| (done.outcome.as_str(), done.instance))
    };
    let lacking: Vec<_> = needs
        .filter(|need| match need {
            ClosureNeed::Satisfied => {
                last(StageKind::Callback).is_none_or(|(outcome, _)| outcome != "satisfied")
            }
            ClosureNeed::Audited => last(StageKind::Audit) != Some(("passed", case.instance)),
            ClosureNeed::Archived => last(StageKind::Archive).is_none(),
        })
        .collect();
    if !lacking.is_empty() {
        looking.say(JOINED, format!("it was closed without {lacking:?}"));
    }
}

/// Whatever goes up the page is a declared loop; each is counted and ends at its most.
fn loops(looking: &mut Looking<'_>) {
    let (seen, of) = (looking.seen, looking.of);
    let book = seen.book.playbook();
    let place = |key: &StageKey| book.stages.iter().position(|stage| stage.key == *key);
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let (mut before, mut wrong) = (None, Vec::new());
    for (_, event) in of.said() {
        let Event::StageEntered(entered) = event else { continue };
        if entered.place == Place::Side {
            continue;
        }
        let at = place(&entered.stage);
        match &entered.via {
            Some(via) => *taken.entry(via.clone()).or_default() += 1,
            None if at <= before => wrong.push(format!("{} was entered again by no loop", entered.stage)),
            None => {}
        }
        before = at;
    }
    let counted: BTreeMap<String, u32> =
        of.case.loops.iter().map(|(key, times)| (key.to_string(), *times)).collect();
    if counted != taken {
        wrong.push(format!("{taken:?} were taken and {counted:?} are counted"));
    }
    for turn in &book.loops {
        let times = taken.get(&turn.key.to_string()).copied().unwrap_or(0);
        if turn.max.is_some_and(|max| times > max) {
            wrong.push(format!("{} was taken {times} times", turn.key));
        }
    }
    wrong.into_iter().for_each(|what| looking.say(COUNTED, what));
}
