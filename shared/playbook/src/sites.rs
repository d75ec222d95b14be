//! Every rule of a playbook with its place: what is compiled, tried out and complained about is listed here once.

use crate::model::{Playbook, Stage};
use crate::words::Cel;

/// One rule and where it stands.
pub(crate) struct Site<'a> {
    /// The path in the document.
    pub(crate) path: String,
    /// The rule.
    pub(crate) rule: &'a Cel,
    /// What it sees besides the facts and the case.
    pub(crate) sees: Sees<'a>,
}

/// Whether a rule is asked when a stage has just ended.
#[derive(Clone, Copy)]
pub(crate) enum Sees<'a> {
    /// The outcome of this stage.
    OutcomeOf(&'a Stage),
    /// No outcome.
    NoOutcome,
}

/// Every rule that is ever evaluated. The formula of refunds is not a yes-or-no question and does not act yet.
pub(crate) fn sites(playbook: &Playbook) -> Vec<Site<'_>> {
    let mut sites = of_stages(playbook);
    sites.extend(of_loops(playbook));
    sites.extend(of_case(playbook));
    sites.extend(of_voice(playbook));
    sites
}

fn site(path: String, rule: Option<&Cel>) -> Option<Site<'_>> {
    rule.map(|rule| Site { path, rule, sees: Sees::NoOutcome })
}

fn of_stages(playbook: &Playbook) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    for (number, stage) in playbook.stages.iter().enumerate() {
        let at = |key: &str| format!("stages[{number}].{key}");
        sites.extend(site(at("automatic"), stage.automatic.as_ref()));
        sites.extend(site(at("side.when"), stage.side.as_ref().and_then(|side| side.when.as_ref())));
        for (way, next) in stage.next.iter().enumerate() {
            let rule = next.when.as_ref();
            let path = at(&format!("next[{way}].when"));
            sites.extend(rule.map(|rule| Site { path, rule, sees: Sees::OutcomeOf(stage) }));
        }
    }
    sites
}

fn of_loops(playbook: &Playbook) -> Vec<Site<'_>> {
    let sites = playbook.loops.iter().enumerate().filter_map(|(number, turn)| {
        let path = format!("loops[{number}].when");
        let sees = playbook.stage(turn.from.as_str()).map_or(Sees::NoOutcome, Sees::OutcomeOf);
        turn.when.as_ref().map(|rule| Site { path, rule, sees })
    });
    sites.collect()
}

fn of_case(playbook: &Playbook) -> Vec<Site<'_>> {
    let flags = playbook.routing_flags.iter().enumerate();
    let flags = flags.filter_map(|(n, flag)| site(format!("routing_flags[{n}].when"), flag.when.as_ref()));
    let levels = playbook.severity_levels.iter().enumerate();
    let levels =
        levels.filter_map(|(n, level)| site(format!("severity_levels[{n}].when"), level.when.as_ref()));
    let clocks = playbook.clocks.iter().enumerate();
    let clocks = clocks.filter_map(|(n, clock)| site(format!("clocks[{n}].when"), clock.when.as_ref()));
    let rungs = playbook.ladder.iter().enumerate();
    let rungs = rungs.filter_map(|(n, rung)| site(format!("ladder[{n}].when"), rung.when.as_ref()));
    let ledgers = playbook.ledger.iter().enumerate();
    let ledgers = ledgers.filter_map(|(n, ledger)| site(format!("ledger[{n}].when"), ledger.when.as_ref()));
    let teams = playbook.teams.iter().enumerate();
    let teams = teams.filter_map(|(n, team)| site(format!("teams[{n}].when"), Some(&team.when)));
    let standards = playbook.categories.iter().enumerate().filter_map(|(n, category)| {
        site(format!("categories[{n}].standard.when"), category.standard.as_ref()?.when.as_ref())
    });
    let spot = playbook.intake.settle_on_the_spot.as_ref().and_then(|spot| spot.when.as_ref());
    let spot = site("intake.settle_on_the_spot.when".to_owned(), spot);
    flags
        .chain(levels)
        .chain(clocks)
        .chain(rungs)
        .chain(ledgers)
        .chain(teams)
        .chain(standards)
        .chain(spot)
        .collect()
}

fn of_voice(playbook: &Playbook) -> Vec<Site<'_>> {
    let reply = playbook.reply_policy.as_ref();
    let formal = reply.and_then(|policy| policy.formal_letter_if.as_ref());
    let callbacks = playbook.callback_policies().flat_map(|(path, policy)| {
        let only_if = site(format!("{path}.only_if"), policy.only_if.as_ref());
        only_if.into_iter().chain(site(format!("{path}.pause_while_open"), policy.pause_while_open.as_ref()))
    });
    site("reply_policy.formal_letter_if".to_owned(), formal).into_iter().chain(callbacks).collect()
}
