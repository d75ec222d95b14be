//! What the pages know of an organisation and its playbooks: names, labels, the zone. Remembered for a moment, so that a
//! page asks only for what is the case's own; a version of a playbook never changes and is remembered longer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contracts::commands::Actor;
use contracts::queries::routing as ask;
use contracts::{Language, OrganisationId, ServiceName, Text};
use jiff::tz::TimeZone;
use moka::future::Cache;
use pages::forms::Choice;
use pages::tasks::labelled;
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Refusal;
use crate::upstream::question;

/// How long names are believed.
const BELIEVED: Duration = Duration::from_secs(30);
/// Organisations, and versions of playbooks, at hand.
const MOST: u64 = 500;

/// An organisation's own names.
#[derive(Debug, Clone)]
pub struct House {
    /// The zone that its days and hours are meant in.
    pub zone: TimeZone,
    /// Whether the organisation was asked; else the zone is nobody's, and keys stand for names.
    pub is_known: bool,
    departments: BTreeMap<String, Text>,
    people: BTreeMap<String, Person>,
}

/// Somebody, as the directory has them.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    department: String,
    reach: Option<String>,
}

impl House {
    /// One of which nothing is known: routing cannot be asked, or nobody said which it is.
    #[must_use]
    pub fn unknown() -> Arc<Self> {
        Arc::new(Self {
            zone: TimeZone::UTC,
            is_known: false,
            departments: BTreeMap::new(),
            people: BTreeMap::new(),
        })
    }
    /// Somebody's name; their key where the directory has none.
    #[must_use]
    pub fn person(&self, key: &str) -> String {
        self.people.get(key).map_or_else(|| key.to_owned(), |person| person.name.clone())
    }
    /// How customers reach somebody, where the directory says.
    #[must_use]
    pub fn reach(&self, key: &str) -> Option<String> {
        self.people.get(key)?.reach.clone()
    }
    /// A department's name; its key where the directory has none.
    #[must_use]
    pub fn department(&self, key: &str, language: Language) -> String {
        self.departments.get(key).map_or_else(|| key.to_owned(), |name| name.get(language).to_owned())
    }
    /// All departments.
    #[must_use]
    pub fn departments(&self) -> Vec<Choice> {
        let choice = |(key, name): (&String, &Text)| Choice {
            value: key.clone(),
            label: pages::forms::Label::Text(name.clone()),
        };
        self.departments.iter().map(choice).collect()
    }
    /// All people, or those of a department, by name.
    #[must_use]
    pub fn people(&self, of: Option<&str>) -> Vec<Choice> {
        let fits = |person: &Person| of.is_none_or(|department| person.department == department);
        let all = self.people.iter().filter(|(_, person)| fits(person));
        let mut choices: Vec<_> = all
            .map(|(key, person)| Choice::new(key, pages::forms::Label::Name(person.name.clone())))
            .collect();
        choices.sort_by(|one, other| one.label.get(Language::Zh).cmp(other.label.get(Language::Zh)));
        choices
    }
}

/// A version of a playbook, for its labels.
#[derive(Debug, Clone, Default)]
pub struct Book {
    document: Value,
}

impl Book {
    /// The label of a key in one of its lists, such as `categories`; the key itself where there is none.
    #[must_use]
    pub fn label(&self, list: &str, key: &str, language: Language) -> String {
        let found = self.document[list].as_array().into_iter().flatten().find(|one| one["key"] == key);
        let text = found.and_then(|one| serde_json::from_value::<Text>(one["label"].clone()).ok());
        text.map_or_else(|| key.to_owned(), |text| text.get(language).to_owned())
    }
    /// What a province or company of a guided form is called; the key itself where there is none.
    #[must_use]
    pub fn guided_label(&self, list: &str, key: &str, language: Language) -> String {
        let channels = self.document["channels"].as_array().into_iter().flatten();
        let mut all = channels.flat_map(|channel| channel["guided"][list].as_array().into_iter().flatten());
        let found = all.find(|one| one["key"] == key);
        let text = found.and_then(|one| serde_json::from_value::<Text>(one["label"].clone()).ok());
        text.map_or_else(|| key.to_owned(), |text| text.get(language).to_owned())
    }
    /// All of it.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }
    /// One of its lists, to choose from.
    #[must_use]
    pub fn choices(&self, list: &str) -> Vec<Choice> {
        labelled(&self.document[list])
    }
    /// What the customer's answer is called; the key itself where there is none.
    #[must_use]
    pub fn answer(&self, key: &str, language: Language) -> String {
        let found = self.satisfaction().into_iter().find(|choice| choice.value == key);
        found.map_or_else(|| key.to_owned(), |choice| choice.label.get(language).to_owned())
    }
    /// The answers that the customer may give.
    #[must_use]
    pub fn satisfaction(&self) -> Vec<Choice> {
        labelled(&self.document["satisfaction"]["scale"])
    }
}

/// What is remembered.
#[derive(Clone)]
pub struct Known {
    houses: Cache<OrganisationId, Arc<House>>,
    books: Cache<(OrganisationId, String, u64), Arc<Book>>,
    fronts: Cache<(OrganisationId, String), (String, u64)>,
    in_force: Cache<OrganisationId, Arc<Vec<Value>>>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known")
    }
}

