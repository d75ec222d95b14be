//! Random walks over the playbooks: whatever happens, in whatever order, the invariants of `world` hold and the
//! history gives the state.

use contracts::commands::routing::{
    DisputeWork, ExtendClock, GiveRuling, HandBackWork, PauseClock, ReassignWork, ResumeClock, TransferStage,
};
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::{PersonId, StageKind};
use playbook::outcomes_of;
use proptest::prelude::*;

use crate::world::{World, administrator, person, ts};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

/// Something that may happen.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Complete { which: usize, outcome: usize },
    Fact(usize),
    Time { hours: i64 },
    Absent { who: usize, hours: i64 },
    HandBack { which: usize },
    Reassign { which: usize, to: usize },
    Transfer { which: usize, to: usize },
    Pause { which: usize },
    Resume { which: usize },
    Dispute { which: usize },
    Extend { which: usize, hours: i64 },
    Rule { which: usize, answer: usize },
}

const PEOPLE: [&str; 10] =
    ["q.a", "q.b", "q.lead", "s.lead", "s.deputy", "s.agent", "gm", "boss", "qm.a", "agent.a"];
const UNITS: [&str; 4] = ["quality", "service", "logistics", "head_office"];
const FACTS: [&str; 6] =
    ["injury", "amount_known", "last_contact", "customer_contacted", "customer_limit", "repeat"];

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<usize>(), any::<usize>()).prop_map(|(which, outcome)| Step::Complete { which, outcome }),
        3 => any::<usize>().prop_map(Step::Fact),
        3 => (1..80i64).prop_map(|hours| Step::Time { hours }),
        2 => (any::<usize>(), 1..100i64).prop_map(|(who, hours)| Step::Absent { who, hours }),
        1 => any::<usize>().prop_map(|which| Step::HandBack { which }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(which, to)| Step::Reassign { which, to }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(which, to)| Step::Transfer { which, to }),
        1 => any::<usize>().prop_map(|which| Step::Pause { which }),
        1 => any::<usize>().prop_map(|which| Step::Resume { which }),
        1 => any::<usize>().prop_map(|which| Step::Dispute { which }),
        2 => (any::<usize>(), 1..60i64).prop_map(|(which, hours)| Step::Extend { which, hours }),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(which, answer)| Step::Rule { which, answer }),
    ]
}

fn pick<T: Clone>(all: &[T], n: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[n % all.len()].clone())
}

pub(crate) fn take(world: &mut World, step: &Step) {
    let case = world.case().clone();
    let visits: Vec<_> = case.visits.iter().collect();
    let works: Vec<_> = case.works.keys().copied().collect();
    let clocks: Vec<_> = case.clocks.keys().copied().collect();
    let holder = |which| pick(&works, which).and_then(|id| case.works[&id].holder().cloned());
    let actor = |who: Option<PersonId>| who.map_or_else(administrator, |who| person(who.as_str()));
    match *step {
        Step::Complete { which, outcome } => {
            let Some((id, visit)) = pick(&visits, which) else { return };
            let held =
                case.works.values().filter(|work| work.visit == *id).all(|work| work.holder().is_some());
            let own = matches!(visit.kind, StageKind::Triage | StageKind::Archive | StageKind::Wait);
            if held && !own {
                let outcome = pick(outcomes_of(visit.kind), outcome).unwrap();
                world.complete(visit.stage.as_str(), outcome);
            }
        }
        Step::Fact(which) => match FACTS[which % FACTS.len()] {
            key @ ("last_contact" | "customer_contacted" | "customer_limit") => world.fact(key, world.now),
            key => world.fact(key, true),
        },
        Step::Time { hours } => {
            let target = world.now + jiff::SignedDuration::from_hours(hours);
            world.advance_to(&target.to_string());
        }
        Step::Absent { who, hours } => {
            let until = world.now + jiff::SignedDuration::from_hours(hours);
            let (who, deputy) = (PEOPLE[who % PEOPLE.len()], PEOPLE[(who + 1) % PEOPLE.len()]);
            world.absent(who, &world.now.to_string(), &until.to_string(), Some(deputy));
        }
        Step::HandBack { which } => {
            let (Some(work), Some(who)) = (pick(&works, which), holder(which)) else { return };
            let _may_be_refused =
                world.order(&HandBackWork { work, reason: "太忙".into() }, actor(Some(who)));
        }
        Step::Reassign { which, to } => {
            let Some(work) = pick(&works, which) else { return };
            let to = PEOPLE[to % PEOPLE.len()].parse().unwrap();
            let _may_be_refused =
                world.order(&ReassignWork { work, person: to, reason: "换人".into() }, administrator());
        }
        Step::Transfer { which, to } => {
            let Some((id, visit)) = pick(&visits, which) else { return };
            let (visit, epoch) = (*id, visit.epoch);
            let department = UNITS[to % UNITS.len()].parse().unwrap();
            let order = TransferStage { visit, epoch, department, reason: "归口".into() };
            let _may_be_refused = world.order(&order, administrator());
        }
        Step::Pause { which } => {
            let Some(clock) = pick(&clocks, which) else { return };
            let order = PauseClock { clock, reason: "waiting_for_customer".into() };
            let _may_be_refused = world.order(&order, administrator());
        }
        Step::Resume { which } => {
            let Some(clock) = pick(&clocks, which) else { return };
            let _may_be_refused = world.order(&ResumeClock { clock }, administrator());
        }
        Step::Dispute { which } => {
            let (Some(work), who) = (pick(&works, which), holder(which)) else { return };
            let order = DisputeWork { work, department: None, reason: "不归我们".into() };
            let _may_be_refused = world.order(&order, actor(who));
        }
        Step::Extend { which, hours } => {
            let Some(clock) = pick(&clocks, which) else { return };
            let order =
                ExtendClock { clock, until: None, by: Some(format!("{hours}h")), reason: "待检测".into() };
            let _may_be_refused = world.order(&order, administrator());
        }
        Step::Rule { which, answer } => {
            let open: Vec<_> = case.open_rulings().collect();
            let Some((work, ruling)) = pick(&open, which) else { return };
            let mut order = GiveRuling {
                work,
                reason: "按规定".into(),
                department: None,
                grant: None,
                until: None,
                level: None,
            };
            match ruling.question {
                RulingQuestion::Dispute { .. } => {
                    order.department = Some(UNITS[answer % UNITS.len()].parse().unwrap());
                }
                RulingQuestion::Extension { .. } => order.grant = Some(answer % 3 > 0),
                RulingQuestion::Rung { .. } => {
                    order.level = (answer % 2 > 0).then_some(3);
                }
            }
            let _may_be_refused = world.order(&order, actor(case.works[&work].holder().cloned()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_walk_keeps_the_invariants(steps in prop::collection::vec(step(), 1..60), party in any::<usize>()) {
        let mut world = World::rich(FRIDAY);
        world.register(|said| {
            said.category = Some("food".parse().unwrap());
            said.registered_by = person("s.agent");
            said.complained_of_person = Some(PEOPLE[party % PEOPLE.len()].parse().unwrap());
            said.received_at = ts("2025-03-06T10:00:00+08:00");
        });
        for step in &steps {
            take(&mut world, step);
        }
        world.replay();
    }

    #[test]
    fn the_same_walk_says_the_same(steps in prop::collection::vec(step(), 1..20)) {
        let run = || {
            let mut world = World::rich(FRIDAY);
            world.register(|said| said.category = Some("food".parse().unwrap()));
            steps.iter().for_each(|step| take(&mut world, step));
            world.said
        };
        prop_assert_eq!(run(), run());
    }
}
