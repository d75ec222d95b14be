//! What intake and routing say may come in any order: what is known of a case comes out the same.

use std::collections::BTreeMap;

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::{FactKey, FileId};

use super::*;
use crate::state::Conversation;

fn recorded(facts: Facts) -> Event {
    FactRecorded { facts, at: now(), by: Actor::System, visit: None }.into()
}

/// What intake says: the registration, and what was taken down afterwards, one word taken back.
fn of_intake() -> [Event; 4] {
    let mut first = registered("web", Language::Zh);
    first.complained_of_person = Some(person("wang"));
    first.files = vec![FileId(Uuid::from_u128(30))];
    [
        first.into(),
        recorded(Facts::from([(key::press(), true.into()), (key::amount(), 100.into())])),
        recorded(Facts::from([(key::press(), false.into())])),
        recorded(Facts::from([(key::goods_arrived(), "2025-03-07T01:00:00Z".into())])),
    ]
}

/// What routing says that had heard so much of intake's facts before each of its visits: what it knows, and how much of it
/// is intake's. Between them it takes back what investigation had said.
fn of_routing(heard: [usize; 2]) -> [Event; 3] {
    let own = Facts::from([(key::measures_done(), false.into())]);
    let entered = |n: u128, kind, heard: usize, own: &Facts| {
        let known = of_intake().into_iter().skip(1).take(heard).flat_map(|event| match event {
            Event::FactRecorded(said) => said.facts,
            _ => Facts::new(),
        });
        let mut facts = Facts::from([(key::measures_done(), true.into()), (key::channel(), "web".into())]);
        facts.extend(known.chain(own.clone()));
        let heard = Some(BTreeMap::from([(ServiceName::Intake, heard as u64)]));
        StageEntered { facts, heard, ..entered(kind, visit(n)) }.into()
    };
    [
        entered(1, StageKind::Reply, heard[0], &Facts::new()),
        recorded(own.clone()),
        entered(2, StageKind::Contact, heard[1], &own),
    ]
}

/// Every way in which two streams may come, each in its own order: whether the next one is of the first.
fn ways(first: usize, second: usize) -> Vec<Vec<bool>> {
    if first + second == 0 {
        return vec![Vec::new()];
    }
    let after = |is_first: bool, (first, second): (usize, usize)| {
        let rest = ways(first, second).into_iter();
        rest.map(move |rest| [vec![is_first], rest].concat()).collect::<Vec<_>>()
    };
    let mut all = if first > 0 { after(true, (first - 1, second)) } else { Vec::new() };
    all.extend(if second > 0 { after(false, (first, second - 1)) } else { Vec::new() });
    all
}

/// What is known once everything came in one of these ways.
fn known(heard: [usize; 2], way: &[bool]) -> Conversation {
    let mut bench = Bench::new(Notification);
    let (mut intake, mut routing) = (of_intake().into_iter(), of_routing(heard).into_iter());
    for is_intake in way {
        let (source, event) = if *is_intake {
            (ServiceName::Intake, intake.next())
        } else {
            (ServiceName::Routing, routing.next())
        };
        bench.hear(source, event.unwrap());
    }
    bench.state.conversation().unwrap().clone()
}

#[test]
fn whichever_comes_first_the_later_word_counts() {
    let expected = Facts::from([
        (key::amount(), 100.into()),
        (key::channel(), "web".into()),
        (key::goods_arrived(), "2025-03-07T01:00:00Z".into()),
        (key::measures_done(), false.into()),
        (key::press(), false.into()),
    ]);
    let mut seen = 0;
    for heard in (0..=3).flat_map(|second| (0..=second).map(move |first| [first, second])) {
        for way in ways(4, 3) {
            let found = known(heard, &way);
            for visit in found.visits.values() {
                assert_eq!(visit.facts, expected, "{heard:?} {way:?}");
            }
            assert_eq!((found.visits.len(), found.channel.as_str()), (2, "web"));
            assert_eq!(found.complained_of, Some(person("wang")), "{way:?}");
            assert!(found.files.contains(&FileId(Uuid::from_u128(30))), "{way:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 10 * 35);
}

/// What routing knew already, and another service took back since, is not made true again by hearing it here.
#[test]
fn a_word_that_routing_had_heard_changes_nothing_once_it_comes() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("web", Language::Zh));
    let facts = Facts::from([(key::press(), false.into())]);
    let heard = Some(BTreeMap::from([(ServiceName::Intake, 1)]));
    bench.hear(ServiceName::Routing, StageEntered { facts, heard, ..entered(StageKind::Reply, visit(1)) });
    bench.hear(ServiceName::Intake, recorded(Facts::from([(key::press(), true.into())])));
    let press = |bench: &Bench| {
        bench.state.conversation().unwrap().visits[&visit(1)].facts.get(&key::press()).cloned()
    };
    assert_eq!(press(&bench), Some(false.into()));
    bench.hear(ServiceName::Intake, recorded(Facts::from([(key::press(), true.into())])));
    assert_eq!(press(&bench), Some(true.into()), "and what it had not heard does");
}

/// a reply that nobody has to tell is told once the report of an earlier handling has lapsed, whatever came before.
#[test]
fn a_reply_without_a_person_is_told_by_what_is_known_by_now() {
    let mut stage = entered(StageKind::Reply, visit(1));
    stage.brief["person"] = json!("not_needed");
    slice(&mut stage)["approve_before"] = json!(["report_effective"]);
    let waits = |key: FactKey, value: bool| (key, value.into());
    stage.facts = Facts::from([waits(key::measures_done(), true), waits(key::report_approved(), false)]);
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("web", Language::Zh));
    assert!(bench.try_hear(ServiceName::Routing, stage.clone()).is_err(), "it waits for its report");
    stage.facts.insert(key::measures_done(), false.into());
    assert_eq!(ended(&bench.hear(ServiceName::Routing, stage)), Some("told"));
}
