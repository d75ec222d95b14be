//! Rules: that they compile, name only what the playbook has, and answer on every sample case.

use super::samples::samples;
use super::ways::Ways;
use crate::compiled::CompiledPlaybook;
use crate::env::Env;
use crate::finding::{Code, Finding};
use crate::model::{Playbook, Stage};
use crate::rule::Rule;
use crate::sites::{Sees, Site, sites};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        sites(playbook).iter().flat_map(|site| of_site(playbook, site)).collect();
    for (number, stage) in playbook.stages.iter().enumerate() {
        findings.extend(of_ways(playbook, number, stage));
    }
    findings
}

fn of_site(playbook: &Playbook, site: &Site<'_>) -> Vec<Finding> {
    let rule = match Rule::compile(site.rule) {
        Ok(rule) => rule,
        Err(problems) => return problems.iter().map(|problem| Finding::rule(&site.path, problem)).collect(),
    };
    let names = rule.names();
    let visits = names.visits.iter().filter(|key| playbook.stage(key.as_str()).is_none());
    let visits = visits.map(|key| unknown(&site.path, "stage", "环节", key.as_str()));
    let loops = names.loops.iter().filter(|key| !playbook.loops.iter().any(|turn| turn.key == **key));
    let loops = loops.map(|key| unknown(&site.path, "loop", "回路", key.as_str()));
    visits.chain(loops).chain(outcomes_named(site, &rule)).chain(tried_out(playbook, site, &rule)).collect()
}

fn unknown(path: &str, what: &str, zh: &str, key: &str) -> Finding {
    let (en, zh) =
        (format!("the rule names the unknown {what} “{key}”"), format!("规则引用了不存在的{zh}“{key}”"));
    Finding::new(path, Code::UnknownReference, en, zh)
}

/// A move whose rule asks for an outcome that the stage does not have would never be taken, without a word.
fn outcomes_named(site: &Site<'_>, rule: &Rule) -> Option<Finding> {
    let Sees::OutcomeOf(stage) = site.sees else { return None };
    let given = &rule.names().outcomes;
    let known = CompiledPlaybook::outcomes(stage);
    let strange =
        given.iter().find(|given| !known.iter().any(|outcome| outcome.as_str() == given.as_str()))?;
    let words: Vec<&str> = known.iter().map(|outcome| outcome.as_str()).collect();
    let words = words.join(", ");
    let en = format!("“{}” never ends with “{strange}”; it ends with: {words}", stage.key);
    let zh = format!("环节“{}”没有结果“{strange}”；可能的结果：{words}", stage.key);
    Some(Finding::new(site.path.as_str(), Code::UnknownOutcome, en, zh))
}

fn tried_out(playbook: &Playbook, site: &Site<'_>, rule: &Rule) -> Option<Finding> {
    let highest = playbook.severity_levels.iter().map(|degree| degree.level).max().unwrap_or(1);
    let cases = samples(std::iter::once(rule.names()), highest);
    let outcomes = match site.sees {
        Sees::OutcomeOf(stage) => CompiledPlaybook::outcomes(stage).into_iter().map(Some).collect(),
        Sees::NoOutcome => vec![None],
    };
    let asked = outcomes
        .into_iter()
        .flat_map(|outcome| cases.iter().map(move |case| Env { outcome: outcome.clone(), ..case.clone() }));
    let error = asked.map(|case| rule.eval(&case)).find_map(Result::err)?;
    let en = format!(
        "{error}; ask has(facts.x) before reading a fact that may be missing, and compare like with like"
    );
    let zh = format!("规则试算失败：{error}；读取可能缺失的事实前请先写 has(facts.x)，且只比较同类的值");
    Some(Finding::new(site.path.as_str(), Code::RuleFails, en, zh))
}

fn of_ways(playbook: &Playbook, number: usize, stage: &Stage) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ways = Ways::of(playbook, stage);
    if !ways.stuck.is_empty() && ways.failed.is_empty() {
        let outcomes: Vec<&str> = ways.stuck.iter().map(|outcome| outcome.as_str()).collect();
        let outcomes = outcomes.join(", ");
        let en = format!(
            "stage “{}” may end with {outcomes} and then no move matches; add one, or a last one without a rule",
            stage.key
        );
        let zh = format!(
            "环节“{}”以 {outcomes} 结束时可能没有去向；请补充去向，或在最后加一个无条件的去向",
            stage.key
        );
        findings.push(Finding::new(format!("stages[{number}].next"), Code::NoWayOut, en, zh));
    }
    let unconditional = stage.next.iter().position(|way| way.when.is_none() && way.via.is_none());
    for dead in unconditional.map_or(0..0, |first| first + 1..stage.next.len()) {
        let path = format!("stages[{number}].next[{dead}]");
        let en = "never reached: an earlier move has no rule and is always taken";
        findings.push(Finding::new(path, Code::DeadMove, en, "永远不会执行：前面已有无条件的去向"));
    }
    findings
}
