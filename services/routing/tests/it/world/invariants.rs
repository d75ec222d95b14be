//! What is true of every case after every input, and of every history.

use std::collections::{BTreeMap, BTreeSet};

use contracts::SubjectRef;
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::messages::stage_entered::Place;
use routing::state::Main;
use routing::{LOAD, State};
use runtime::service::{Happened, Service as _};

use super::{World, complaint};

impl World {
    /// What is true of every case after every input.
    pub(super) fn check(&self) {
        let Some(case) = self.states.get(&complaint()).and_then(|state| state.case()) else { return };
        let mains: Vec<_> = case.visits.iter().filter(|(_, visit)| visit.place == Place::Main).collect();
        match &case.main {
            Main::Visit { visit } => assert!(mains.len() == 1 && mains[0].0 == visit, "one main visit"),
            Main::Between { .. } => assert!(mains.is_empty(), "between stages there is no main visit"),
            Main::Closed { .. } => {
                assert!(case.visits.is_empty() && case.works.is_empty(), "nothing is open after the archive");
                assert!(
                    case.clocks.values().all(|clock| !clock.is_running()),
                    "no clock runs after the archive"
                );
                assert!(
                    self.timers.keys().all(|(subject, _)| *subject != complaint()),
                    "no timer after the archive"
                );
            }
        }
        for (id, work) in &case.works {
            let holder = work.holder();
            assert!(holder.is_none_or(|person| !work.barred.contains(person)), "nobody barred acts");
            match case.rulings.get(id) {
                Some(ruling) => {
                    assert!(ruling.is_open() && work.task == "rule", "what is ruled on is no work")
                }
                None => {
                    let visit = &case.visits[&work.visit];
                    assert_eq!(visit.epoch, work.epoch, "work is of the present epoch");
                    assert!(holder.is_none_or(|person| !visit.barred.contains(person)), "nor a party");
                }
            }
            assert!(holder.is_none() || holder != case.origin.complained_of_person.as_ref(), "no party acts");
        }
        let keys: Vec<_> =
            case.clocks.values().filter(|clock| clock.is_running()).map(|clock| &clock.key).collect();
        assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "one running clock a key");
        for (id, clock) in case.clocks.iter().filter(|(_, clock)| clock.is_running() && !case.is_closed()) {
            let timer = self.timers.get(&(complaint(), format!("clock:{id}"))).map(|(due, _)| *due);
            let wanted = clock.due.filter(|due| clock.missed != Some(*due));
            assert_eq!(timer, wanted, "the timer of {} follows its due time", clock.key);
        }
        for (id, ruling) in case.open_rulings() {
            assert!(case.works.contains_key(&id), "a ruling that is open is somebody's work");
            let timer = self.timers.get(&(complaint(), format!("ruling:{id}"))).map(|(due, _)| *due);
            let wanted = ruling.due.filter(|due| *due > self.now);
            assert!(timer == wanted || timer == ruling.due, "a ruling is missed when it is due");
            if let RulingQuestion::Extension { clock, .. } = ruling.question {
                assert!(case.clocks[&clock].is_running(), "nobody is asked about a clock that has stopped");
            }
        }
        for (entry, value) in &self.entries {
            assert_eq!(entry.space, LOAD);
            let held = i64::try_from(case.held_by(&entry.key.parse().unwrap())).unwrap();
            let elsewhere = self.elsewhere.get(&entry.key).copied().unwrap_or(0);
            assert_eq!(value.as_i64(), Some(held + elsewhere), "the load of {} is what they hold", entry.key);
        }
        let turns = self.entered().iter().filter(|said| said.via.is_some()).count();
        assert_eq!(case.loops.values().map(|n| *n as usize).sum::<usize>(), turns, "every loop is counted");
    }

    /// The history alone gives the state.
    pub(crate) fn replay(&self) {
        let mut states: BTreeMap<&SubjectRef, State> = BTreeMap::new();
        for kept in &self.history {
            let state = states.entry(&kept.subject).or_default();
            let happened =
                Happened { source: kept.source, time: kept.time, subject: &kept.subject, event: &kept.event };
            self.routing.evolve(state, &happened);
        }
        for (subject, state) in states {
            assert_eq!(*self.states[subject], state);
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(
                serde_json::from_str::<State>(&text).unwrap(),
                state,
                "a state is written and read back"
            );
        }
    }
}
