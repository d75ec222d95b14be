//! Messages as a customer or a member of staff would read them, with an example case.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::proposal_made::Remedy;
use contracts::queries::notification::{MessageRendered, MessageShown};
use contracts::{Fen, Language, TemplateKey};
use playbook::Key;
use playbook::model::{Script, Template};

use super::checking::everything_known;
use super::{BuiltIn, Chosen, TRACKING_CODE, Variables, choose, environment, render, said_by};
use crate::promise;

/// The number and the code of the example.
const NUMBER: &str = "TS202503070001";
const CODE: &str = "K7M2-9XQD-4TRW";

/// Every message of a playbook: its own, and those that every organisation has where it has none of that key.
#[must_use]
pub fn preview(
    templates: &BTreeMap<TemplateKey, Template>,
    scripts: &BTreeMap<Key, Script>,
) -> Vec<MessageShown> {
    let own = templates.iter().map(|(key, template)| (true, key.clone(), template.clone()));
    let built_in = BuiltIn::ALL.into_iter().map(|one| choose(None, one));
    let others = built_in.filter(|chosen| !templates.contains_key(&chosen.key));
    let all = own.chain(others.map(|chosen| (false, chosen.key, chosen.template)));
    all.map(|(own, key, template)| shown(own, key, template, scripts)).collect()
}

fn shown(own: bool, key: TemplateKey, template: Template, scripts: &BTreeMap<Key, Script>) -> MessageShown {
    let names = names_in(&template);
    let chosen = Chosen { key, version: 0, template };
    let rendered = [Language::Zh, Language::En].map(|language| {
        let known = example(&chosen.template, scripts, language);
        match render(&chosen, language, &known) {
            Ok(text) => {
                let with_code = |text: String| text.replace(TRACKING_CODE, CODE);
                let (subject, body) = (text.subject.map(with_code), Some(with_code(text.body)));
                MessageRendered { language, subject, body, fault: None }
            }
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                MessageRendered { language, subject: None, body: None, fault: Some(why) }
            }
        }
    });
    let Chosen { key: template, template: Template { subject, body }, .. } = chosen;
    MessageShown { template, own, subject, body, names, rendered: rendered.into() }
}

/// The places that its texts have.
fn names_in(template: &Template) -> Vec<String> {
    let environment = environment();
    let texts = template.subject.iter().chain([&template.body]);
    let texts = texts.flat_map(|text| [text.zh.as_str(), text.en.as_str()]);
    let named =
        texts.filter_map(|text| Some(environment.template_from_str(text).ok()?.undeclared_variables(true)));
    let own = |name: &String| !name.starts_with("loop.");
    named.flatten().filter(own).collect::<BTreeSet<_>>().into_iter().collect()
}

fn example(template: &Template, scripts: &BTreeMap<Key, Script>, language: Language) -> Variables {
    let say = |zh: &str, en: &str| match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    };
    let remedies = [("refund", Fen(12_050)), ("apology", Fen(0))]
        .map(|(remedy, amount)| Remedy { remedy: remedy.to_owned(), amount });
    Variables {
        number: NUMBER.to_owned(),
        stage: say("部门处理", "The department handles it"),
        remedies: promise::lines(&remedies, language),
        text: say("“答复客户”将于今日 17:00 到期", "“Reply to the customer” is due today at 17:00"),
        answers: vec![say("满意", "Satisfied"), say("不满意", "Not satisfied")],
        scripts: said_by(scripts, language),
        ..everything_known(template, language, &say("（示例）", "(example)"))
    }
}

#[cfg(test)]
mod tests {
    use contracts::Text;

    use super::*;

    #[test]
    fn each_message_is_shown_in_both_languages_with_its_places_and_what_is_wrong() {
        let both = |zh: &str, en: &str| Text { zh: zh.into(), en: en.into() };
        let reply =
            Template { subject: None, body: both("{{ number }} {{ facts.category }}", "{{ nummer }}") };
        let templates = BTreeMap::from([("reply".parse().unwrap(), reply)]);
        let all = preview(&templates, &BTreeMap::new());
        assert_eq!(all.len(), BuiltIn::ALL.len());
        let reply = &all[0];
        assert!(reply.own && !all[1].own);
        assert_eq!(reply.names, ["facts.category", "number", "nummer"]);
        assert_eq!(reply.rendered[0].body.as_deref(), Some("TS202503070001 （示例）"));
        assert!(reply.rendered[1].fault.as_ref().unwrap().contains("undefined"), "{reply:?}");
        let acknowledged = all.iter().find(|one| one.template.as_str() == "acknowledgement").unwrap();
        let text = acknowledged.rendered[1].body.as_ref().unwrap();
        assert!(text.contains(CODE) && !text.contains(TRACKING_CODE), "{text}");
    }
}
