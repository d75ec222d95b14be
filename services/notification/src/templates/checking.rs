//! Checking a playbook's templates when it is published, so that a misspelt variable is known before a customer waits.
//!
//! A fault does not park the event: that would hold back every later version of the playbook, the corrected one among
//! them. It is kept beside the templates and can be listed; the built-in text stands in where nobody can be asked, and
//! a reply has to be written out.

use std::collections::BTreeMap;

use contracts::facts::{DECLARED, FactKind};
use contracts::{FactKey, FactValue, Facts, Language, TemplateKey};
use playbook::Key;
use playbook::model::{Script, Template};

use super::{Chosen, RemedyLine, Variables, environment, render, said_by};
use crate::state::Fault;

/// Every template that cannot be rendered in one of the languages, even with every fact known.
#[must_use]
pub fn faults(templates: &BTreeMap<TemplateKey, Template>, scripts: &BTreeMap<Key, Script>) -> Vec<Fault> {
    let mut found = Vec::new();
    for (key, template) in templates {
        for language in [Language::Zh, Language::En] {
            let chosen = Chosen { key: key.clone(), version: 0, template: template.clone() };
            let mut known = everything_known(template, language, "text");
            known.scripts = said_by(scripts, language);
            if let Err(error) = render(&chosen, language, &known) {
                let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                found.push(Fault { template: key.clone(), language, why });
            }
        }
    }
    found
}

/// Everything that a template may name; a text is `word`.
pub(super) fn everything_known(template: &Template, language: Language, word: &str) -> Variables {
    let mut facts: Facts = DECLARED
        .iter()
        .filter_map(|(key, kind, _)| Some((FactKey::new(*key).ok()?, example(*kind, word))))
        .collect();
    let texts = template.subject.iter().chain([&template.body]).map(|text| text.get(language));
    facts.extend(texts.flat_map(|text| form_fields(text, word)));
    Variables {
        stage: "stage".to_owned(),
        remedies: vec![RemedyLine { label: "remedy".to_owned(), yuan: "1.00".to_owned() }],
        text: "text".to_owned(),
        answers: vec!["answer".to_owned()],
        ..Variables::of("number", facts)
    }
}

/// The fields and signals that a text names: a playbook declares them itself, so any name is one.
fn form_fields(text: &str, word: &str) -> Vec<(FactKey, FactValue)> {
    let environment = environment();
    let Ok(template) = environment.template_from_str(text) else { return Vec::new() };
    let names = template.undeclared_variables(true);
    let facts = names.iter().filter_map(|name| FactKey::new(name.strip_prefix("facts.")?).ok());
    facts.map(|key| (key.clone(), example(key.kind(), word))).collect()
}

fn example(kind: FactKind, word: &str) -> FactValue {
    match kind {
        FactKind::Flag => true.into(),
        FactKind::Number => 3.into(),
        FactKind::Money => 12_050.into(),
        FactKind::Text => word.into(),
        FactKind::Time => "2025-03-07T02:00:00Z".into(),
        FactKind::Keys => FactValue::Keys(vec!["key".to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use contracts::Text;

    use super::*;

    fn faults_of(zh: &str, en: &str) -> Vec<Fault> {
        let body = Text { zh: zh.into(), en: en.into() };
        let thanks = Script {
            label: Text { zh: "致谢".into(), en: "Thanks".into() },
            say: vec![Text { zh: "感谢".into(), en: "Thanks".into() }],
            avoid: Vec::new(),
            personalise: false,
        };
        let templates = BTreeMap::from([("reply".parse().unwrap(), Template { subject: None, body })]);
        faults(&templates, &BTreeMap::from([(Key::new("thanks").unwrap(), thanks)]))
    }

    #[test]
    fn what_a_playbook_may_name_is_no_fault() {
        let text = "{{ number }} {{ facts.category }} {{ facts.amount|yuan }} {{ facts.form_store }} {{ text }}\
                    {% if facts.signal_injury %}!{% endif %}{% for r in remedies %}{{ r.label }}{% endfor %}";
        assert_eq!(faults_of(text, text), []);
    }

    #[test]
    fn each_fault_names_template_language_and_line() {
        let found = faults_of("您好\n{{ nummer }}", "{% for %}");
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].template.as_str(), found[0].language), ("reply", Language::Zh));
        assert!(found[0].why.contains(":2"), "{}", found[0].why);
        assert_eq!(found[1].language, Language::En);
        assert_eq!(faults_of("{{ facts.catgeory }}", "x").len(), 1, "a fact that nobody declared");
        assert_eq!(faults_of("{{ scripts.thanks }}", "{{ scripts.thank }}").len(), 1, "no such script");
    }
}
