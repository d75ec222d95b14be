//! Messages: the playbook's own templates, the built-in ones where it has none, and their rendering.
//!
//! Templates are minijinja with strict variables and bounded fuel: a playbook's author cannot make a service hang,
//! and a misspelt variable is an error instead of an empty place.

use std::collections::BTreeMap;

use contracts::{ChannelKey, Facts, Language, TemplateKey, Text};
use minijinja::{Environment, UndefinedBehavior};
use playbook::model::Template;
use serde::Serialize;

/// Stands for the tracking code until a message is handed to its channel.
///
/// The code is the customer's secret: it is never in an event nor in notification's tables. The sender asks intake
/// for it together with the address and puts it in.
pub const TRACKING_CODE: &str = "[[tracking_code]]";

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
    /// The remedies of the approved proposal, as keys with amounts in yuan.
    pub remedies: Vec<RemedyLine>,
    /// A sentence given by the person who writes.
    pub text: String,
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

/// The template `name` of the playbook, or the built-in one.
#[must_use]
pub fn choose(own: Option<(u32, &BTreeMap<TemplateKey, Template>)>, name: BuiltIn) -> Chosen {
    let named: TemplateKey = key(name.as_str());
    if let Some((version, template)) = own.and_then(|(version, all)| Some((version, all.get(&named)?))) {
        return Chosen { key: named, version, template: template.clone() };
    }
    Chosen { key: named, version: 0, template: name.template() }
}

/// Renders the body of a template.
///
/// # Errors
/// [`RenderError`] with minijinja's position.
pub fn render(chosen: &Chosen, language: Language, variables: &Variables) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
        .render_str(chosen.template.body.get(language), minijinja::value::Serde(variables))
        .map_err(|source| RenderError { key: chosen.key.clone(), source })
}

/// The messages that every organisation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// The complaint is on record.
    Acknowledgement,
    /// The result.
    Reply,
    /// The result where the complaint was found not to stand (P02).
    Explanation,
    /// To staff: a clock or rung concerns you.
    Escalation,
}

impl BuiltIn {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Acknowledgement, Self::Reply, Self::Explanation, Self::Escalation];

    /// Its key; a playbook replaces it by a template of the same key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Reply => "reply",
            Self::Explanation => "explanation",
            Self::Escalation => "escalation",
        }
    }

    fn template(self) -> Template {
        let (zh, en) = match self {
            Self::Acknowledgement => (
                "您好，您的投诉已受理，编号 {{ number }}，查询码 {{ tracking_code }}。我们会尽快处理，并告知您结果。",
                "Your complaint is on record under number {{ number }}; your tracking code is {{ tracking_code }}. \
                 We will deal with it as soon as we can and tell you the result.",
            ),
            Self::Reply => (
                "您好，您的投诉（编号 {{ number }}）已处理完毕。{% for r in remedies %}{{ r.label }}\
                 {% if r.yuan %} {{ r.yuan }} 元{% endif %}；{% endfor %}{{ text }}感谢您的反馈。",
                "Your complaint {{ number }} has been dealt with. {% for r in remedies %}{{ r.label }}\
                 {% if r.yuan %} CNY {{ r.yuan }}{% endif %}; {% endfor %}{{ text }} Thank you for telling us.",
            ),
            Self::Explanation => (
                "您好，关于您的投诉（编号 {{ number }}），我们已与相关部门核实，向您说明如下：{{ text }}如有疑问，请随时联系我们。",
                "We have looked into your complaint {{ number }} with the department concerned and explain: \
                 {{ text }} Please ask us if anything is unclear.",
            ),
            Self::Escalation => (
                "投诉 {{ number }} 需要您关注：{{ text }}",
                "Complaint {{ number }} needs your attention: {{ text }}",
            ),
        };
        Template { subject: None, body: Text { zh: zh.to_owned(), en: en.to_owned() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables {
            number: "TS202503030001".into(),
            tracking_code: TRACKING_CODE,
            facts: Facts::new(),
            stage: "答复".into(),
            remedies: vec![RemedyLine { label: "退款".into(), yuan: "120.50".into() }],
            text: "<b>&".into(),
        }
    }

    #[test]
    fn every_built_in_template_renders_in_both_languages() {
        for built_in in BuiltIn::ALL {
            for language in [Language::Zh, Language::En] {
                let text = render(&choose(None, built_in), language, &variables()).unwrap();
                assert!(text.contains("TS202503030001"), "{text}");
            }
        }
    }

    #[test]
    fn a_reply_names_remedies_and_leaves_text_as_it_is() {
        let text = render(&choose(None, BuiltIn::Reply), Language::Zh, &variables()).unwrap();
        assert!(text.contains("退款 120.50 元") && text.contains("<b>&"), "{text}");
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
}
