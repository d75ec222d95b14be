//! The channels of all active playbooks, and who answers for each.

use std::collections::BTreeMap;

use contracts::queries::Query;
use contracts::queries::intake::{ChannelListed, MenuOptionListed};
use contracts::{ChannelKey, DepartmentId, SubjectRef, Text};
use playbook::{Channel, DepartmentRef, MenuOption, Playbook};

use super::{Answered, Queries, QueryError};
use crate::state::{Directory, Organisation, State};

impl Queries {
    pub(super) async fn channels(&self, query: &Query) -> Answered<Vec<ChannelListed>> {
        let own = &query.organisation;
        let organisation = self.state(&SubjectRef::organisation(own)).await?;
        let organisation = organisation.as_ref().and_then(|(state, _)| state.organisation());
        let directory = self.state(&SubjectRef::directory(own)).await?;
        let directory = directory.as_ref().and_then(|(state, _)| state.directory());
        let mut channels: BTreeMap<ChannelKey, Vec<ChannelListed>> = BTreeMap::new();
        for playbook in self.active_playbooks(query, organisation).await? {
            for channel in &playbook.channels {
                let listed = listed(&playbook, channel, directory);
                let alike = channels.entry(channel.key.clone()).or_default();
                match alike.iter_mut().find(|one| says_the_same(one, &listed)) {
                    Some(one) => one.playbooks.push(playbook.id.clone()),
                    None => alike.push(listed),
                }
            }
        }
        Ok(channels.into_values().flatten().collect())
    }

    async fn active_playbooks(&self, query: &Query, known: Option<&Organisation>) -> Answered<Vec<Playbook>> {
        let now = self.clock.now();
        let standing = known.into_iter().flat_map(|known| known.activations.at(now));
        let mut wanted: Vec<_> = standing.map(|active| &active.playbook).collect();
        wanted.sort();
        wanted.dedup();
        let mut playbooks = Vec::new();
        for reference in wanted {
            let state = self.state(&SubjectRef::playbook(&query.organisation, &reference.id)).await?;
            let versions = state.as_ref().and_then(|(state, _)| State::playbook(state));
            let Some(document) = versions.and_then(|known| known.versions.get(&reference.version)) else {
                continue;
            };
            let playbook = serde_json::from_value(document.clone());
            playbooks.push(playbook.map_err(|error| QueryError::Broken(error.to_string()))?);
        }
        Ok(playbooks)
    }
}

/// A channel as one playbook has it.
fn listed(playbook: &Playbook, channel: &Channel, directory: Option<&Directory>) -> ChannelListed {
    let answerable = Answerable::of(playbook, channel, directory);
    ChannelListed {
        channel: channel.key.clone(),
        label: channel.label.clone(),
        playbooks: vec![playbook.id.clone()],
        role: answerable.role,
        department: answerable.department,
        people: answerable.people,
        subject_has: channel.subject_has.clone(),
        menu: channel.menu.iter().map(option).collect(),
        guided: channel.guided.as_ref().map(|form| super::guided::listed(playbook, form)),
    }
}

/// Whether two playbooks say the same of a channel. Where they differ it is listed once for each: nobody must read the
/// menu of the one beside the people of the other.
fn says_the_same(one: &ChannelListed, other: &ChannelListed) -> bool {
    ChannelListed { playbooks: other.playbooks.clone(), ..one.clone() } == *other
}

fn option(option: &MenuOption) -> MenuOptionListed {
    MenuOptionListed {
        key: option.key.to_string(),
        label: option.label.clone(),
        kind: option.kind.to_string(),
    }
}

/// Who answers for a channel: whom the playbook publishes with it, by name; else the role that takes complaints in.
#[derive(Default)]
struct Answerable {
    role: Option<Text>,
    department: Option<Text>,
    people: Vec<String>,
}

impl Answerable {
    fn of(playbook: &Playbook, channel: &Channel, directory: Option<&Directory>) -> Self {
        let register = playbook.stages.iter().find(|stage| stage.kind == contracts::StageKind::Register);
        let receives = register.and_then(|stage| stage.owner.as_ref());
        let Some(owner) = channel.answerable.as_ref().or(receives) else { return Self::default() };
        let Some(role) = playbook.roles.get::<str>(owner.role.as_str()) else { return Self::default() };
        let named: Option<&DepartmentId> = match owner.department.as_ref().unwrap_or(&role.department) {
            DepartmentRef::Named(id) => Some(id),
            DepartmentRef::Responsible | DepartmentRef::ComplainedOf | DepartmentRef::Receiving => None,
        };
        let name = |id: &DepartmentId| {
            let known = directory.and_then(|directory| directory.departments.get(id));
            known.or_else(|| playbook.departments.get(id)).cloned()
        };
        let holds = |member: &&crate::state::Member| {
            member.active && named == Some(&member.department) && member.roles.contains(&owner.role)
        };
        // Nobody's name is published who was not named for it: a part in a case is nobody before there is a case.
        let directory = directory.filter(|_| channel.answerable.is_some());
        let people = directory.into_iter().flat_map(|directory| directory.people.values()).filter(holds);
        Self {
            role: Some(role.label.clone()),
            department: named.and_then(name),
            people: people.map(|member| member.name.clone()).collect(),
        }
    }
}
