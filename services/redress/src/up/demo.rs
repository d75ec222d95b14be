//! The demo organisation: calendar, departments, people, playbooks, users. Loading it again changes nothing.

use std::path::Path;

use anyhow::Context as _;
use contracts::commands::Verb;
use contracts::commands::routing::{ActivatePlaybook, PublishCalendar, PublishPlaybook, PutDirectory};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::directory_changed::{Department, Person};
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
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Activation {
    id: PlaybookId,
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
    let path = playbooks.join("demo/organisation.yaml");
    let organisation: Organisation = read_yaml(&path)?;
    let id = &organisation.id;
    let whole = SubjectRef::organisation(id);
    let calendar: calendar::Calendar =
        read_yaml(&playbooks.join(format!("calendars/{}.yaml", organisation.calendar)))?;
    put(operator, whole.clone(), &PublishCalendar { document: serde_json::to_value(&calendar)? }).await?;
    let directory =
        PutDirectory { departments: organisation.departments.clone(), people: organisation.people.clone() };
    put(operator, SubjectRef::directory(id), &directory).await?;
    for activation in &organisation.playbooks {
        let text = playbook_text(playbooks, &activation.id)?;
        let version = playbook::load(&text)
            .map_err(|findings| anyhow::anyhow!("{}: {}", activation.id, listed(&findings)))?
            .playbook()
            .version;
        put(operator, SubjectRef::playbook(id, &activation.id), &PublishPlaybook { text }).await?;
        let playbook = PlaybookRef { id: activation.id.clone(), version };
        put(operator, whole.clone(), &ActivatePlaybook { playbook, scope: activation.scope.clone() }).await?;
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
async fn put<V: Verb>(operator: &Operator, subject: SubjectRef, body: &V) -> anyhow::Result<Value> {
    let body = serde_json::to_value(body)?;
    let content = format!("{subject}|{}|{body}", V::VERB);
    let word = contracts::WordRef::to(V::SERVICE, contracts::WordId(uuid::Uuid::nil()), &content);
    operator.administer(V::SERVICE, &format!("demo-{}", word.sha256), subject, V::VERB, body).await
}

fn playbook_text(folder: &Path, id: &PlaybookId) -> anyhow::Result<String> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(&format!("{id}-")) && name.ends_with(".yaml") {
            return std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()));
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
        }
    }

    /// What is printed once everything is up.
    #[must_use]
    pub fn welcome(&self, gateway: u16, folder: &Path, password: &str) -> String {
        let mut text = format!(
            "{} / {} is open at http://127.0.0.1:{gateway}\n  API, to try out   http://127.0.0.1:{gateway}/api/docs\n  \
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
