//! From rows of the ledger to lines that people read: each case is named by the version of the playbook that it follows.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::{Fen, Language, OrganisationId};
use jiff::Timestamp;
use pages::Locale;
use pages::forms::Choice;
use pages::ledger::Line;
use serde_json::{Value, json};

use super::known::{Book, House};
use crate::app::App;

/// What is needed to name things of the ledger.
#[derive(Debug, Clone)]
pub struct Naming {
    /// In which language.
    pub language: Language,
    /// The organisation's names.
    pub house: Arc<House>,
    /// The playbooks in force.
    pub books: Vec<Arc<Book>>,
    own: BTreeMap<String, Arc<Book>>,
    now: Timestamp,
}

/// Our own word for a key, such as a remedy; the key itself where there is none.
fn called(key: &str, language: Language) -> String {
    pages::tasks::name(key).map_or_else(|| key.to_owned(), |word| word.get(language).to_owned())
}

impl Naming {
    /// For these rows.
    pub async fn of(app: &App, organisation: &OrganisationId, language: Language, rows: &[Value]) -> Self {
        let mut own = BTreeMap::new();
        for name in rows.iter().filter_map(|row| row["playbook"].as_str()) {
            if own.contains_key(name) {
                continue;
            }
            let Some((id, version)) = name.split_once('@') else { continue };
            let asked = json!({ "id": id, "version": version.parse::<u64>().unwrap_or(0) });
            if let Ok(book) = app.known.book(app, organisation, &asked).await {
                own.insert(name.to_owned(), book);
            }
        }
        Self {
            language,
            house: app.known.house(app, organisation).await,
            books: app.known.in_force(app, organisation).await,
            own,
            now: app.now(),
        }
    }

    /// The language and zone of what is shown.
    #[must_use]
    pub fn locale(&self) -> Locale {
        Locale { language: self.language, zone: self.house.zone.clone(), now: self.now }
    }

    /// What a key of a playbook is called, of those in force the first that has it.
    #[must_use]
    pub fn label(&self, list: &str, key: &str) -> String {
        let known = self.books.iter().map(|book| book.label(list, key, self.language));
        known.into_iter().find(|label| label != key).unwrap_or_else(|| key.to_owned())
    }

    /// What a customer's answer is called, of the playbooks in force the first that has it.
    #[must_use]
    pub fn answer(&self, key: &str) -> String {
        let known = self.books.iter().map(|book| book.answer(key, self.language));
        known.into_iter().find(|label| label != key).unwrap_or_else(|| key.to_owned())
    }

    /// What a remedy, an outcome or a liable party is called.
    #[must_use]
    pub fn word(&self, key: &str) -> String {
        called(key, self.language)
    }

    /// One of the lists of all playbooks in force, to choose from.
    #[must_use]
    pub fn choices(&self, list: &str) -> Vec<Choice> {
        let mut all: Vec<Choice> = Vec::new();
        for choice in self.books.iter().flat_map(|book| book.choices(list)) {
            if !all.iter().any(|known| known.value == choice.value) {
                all.push(choice);
            }
        }
        all
    }

    /// A row of the ledger, as people read it.
    #[must_use]
    pub fn line(&self, row: &Value) -> Line {
        let none = Arc::default();
        let book = row["playbook"].as_str().and_then(|name| self.own.get(name)).unwrap_or(&none);
        let labelled =
            |list: &str, member: &str| row[member].as_str().map(|key| book.label(list, key, self.language));
        let fen = |member: &str| row[member].as_i64().map(Fen);
        let time = |member: &str| row[member].as_str().and_then(|text| text.parse().ok());
        let count = |member: &str| row[member].as_u64().unwrap_or(0);
        let department = |key: &str| self.house.department(key, self.language);
        let remedies = row["remedies"].as_array().into_iter().flatten();
        Line {
            complaint: row["complaint"].as_str().unwrap_or_default().to_owned(),
            number: row["number"].as_str().unwrap_or_default().to_owned(),
            kind: labelled("kinds", "kind").map(|label| self.word(&label)),
            category: labelled("categories", "category"),
            channel: labelled("channels", "channel"),
            department: row["department"].as_str().map(department),
            stage: labelled("stages", "stage"),
            outcome: row["outcome"]
                .as_str()
                .map(|key| book.answer(key, self.language))
                .map(|key| self.word(&key)),
            level: count("level"),
            instance: count("instance"),
            repeats: row["repeats"] == true,
            breaches: count("breaches"),
            escalations: count("escalations"),
            satisfaction: row["satisfaction"].as_str().map(|key| book.answer(key, self.language)),
            liable: row["liable"].as_str().map(|key| self.word(key)),
            remedies: remedies.filter_map(Value::as_str).map(|key| self.word(key)).collect(),
            proposed: fen("proposed_fen"),
            executed: fen("executed_fen"),
            received_at: time("received_at"),
            registered_at: time("registered_at"),
            closed_at: time("closed_at"),
        }
    }
}
