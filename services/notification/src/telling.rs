//! What the customer is told besides the result: who took the complaint, how it goes on, how long it takes.

use contracts::{Language, Text};
use playbook::model::{CLOSING_QUESTION, Script, Tell};
use playbook::{ContactBrief, Key, StageBrief};
use std::collections::BTreeMap;

/// What is told, as lines of a message in `language`. What nobody knows has no line.
#[must_use]
pub fn lines(contact: &ContactBrief, brief: &StageBrief, number: &str, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    let named = |zh_label: &str, en_label: &str, text: &str| {
        if zh { format!("{zh_label}：{text}") } else { format!("{en_label}: {text}") }
    };
    let line = |tell: &Tell| match tell {
        Tell::AcceptorName => {
            let of_role = || brief.owner.as_ref().map(|owner| owner.label.get(language).to_owned());
            let name = contact.acceptor.as_ref().map(|acceptor| acceptor.name.clone()).or_else(of_role)?;
            Some(named("受理人", "Taken by", &name))
        }
        Tell::AcceptorContact => {
            let reach = contact.acceptor.as_ref().and_then(|acceptor| acceptor.contact.as_deref())?;
            Some(named("联系方式", "To be reached at", reach))
        }
        Tell::Flow => {
            let steps: Vec<&str> = contact.flow.iter().map(|step| step.get(language)).collect();
            (!steps.is_empty()).then(|| named("处理流程", "How it goes on", &steps.join(" → ")))
        }
        Tell::TimePerStep => {
            let time = |limit: calendar::Limit| if zh { limit.in_chinese() } else { limit.to_string() };
            let step = |step: &Text, limit| format!("{} {}", step.get(language), time(limit));
            let times: Vec<_> = contact.times.iter().map(|one| step(&one.step, one.limit)).collect();
            let times = times.join(if zh { "，" } else { ", " });
            (!times.is_empty()).then(|| named("各环节时限", "How long it takes", &times))
        }
        Tell::Number => Some(named("投诉编号", "Number", number)),
    };
    contact.tell.iter().filter_map(line).collect()
}

/// With what a talk about the result ends: the playbook's own question, else that of P15.
#[must_use]
pub fn closing_question(scripts: &BTreeMap<Key, Script>) -> Text {
    let own = scripts.get::<str>(CLOSING_QUESTION).and_then(|script| script.say.first());
    own.cloned().unwrap_or_else(|| Text {
        zh: "请问您觉得这样处理可以了吗？您还有别的问题吗？".to_owned(),
        en: "Is this solution acceptable to you? Is there anything else that is still open?".to_owned(),
    })
}
