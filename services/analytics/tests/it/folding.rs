//! The same events in any interleaving of their sources end in the same facts.

use analytics::State;
use analytics::state::{CaseFacts, evolve};
use contracts::SubjectRef;
use proptest::prelude::*;
use runtime::service::Happened;

use super::bench::complaint;
use super::story::{Saying, at, story};

fn fold(state: &mut State, subject: &SubjectRef, saying: &Saying) {
    let Saying { source, at, event } = saying;
    evolve(state, &Happened { source: *source, time: *at, subject, event });
}

fn facts(state: State) -> CaseFacts {
    let State::Case(facts) = state else { panic!("a case") };
    *facts
}

/// One source after the other.
fn in_turn() -> CaseFacts {
    let mut state = State::Unknown;
    for saying in story().iter().flatten() {
        fold(&mut state, &complaint(7), saying);
    }
    facts(state)
}

#[test]
fn the_facts_of_a_whole_case() {
    let case = in_turn();
    assert_eq!((case.number.as_deref(), case.playbook.as_deref()), (Some("TS-1"), Some("p03@2")));
    assert_eq!((case.category(), case.department()), (Some("quality"), Some("logistics")));
    assert_eq!((case.substantiated(), case.repeats()), (Some(true), true));
    assert_eq!(case.satisfaction(), Some("5"), "the customer's last answer");
    assert_eq!((case.proposed_fen, case.executed_fen), (Some(12_050), Some(12_050)));
    assert_eq!((case.level, case.escalations, case.breaches.len()), (2, 1, 1));
    assert_eq!((case.closed_at, case.outcome.as_deref()), (Some(at(62)), Some("satisfied")));
    assert_eq!((case.stage.is_none(), case.as_of), (true, Some(at(62))));
    let left: Vec<_> = case.visits.values().map(|visit| visit.left().unwrap()).collect();
    let ends: Vec<_> = left.iter().map(|left| (left.outcome.as_str(), left.at)).collect();
    // The completion by the department that had lost the visit moved nothing; one that routing revoked before did not.
    assert_eq!(
        ends,
        [
            ("routed", at(5)),
            ("substantiated", at(25)),
            ("proposed", at(36)),
            ("satisfied", at(58)),
            ("archived", at(62)),
            ("withdrawn", at(61)),
        ]
    );
}

#[test]
fn what_is_not_about_a_complaint_is_passed_over() {
    let mut state = State::Unknown;
    let directory = SubjectRef::directory(&super::bench::organisation());
    fold(&mut state, &directory, &story()[0][0]);
    assert_eq!(state, State::Unknown);
}

#[test]
fn a_case_that_goes_on_after_it_was_filed_is_open_again() {
    let mut state = State::Unknown;
    for saying in story().iter().flatten() {
        fold(&mut state, &complaint(7), saying);
    }
    let again = super::story::entered(9, "verify", contracts::StageKind::Verify, contracts::Facts::new());
    let source = contracts::ServiceName::Routing;
    fold(&mut state, &complaint(7), &Saying { source, at: at(90), event: again.into() });
    let case = facts(state);
    assert_eq!((case.closed_at, case.outcome), (None, None));
    assert_eq!(case.stage.unwrap().as_str(), "verify");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_interleaving_of_the_sources_ends_in_the_same_facts(picks in prop::collection::vec(0_usize..5, 60)) {
        let parts = story();
        let mut next = vec![0; parts.len()];
        let mut state = State::Unknown;
        let total: usize = parts.iter().map(Vec::len).sum();
        for n in 0..total {
            let wish = picks[n % picks.len()];
            let waiting = (0..parts.len()).map(|turn| (wish + turn) % parts.len());
            let part = waiting.into_iter().find(|part| next[*part] < parts[*part].len()).unwrap();
            fold(&mut state, &complaint(7), &parts[part][next[part]]);
            next[part] += 1;
            // Kept as JSON between any two events.
            state = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        }
        prop_assert_eq!(facts(state), in_turn());
    }
}
