//! Who must keep out does: of work, and of judging their own.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::proposal_made::ProposalMade;
use contracts::messages::stage_entered::Place;
use contracts::{Event, PersonId, StageKind, VisitId};
use routing::state::{Visit, Work, WorkState};

use super::{BARRED, Looking};

pub(super) fn look(looking: &mut Looking<'_>) {
    let of = looking.of;
    for work in of.case.works.values() {
        let Some(visit) = of.case.visits.get(&work.visit) else {
            looking.say(BARRED, format!("work for {} is open at a visit that is not", work.task));
            continue;
        };
        let WorkState::Held { person, instead_of, .. } = &work.state else { continue };
        let barred = barred(looking, visit, work);
        for voice in std::iter::once(person).chain(instead_of) {
            if barred.contains(voice) {
                looking.say(BARRED, format!("{person} (for {instead_of:?}) has {} and may not", work.task));
            }
        }
    }
    judges(looking);
}

/// Who may not: the person complained of, whoever the visit and the request name, and of callbacks whoever handled.
fn barred(looking: &Looking<'_>, visit: &Visit, work: &Work) -> BTreeSet<PersonId> {
    let case = &looking.of.case;
    let mut barred: BTreeSet<PersonId> = visit.barred.iter().chain(&work.barred).cloned().collect();
    barred.extend(case.origin.complained_of_person.clone());
    if visit.kind == StageKind::Callback {
        let handles = |kind: StageKind| {
            matches!(
                kind,
                StageKind::Verify | StageKind::Investigate | StageKind::Propose | StageKind::Execute
            )
        };
        // At the instant at which the main line went on, what it left had ended; what stands beside it may end after.
        let before = |done: &&routing::state::Done| {
            let earlier = done.ended_at < visit.entered_at;
            handles(done.kind) && (earlier || done.place == Place::Main && done.ended_at == visit.entered_at)
        };
        let handled = case.results.iter().filter(before);
        barred.extend(handled.filter_map(|done| done.by.person().cloned()));
    }
    barred
}

/// Nobody decides on or reviews what they proposed or are liable for.
fn judges(looking: &mut Looking<'_>) {
    let of = looking.of;
    let mut instances = BTreeMap::<VisitId, u32>::new();
    let mut proposals: Vec<(usize, &ProposalMade)> = Vec::new();
    for (step, event) in of.said() {
        match event {
            Event::StageEntered(entered) => drop(instances.insert(entered.visit, entered.instance)),
            Event::ProposalMade(made) => proposals.push((step, made)),
            _ => {}
        }
    }
    let mut wrong = Vec::new();
    for (step, event) in of.said() {
        let (visit, by, instead_of) = match event {
            Event::DecisionRecorded(said) => (said.visit, &said.by, &said.instead_of),
            Event::ReviewRecorded(said) => (said.visit, &said.by, &said.instead_of),
            _ => continue,
        };
        let instance = instances.get(&visit).copied();
        let before = proposals.iter().filter(|(made, one)| *made < step && Some(one.instance) == instance);
        let Some((_, newest)) = before.max_by_key(|(_, one)| one.version) else { continue };
        let own: Vec<_> = newest.by.person().into_iter().chain(&newest.liable_person).collect();
        for voice in by.person().into_iter().chain(instead_of) {
            if own.contains(&voice) {
                wrong.push(format!("{voice} judged version {} of their own proposal", newest.version));
            }
        }
    }
    wrong.into_iter().for_each(|what| looking.say(BARRED, what));
}
