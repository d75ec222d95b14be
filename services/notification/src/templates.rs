//! Messages: the playbook's own templates, the built-in ones where it has none, and their rendering.
//!
//! Templates are minijinja with strict variables and bounded fuel: a playbook's author cannot make a service hang,
//! and a misspelt variable is an error instead of an empty place.

use std::collections::BTreeMap;

use contracts::queries::notification::TRACKING_CODE;
use contracts::{ChannelKey, Facts, Fen, Language, TemplateKey};
use minijinja::{Environment, UndefinedBehavior};
use playbook::Key;
use playbook::model::{Script, Template};
use serde::Serialize;

mod built_in;
mod checking;
mod preview;

pub use built_in::BuiltIn;
pub use checking::faults;
pub use preview::preview;

/// How many steps a template may take.
const FUEL: u64 = 20_000;

/// What a template may name.
#[derive(Debug, Clone, Serialize)]
pub struct Variables {
    /// The complaint's number.
    pub number: String,
    /// See [`TRACKING_CODE`].
    pub tracking_code: &'static str,
    /// The facts of the case.
    pub facts: Facts,
    /// What people read as the name of the stage.
    pub stage: String,
    /// The remedies of the approved proposal, with amounts in yuan.
    pub remedies: Vec<RemedyLine>,
    /// What an escalation is about; empty in a message to the customer.
    pub text: String,
    /// The answers a customer may give on the playbook's scale, as people read them.
    pub answers: Vec<String>,
    /// What the playbook's scripts say to the customer, by script: thanks, an apology, an explanation.
    pub scripts: BTreeMap<String, String>,
}

impl Variables {
    /// What is known of every complaint; the rest is empty.
    #[must_use]
    pub fn of(number: &str, facts: Facts) -> Self {
        Self {
            number: number.to_owned(),
            tracking_code: TRACKING_CODE,
            facts,
            stage: String::new(),
            remedies: Vec::new(),
            text: String::new(),
            answers: Vec::new(),
            scripts: BTreeMap::new(),
        }
    }
}

/// What each script says, as one text.
#[must_use]
pub fn said_by(scripts: &BTreeMap<Key, Script>, language: Language) -> BTreeMap<String, String> {
    let between = if language == Language::Zh { "" } else { " " };
    let said = |script: &Script| {
        let lines: Vec<_> = script.say.iter().map(|line| line.get(language)).collect();
        lines.join(between)
    };
    scripts.iter().map(|(key, script)| (key.to_string(), said(script))).collect()
}

/// What the scripts of a published playbook say, where it is known.
#[must_use]
pub fn scripts_in(
    messages: Option<&(u32, crate::state::Messages)>,
    language: Language,
) -> BTreeMap<String, String> {
    messages.map(|(_, messages)| said_by(&messages.scripts, language)).unwrap_or_default()
}

/// One remedy in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemedyLine {
    /// Its label or key.
    pub label: String,
    /// Its amount in yuan, empty without one.
    pub yuan: String,
}

/// A template with its version: that of its playbook, 0 for a built-in one.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Its key.
    pub key: TemplateKey,
    /// Its version.
    pub version: u32,
    /// The texts.
    pub template: Template,
}

/// A template that cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[error("template {key} cannot be rendered")]
pub struct RenderError {
    /// Which.
    pub key: TemplateKey,
    /// What minijinja says, with its place.
    pub source: minijinja::Error,
}

/// The templates of a published playbook document.
#[must_use]
pub fn of_document(document: &serde_json::Value) -> BTreeMap<TemplateKey, Template> {
    document
        .get("templates")
        .cloned()
        .and_then(|found| serde_json::from_value(found).ok())
        .unwrap_or_default()
}

/// The scripts of a published playbook document.
#[must_use]
pub fn scripts_of(document: &serde_json::Value) -> BTreeMap<Key, Script> {
    document.get("scripts").cloned().and_then(|found| serde_json::from_value(found).ok()).unwrap_or_default()
}

/// The channel that the facts of a case name; the web where they do not.
#[must_use]
pub fn channel_of(facts: &Facts) -> ChannelKey {
    let named = facts.get(&contracts::facts::key::channel()).and_then(|value| value.as_text());
    named.and_then(|text| ChannelKey::new(text).ok()).unwrap_or_else(web)
}

