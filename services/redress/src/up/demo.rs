//! The demo organisation: calendar, departments, people, playbooks, users. Loading it again changes nothing.

use std::path::Path;

use anyhow::Context as _;
use contracts::commands::Verb;
use contracts::commands::routing::{ActivatePlaybook, PublishCalendar, PublishPlaybook, PutDirectory};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::directory_changed::{Department, Person, Shift};
use contracts::messages::playbook_activated::ActivationScope;
use contracts::{OrganisationId, PlaybookId, SubjectRef, Text};
use serde::Deserialize;
use serde_json::Value;

use crate::drill;
use crate::operator::Operator;

/// The demo organisation as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisation {
    id: OrganisationId,
    name: Text,
    calendar: String,
    playbooks: Vec<Activation>,
    departments: Vec<Department>,
    people: Vec<Person>,
    #[serde(default)]
    shifts: Vec<Shift>,
}

impl Organisation {
    fn read(playbooks: &Path) -> anyhow::Result<Self> {
        read_yaml(&playbooks.join("demo/organisation.yaml"))
    }

    /// Departments and people, with their planned leave and deputies.
    fn directory(&self) -> PutDirectory {
        PutDirectory {
            departments: self.departments.clone(),
            people: self.people.clone(),
            shifts: self.shifts.clone(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Activation {
    id: PlaybookId,
    /// Rule packs that are attached to it.
    #[serde(default)]
    rule_packs: Vec<PlaybookId>,
    #[serde(default)]
    scope: ActivationScope,
}

/// What was loaded.
pub struct Demo {
    /// Which organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: Text,
    /// Its people, who sign in by their keys.
    pub people: Vec<Person>,
    /// The key with which the demo feeder submits.
    pub feeder_key: String,
}

/// Which organisation lies in `playbooks/demo`.
///
/// # Errors
/// A file that cannot be read.
pub fn organisation(playbooks: &Path) -> anyhow::Result<OrganisationId> {
    Ok(Organisation::read(playbooks)?.id)
}

/// Loads the organisation in `playbooks/demo`.
///
/// # Errors
/// A file that cannot be read, or what a service refuses.
pub async fn load(
    operator: &Operator,
    (folder, config): (&Path, &Path),
    playbooks: &Path,
    password: &str,
) -> anyhow::Result<Demo> {
    let organisation = Organisation::read(playbooks)?;
    let id = &organisation.id;
    let whole = SubjectRef::organisation(id);
    let calendar: calendar::Calendar =
        read_yaml(&playbooks.join(format!("calendars/{}.yaml", organisation.calendar)))?;
    put(operator, whole.clone(), &PublishCalendar { document: serde_json::to_value(&calendar)? }).await?;
    put(operator, SubjectRef::directory(id), &organisation.directory()).await?;
    for activation in &organisation.playbooks {
        let mut text = playbook_text(playbooks, &activation.id)?;
        for pack in &activation.rule_packs {
            text = format!("{text}\n---\n{}", playbook_text(playbooks, pack)?);
        }
        let version = playbook::load(&text)
            .map_err(|findings| anyhow::anyhow!("{}: {}", activation.id, listed(&findings)))?
            .playbook()
            .version;
        put(operator, SubjectRef::playbook(id, &activation.id), &PublishPlaybook { text, scenarios: None })
            .await?;
        let playbook = PlaybookRef { id: activation.id.clone(), version };
        put(
            operator,
            whole.clone(),
            &ActivatePlaybook { playbook, scope: activation.scope.clone(), effective_from: None },
        )
        .await?;
    }
    let feeder_key = super::accounts::provide(folder, config, id, &organisation.people, password).await?;
    Ok(Demo {
        organisation: organisation.id,
        name: organisation.name,
        people: organisation.people,
        feeder_key,
    })
}

fn listed(findings: &[playbook::Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Gives an order whose id stands for its content: given again, it is the same order.
pub(super) async fn put<V: Verb>(
    operator: &Operator,
    subject: SubjectRef,
    body: &V,
) -> anyhow::Result<Value> {
    let body = serde_json::to_value(body)?;
    let content = format!("{subject}|{}|{body}", V::VERB);
    let word = contracts::WordRef::to(V::SERVICE, contracts::WordId(uuid::Uuid::nil()), &content);
    operator.administer(V::SERVICE, &format!("demo-{}", word.sha256), subject, V::VERB, body).await
}

/// The text of a playbook or rule pack; the demo organisation's own packs lie beside it.
fn playbook_text(folder: &Path, id: &PlaybookId) -> anyhow::Result<String> {
    for folder in [folder, &folder.join("demo")] {
        for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(&format!("{id}-")) && name.ends_with(".yaml") {
                return std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()));
            }
        }
    }
    anyhow::bail!("there is no playbook {id} in {}", folder.display())
}

fn read_yaml<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))
}