impl Default for Known {
    fn default() -> Self {
        Self {
            houses: Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build(),
            books: Cache::builder().max_capacity(MOST).build(),
            fronts: Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build(),
            in_force: Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build(),
        }
    }
}

async fn ask_routing(
    app: &App,
    organisation: &OrganisationId,
    name: &str,
    body: Value,
) -> Result<Value, Refusal> {
    let query = question(organisation, Actor::System, body);
    app.upstream.ask(ServiceName::Routing, name, &query).await
}

impl Known {
    /// An organisation's names; without them where routing cannot be asked, as a page with keys is better than none.
    pub async fn house(&self, app: &App, organisation: &OrganisationId) -> Arc<House> {
        let found = self.houses.try_get_with(organisation.clone(), read_house(app, organisation)).await;
        found.unwrap_or_else(|_| House::unknown())
    }

    /// A version of a playbook.
    ///
    /// # Errors
    /// That routing cannot be asked, or does not have it.
    pub async fn book(
        &self,
        app: &App,
        organisation: &OrganisationId,
        of: &Value,
    ) -> Result<Arc<Book>, Refusal> {
        let (id, version) = (of["id"].as_str().unwrap_or_default(), of["version"].as_u64().unwrap_or(0));
        let reading = async {
            let asked = json!({ "id": id, "version": version });
            let mut found = ask_routing(app, organisation, ask::PLAYBOOK, asked).await?;
            Ok(Arc::new(Book { document: found["document"].take() }))
        };
        let found = self.books.try_get_with((organisation.clone(), id.to_owned(), version), reading).await;
        found.map_err(|refusal: Arc<Refusal>| (*refusal).clone())
    }

    /// The playbooks in force; without any where routing cannot be asked, as a page with keys is better than none.
    pub async fn in_force(&self, app: &App, organisation: &OrganisationId) -> Vec<Arc<Book>> {
        let reading = async {
            let found = ask_routing(app, organisation, ask::ACTIVATIONS, json!({})).await?;
            let all = found["activations"].as_array().into_iter().flatten();
            Ok(Arc::new(all.map(|one| one["playbook"].clone()).collect::<Vec<_>>()))
        };
        let found: Result<_, Arc<Refusal>> = self.in_force.try_get_with(organisation.clone(), reading).await;
        let mut books = Vec::new();
        for of in found.iter().flat_map(|found| found.iter()) {
            books.extend(self.book(app, organisation, of).await);
        }
        books
    }

    /// The playbook that a customer's complaint follows.
    ///
    /// # Errors
    /// That routing cannot be asked, or none is in force.
    pub async fn front(
        &self,
        app: &App,
        organisation: &OrganisationId,
        channel: &str,
    ) -> Result<Arc<Book>, Refusal> {
        let reading = async {
            let found = ask_routing(app, organisation, ask::ACTIVATIONS, json!({})).await?;
            let all = found["activations"].as_array().cloned().unwrap_or_default();
            let of_channel = all.iter().find(|one| one["scope"]["channel"] == channel);
            let plain = |one: &&Value| {
                one["scope"].as_object().is_none_or(|scope| scope.values().all(Value::is_null))
            };
            let chosen = of_channel
                .or_else(|| all.iter().find(plain))
                .ok_or_else(|| Refusal::not_found("playbook"))?;
            let book = &chosen["playbook"];
            Ok((book["id"].as_str().unwrap_or_default().to_owned(), book["version"].as_u64().unwrap_or(0)))
        };
        let found = self.fronts.try_get_with((organisation.clone(), channel.to_owned()), reading).await;
        let (id, version) = found.map_err(|refusal: Arc<Refusal>| (*refusal).clone())?;
        self.book(app, organisation, &json!({ "id": id, "version": version })).await
    }
}

async fn read_house(app: &App, organisation: &OrganisationId) -> Result<Arc<House>, Refusal> {
    let directory = ask_routing(app, organisation, ask::DIRECTORY, json!({})).await?;
    let calendars = ask_routing(app, organisation, ask::CALENDARS, json!({})).await?;
    let list = |name: &str| directory[name].as_array().cloned().unwrap_or_default();
    let departments = list("departments").into_iter().filter_map(|one| {
        Some((one["id"].as_str()?.to_owned(), serde_json::from_value(one["name"].clone()).ok()?))
    });
    let people = list("people").into_iter().filter_map(|one| {
        let department = one["department"].as_str().unwrap_or_default().to_owned();
        let (name, reach) = (one["name"].as_str()?.to_owned(), one["contact"].as_str().map(str::to_owned));
        Some((one["id"].as_str()?.to_owned(), Person { name, department, reach }))
    });
    let default = &calendars["default"];
    let mut all = calendars["calendars"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let used = all.rfind(|one| one["id"] == *default || one["id"] == default["id"] || default.is_null());
    let zone =
        used.and_then(|one| one["document"]["zone"].as_str()).and_then(|name| TimeZone::get(name).ok());
    Ok(Arc::new(House {
        is_known: zone.is_some(),
        zone: zone.unwrap_or(TimeZone::UTC),
        departments: departments.collect(),
        people: people.collect(),
    }))
}