/// The channel of messages that are only shown in the product.
#[must_use]
pub fn web() -> ChannelKey {
    key("web")
}

fn key<T: std::str::FromStr>(word: &'static str) -> T
where
    T::Err: std::fmt::Debug,
{
    word.parse().expect("built-in keys are slugs; a test reads each")
}

/// A playbook's own templates, with its version.
pub type Own<'a> = Option<(u32, &'a BTreeMap<TemplateKey, Template>)>;

/// The template `name` of the playbook, or the built-in one.
#[must_use]
pub fn choose(own: Own<'_>, name: BuiltIn) -> Chosen {
    let named = key(name.as_str());
    of_playbook(own, &named).unwrap_or_else(|| Chosen { key: named, version: 0, template: name.template() })
}

/// The playbook's own template called `named`.
#[must_use]
pub fn of_playbook(own: Own<'_>, named: &TemplateKey) -> Option<Chosen> {
    let (version, template) = own.and_then(|(version, all)| Some((version, all.get(named)?)))?;
    Some(Chosen { key: named.clone(), version, template: template.clone() })
}

/// A message ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject line, where the template has one.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
}

/// Renders a template.
///
/// # Errors
/// [`RenderError`] with minijinja's position.
pub fn render(chosen: &Chosen, language: Language, variables: &Variables) -> Result<Rendered, RenderError> {
    let environment = environment();
    let render = |text: &str| {
        environment
            .render_str(text, minijinja::value::Serde(variables))
            .map_err(|source| RenderError { key: chosen.key.clone(), source })
    };
    let subject =
        chosen.template.subject.as_ref().map(|subject| render(subject.get(language))).transpose()?;
    Ok(Rendered {
        // A subject is one line, whatever a variable holds.
        subject: subject.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")),
        body: render(chosen.template.body.get(language))?,
    })
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("yuan", |fen: i64| Fen(fen).to_string());
    environment
}

#[cfg(test)]
mod tests {
    use contracts::Text;

    use super::*;

    fn variables() -> Variables {
        Variables {
            stage: "答复".into(),
            remedies: vec![RemedyLine { label: "退款".into(), yuan: "120.50".into() }],
            text: "<b>&".into(),
            answers: vec!["1".into(), "2".into()],
            ..Variables::of("TS202503030001", Facts::new())
        }
    }

    #[test]
    fn every_built_in_template_renders_in_both_languages() {
        for built_in in BuiltIn::ALL {
            for language in [Language::Zh, Language::En] {
                let text = render(&choose(None, built_in), language, &variables()).unwrap().body;
                assert!(text.contains("TS202503030001"), "{text}");
                assert_eq!(text.is_ascii(), language == Language::En && !text.contains('退'), "{text}");
            }
        }
    }

    #[test]
    fn a_reply_names_remedies_and_an_escalation_leaves_text_as_it_is() {
        let text = |built_in| render(&choose(None, built_in), Language::Zh, &variables()).unwrap().body;
        assert!(text(BuiltIn::Reply).contains("退款 120.50 元；感谢"), "{}", text(BuiltIn::Reply));
        assert!(text(BuiltIn::Escalation).ends_with("需要您关注：<b>&"), "{}", text(BuiltIn::Escalation));
    }

    #[test]
    fn a_misspelt_variable_and_an_endless_loop_are_errors() {
        for body in
            ["{{ nummer }}", "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}"]
        {
            let text = Text { zh: body.into(), en: body.into() };
            let chosen =
                Chosen { key: key("x"), version: 1, template: Template { subject: None, body: text } };
            assert!(render(&chosen, Language::En, &variables()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_subject_is_one_line_and_money_is_in_yuan() {
        let both = |text: &str| Text { zh: text.into(), en: text.into() };
        let template = Template {
            subject: Some(both("关于 {{ number }}\r\nBcc: x@example.com")),
            body: both("{{ facts.amount|yuan }} 元"),
        };
        let mut variables = variables();
        variables.facts.insert(contracts::facts::key::amount(), 12_050.into());
        let chosen = Chosen { key: key("x"), version: 1, template };
        let rendered = render(&chosen, Language::Zh, &variables).unwrap();
        assert_eq!(rendered.subject.unwrap(), "关于 TS202503030001 Bcc: x@example.com");
        assert_eq!(rendered.body, "120.50 元");
    }
}