impl Demo {
    /// A drill of this organisation's people, with no complaint yet.
    #[must_use]
    pub fn plan(&self, gateway: u16, config: &Path, password: &str) -> drill::Plan {
        drill::Plan {
            gateway: format!("http://127.0.0.1:{gateway}"),
            config: config.to_owned(),
            organisation: self.organisation.clone(),
            people: self.people.clone(),
            password: password.to_owned(),
            feeder_key: self.feeder_key.clone(),
            complaints: 0,
            seed: 1,
            source: drill::Source::Generated,
            unfinished: false,
            procedure: None,
        }
    }

    /// What is printed once everything is up.
    #[must_use]
    pub fn welcome(&self, gateway: u16, folder: &Path, password: &str) -> String {
        let mut text = format!(
            "{} / {} is open at http://127.0.0.1:{gateway}\n  for customers     http://127.0.0.1:{gateway}/\n  for staff         http://127.0.0.1:{gateway}/console\n  API, to try out   http://127.0.0.1:{gateway}/api/docs\n  \
             problem codes     http://127.0.0.1:{gateway}/problems\n\nsign in as organisation “{}” with password “{password}”:\n",
            self.name.zh, self.name.en, self.organisation
        );
        let mut shown = std::collections::BTreeSet::new();
        for person in &self.people {
            for role in &person.roles {
                if shown.insert(role.clone()) {
                    text.push_str(&format!(
                        "  {:<16} {:<10} {} ({})\n",
                        person.id.to_string(),
                        role.to_string(),
                        person.name,
                        person.department
                    ));
                }
            }
        }
        text.push_str(&format!(
            "\na feeder's key is {}\nlogs, secrets and configuration are in {}\n",
            self.feeder_key,
            folder.display()
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use contracts::RoleKey;
    use contracts::messages::directory_changed::Absence;
    use routing::Routing;

    use super::*;

    /// The roles by whose work a case goes on, the weightiest first.
    const WEIGHTY: [&str; 3] = ["manager", "leader", "handler"];

    fn organisation() -> Organisation {
        let playbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks");
        Organisation::read(&playbooks).unwrap()
    }

    fn standing(person: &Person) -> Option<RoleKey> {
        let weighty = WEIGHTY.iter().filter_map(|role| RoleKey::new(*role).ok());
        weighty.into_iter().find(|role| person.roles.contains(role))
    }

    /// Who has a standing, with each of their absences and the deputy in it.
    fn stand_ins(organisation: &Organisation) -> Vec<(&Person, &Absence, &Person)> {
        let mut found = Vec::new();
        for person in organisation.people.iter().filter(|person| standing(person).is_some()) {
            assert!(!person.absences.is_empty(), "{} has no deputy", person.id);
            for absence in &person.absences {
                let deputy =
                    organisation.people.iter().find(|other| Some(&other.id) == absence.deputy.as_ref());
                found.push((
                    person,
                    absence,
                    deputy.unwrap_or_else(|| panic!("{}: nobody stands in", person.id)),
                ));
            }
        }
        found
    }

    #[test]
    fn whoever_leads_manages_or_handles_has_a_deputy_of_their_standing_who_is_there() {
        let organisation = organisation();
        for (person, absence, deputy) in stand_ins(&organisation) {
            let who = format!("{} for {}", deputy.id, person.id);
            assert!(deputy.roles.contains(&standing(person).unwrap()), "{who}");
            let overlaps = |other: &&Absence| other.from < absence.until && absence.from < other.until;
            assert_eq!(deputy.absences.iter().find(overlaps), None, "{who}: both are away");
        }
        for unit in &organisation.departments {
            let leads = |person: &&Person| person.department == unit.id && person.roles.contains("leader");
            let heads: Vec<_> = organisation.people.iter().filter(leads).collect();
            for from in heads.iter().flat_map(|head| &head.absences).map(|absence| absence.from) {
                let is_away =
                    |head: &&&Person| head.absences.iter().any(|a| a.from <= from && from < a.until);
                let away = heads.iter().filter(is_away).count();
                assert!(away < heads.len().max(2), "{}: nobody leads it on {from}", unit.id);
            }
        }
    }

    #[test]
    fn what_is_loaded_makes_routing_find_the_deputies_while_the_leave_lasts() {
        let organisation = organisation();
        let mut world = corekit::World::new(Routing::default());
        world.subject = SubjectRef::directory(&organisation.id);
        let order = serde_json::to_value(organisation.directory()).unwrap();
        world.order(corekit::staff("shen.yi", &["admin"]), PutDirectory::VERB, order).unwrap();
        let directory = world.state.directory().unwrap();
        let stand_ins = stand_ins(&organisation);
        assert!(stand_ins.len() > 25, "{}", stand_ins.len());
        for (person, absence, deputy) in stand_ins {
            let found = |at| directory.deputy_of(&person.id, at).map(|found| &found.id);
            assert_eq!(found(absence.from), Some(&deputy.id));
            assert_eq!(found(absence.until), None, "{} is back", person.id);
            assert!(directory.is_present(&person.id, absence.until));
        }
    }
}
