//! The other services, as far as routing sees them: they ask for people and complete visits.

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::Actor;
use contracts::messages::directory_changed::DirectoryChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{Event, Facts, ServiceName, VisitId, WorkId};
use playbook::{PersonNeed, StageBrief};
use routing::applying::{self, Version};
use routing::{affected_commands, open_works};
use runtime::service::Input;
use serde_json::Value;
use uuid::Uuid;

use super::World;

impl World {
    /// What the other services do by themselves: ask for a person when a visit of theirs begins or changes hands.
    pub(super) fn answer(&mut self, event: &Event) {
        if let Event::StageEntered(entered) = event {
            let brief: StageBrief = serde_json::from_value(entered.brief.clone()).unwrap();
            self.ask(entered.visit, entered.epoch, &entered.department, &brief);
        } else if let Event::StageChanged(changed) = event {
            let book = self.briefs().remove(&changed.visit).unwrap();
            self.ask(changed.visit, changed.epoch, &changed.department, &book);
        } else if let Event::DirectoryChanged(changed) = event {
            self.look_again(changed);
        } else if let Some(version) = applying::applied_in(event) {
            self.spread(&version);
        }
    }

    fn briefs(&self) -> BTreeMap<VisitId, StageBrief> {
        let entered = self.said.iter().filter_map(|event| match event {
            Event::StageEntered(entered) => Some(entered),
            _ => None,
        });
        entered.map(|said| (said.visit, serde_json::from_value(said.brief.clone()).unwrap())).collect()
    }

    fn ask(&mut self, visit: VisitId, epoch: u32, department: &contracts::DepartmentId, brief: &StageBrief) {
        let service = brief.kind.service();
        if service == ServiceName::Routing || brief.person == PersonNeed::NotNeeded {
            return;
        }
        let secondary = match &brief.secondary {
            playbook::Secondary::Automatic => None,
            playbook::Secondary::Role(role) => Some(role.clone()),
        };
        self.made += 1;
        self.hear(
            service,
            WorkRequested {
                work: WorkId(Uuid::from_u128(0xA000 + u128::from(self.made))),
                visit,
                epoch,
                task: brief.kind.to_string(),
                role: brief.owner.as_ref().unwrap().role.clone(),
                department: department.clone(),
                secondary,
                barred: Vec::new(),
                person: None,
                due: None,
                measure: None,
            },
        );
    }

    /// The internal commands that follow a change of the directory.
    fn look_again(&mut self, changed: &DirectoryChanged) {
        let open: Vec<_> =
            self.states.iter().flat_map(|(subject, state)| open_works(subject, state)).collect();
        self.made += 1;
        for command in affected_commands(Uuid::from_u128(self.made.into()), changed, open) {
            let input = Input::Command(Box::new(command));
            let decision = self.decide(&input).unwrap();
            self.apply(&input, decision);
        }
    }

    /// The internal commands that follow when a version is applied.
    fn spread(&mut self, version: &Version) {
        let open: Vec<_> =
            self.states.iter().filter_map(|(subject, state)| applying::open_case(subject, state)).collect();
        self.made += 1;
        for command in applying::spread(Uuid::from_u128(self.made.into()), version, open) {
            let input = Input::Command(Box::new(command));
            let decision = self.decide(&input).unwrap();
            self.apply(&input, decision);
        }
    }

    /// The person who holds the work completes the stage, as its service would say it.
    pub(crate) fn complete(&mut self, stage: &str, outcome: &str) {
        self.complete_with(stage, outcome, Facts::new());
    }

    pub(crate) fn complete_with(&mut self, stage: &str, outcome: &str, facts: Facts) {
        let (visit, epoch) = self.visit(stage);
        let service = self.case().visits[&visit].kind.service();
        let works: Vec<_> = self.case().works.iter().filter(|(_, work)| work.visit == visit).collect();
        let by = works.first().map_or(Actor::System, |(_, work)| Actor::Staff {
            person: work.holder().unwrap().clone(),
            roles: BTreeSet::new(),
            department: None,
        });
        let works: Vec<_> = works.into_iter().map(|(id, _)| *id).collect();
        let (outcome, results) = (outcome.parse().unwrap(), Value::Null);
        self.hear(service, StageCompleted { visit, epoch, outcome, facts, results, by });
        for work in works {
            self.hear(service, WorkWithdrawn { work, visit, reason: "done".into(), because: None });
        }
    }
}
