//! The stage graph: everything is reached, everything reaches the archive, every way back is a declared loop, and
//! nothing passes by the approval that the playbook asks for, nor by what it requires before a case is closed.

use std::collections::BTreeSet;

use contracts::StageKind;

use super::ways::Ways;
use crate::finding::{Code, Finding};
use crate::model::{ApproveBefore, ClosureNeed, NewForm, Playbook, Stage, Trigger};
use crate::words::LoopKey;

/// One arrow of the graph.
struct Arrow {
    from: usize,
    to: usize,
    via: Option<LoopKey>,
    path: String,
}

struct Graph<'a> {
    playbook: &'a Playbook,
    arrows: Vec<Arrow>,
}

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let graph = Graph { playbook, arrows: arrows(playbook) };
    let mut findings = graph.ends();
    findings.extend(graph.reached());
    findings.extend(graph.archived());
    findings.extend(graph.ways_back());
    findings.extend(graph.approval());
    findings.extend(graph.closing());
    findings
}

fn position(playbook: &Playbook, key: &str) -> Option<usize> {
    playbook.stages.iter().position(|stage| stage.key.as_str() == key)
}

fn arrows(playbook: &Playbook) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (from, stage) in playbook.stages.iter().enumerate() {
        for (way, next) in stage.next.iter().enumerate() {
            let path = format!("stages[{from}].next[{way}].to");
            let to = position(playbook, next.to.as_str());
            arrows.extend(to.map(|to| Arrow { from, to, via: next.via.clone(), path }));
        }
    }
    for (number, turn) in playbook.loops.iter().enumerate() {
        let from = position(playbook, turn.from.as_str());
        let to = turn.on_max.as_ref().and_then(|key| position(playbook, key.as_str()));
        let path = format!("loops[{number}].on_max");
        arrows.extend(from.zip(to).map(|(from, to)| Arrow { from, to, via: None, path }));
    }
    arrows
}

impl Graph<'_> {
    fn stage(&self, number: usize) -> &Stage {
        &self.playbook.stages[number]
    }

    fn of_kind(&self, kind: StageKind) -> Vec<usize> {
        (0..self.playbook.stages.len()).filter(|number| self.stage(*number).kind == kind).collect()
    }

    /// All stages that can be reached from these, themselves included, along the arrows that `along` allows.
    fn from(&self, starts: &[usize], along: impl Fn(&Arrow) -> bool) -> BTreeSet<usize> {
        let mut met: BTreeSet<usize> = starts.iter().copied().collect();
        let mut open: Vec<usize> = starts.to_vec();
        while let Some(at) = open.pop() {
            for arrow in self.arrows.iter().filter(|arrow| arrow.from == at && along(arrow)) {
                if met.insert(arrow.to) {
                    open.push(arrow.to);
                }
            }
        }
        met
    }

    /// One beginning, at least one archive, and only the archive and side branches end.
    fn ends(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.of_kind(StageKind::Register).len() != 1 {
            let en = "exactly one stage must be of kind register: there every case begins";
            findings.push(Finding::new(
                "stages",
                Code::Value,
                en,
                "必须恰有一个 register 环节：每个个案由此开始",
            ));
        }
        if self.of_kind(StageKind::Archive).is_empty() {
            let en = "no stage is of kind archive: no case would ever be closed";
            findings.push(Finding::new("stages", Code::NoArchive, en, "没有 archive 环节：个案永远无法结案"));
        }
        for (number, stage) in self.playbook.stages.iter().enumerate() {
            let ends = stage.kind == StageKind::Archive;
            if ends && !stage.next.is_empty() {
                let path = format!("stages[{number}].next");
                let en = "a case ends with its archive; there is nothing after it";
                findings.push(Finding::new(path, Code::Value, en, "个案以归档结束，其后不应再有去向"));
            }
            if !ends && stage.next.is_empty() && stage.side.is_none() {
                let en = format!("stage “{}” has no way out", stage.key);
                let zh = format!("环节“{}”没有去向", stage.key);
                findings.push(Finding::new(format!("stages[{number}].key"), Code::NoWayOut, en, zh));
            }
        }
        findings
    }

    fn reached(&self) -> Vec<Finding> {
        let sides = (0..self.playbook.stages.len()).filter(|number| self.stage(*number).side.is_some());
        let starts: Vec<usize> = self.of_kind(StageKind::Register).into_iter().chain(sides).collect();
        let met = self.from(&starts, |_| true);
        let missed = (0..self.playbook.stages.len()).filter(|number| !met.contains(number));
        missed
            .map(|number| {
                let key = &self.stage(number).key;
                let (en, zh) =
                    (format!("no case ever reaches stage “{key}”"), format!("没有任何个案会到达环节“{key}”"));
                Finding::new(format!("stages[{number}].key"), Code::Unreachable, en, zh)
            })
            .collect()
    }

    /// Every stage of the main line leads to an archive.
    fn archived(&self) -> Vec<Finding> {
        let archives = self.of_kind(StageKind::Archive);
        if archives.is_empty() {
            return Vec::new();
        }
        let lost = (0..self.playbook.stages.len()).filter(|number| {
            let stage = self.stage(*number);
            let met = self.from(&[*number], |_| true);
            stage.side.is_none()
                && !stage.next.is_empty()
                && !archives.iter().any(|archive| met.contains(archive))
        });
        lost.map(|number| {
            let key = &self.stage(number).key;
            let en = format!("from stage “{key}” no case ever reaches the archive");
            Finding::new(
                format!("stages[{number}].key"),
                Code::NoArchive,
                en,
                format!("从环节“{key}”永远到不了归档"),
            )
        })
        .collect()
    }

    /// An arrow back to where the case has been must be a declared loop, so that its passes are counted.
    fn ways_back(&self) -> Vec<Finding> {
        let forward = |arrow: &Arrow| arrow.via.is_none();
        let back = self.arrows.iter().filter(|arrow| {
            // The stages of a ring all lead to each other; the arrow that points up the page is the one to declare.
            forward(arrow) && arrow.to <= arrow.from && self.from(&[arrow.to], forward).contains(&arrow.from)
        });
        back.map(|arrow| {
            let (from, to) = (&self.stage(arrow.from).key, &self.stage(arrow.to).key);
            let en = format!(
                "from “{from}” back to “{to}” is a way back: declare it under loops and name it here"
            );
            let zh = format!("从“{from}”退回“{to}”是回路：请在 loops 中声明并在此处引用");
            Finding::new(arrow.path.as_str(), Code::UndeclaredLoop, en, zh)
        })
        .collect()
    }

    /// Nothing is told, carried out or filed before the approval that the playbook asks for.
    fn approval(&self) -> Vec<Finding> {
        let asked = &self.playbook.approve_before;
        if asked.is_empty() {
            return Vec::new();
        }
        if self.of_kind(StageKind::Approve).is_empty() {
            let en = "approval is asked for, but no stage is of kind approve";
            return vec![Finding::new(
                "approve_before",
                Code::ApprovalAvoided,
                en,
                "要求先审批，但没有 approve 环节",
            )];
        }
        let reports = self.of_kind(StageKind::Correct);
        if asked.contains(&ApproveBefore::ReportEffective) && reports.is_empty() {
            let en = "there is no report of measures that could take effect: no stage is of kind correct";
            let zh = "没有可生效的整改报告：没有 correct 环节";
            return vec![Finding::new("approve_before", Code::ApprovalAvoided, en, zh)];
        }
        let proposals = self.of_kind(StageKind::Propose);
        let begin: Vec<usize> =
            self.of_kind(StageKind::Register).into_iter().chain(proposals.clone()).collect();
        asked
            .iter()
            .flat_map(|before| match before {
                ApproveBefore::Reply => vec![(StageKind::Reply, &proposals)],
                ApproveBefore::Archive => vec![(StageKind::Archive, &proposals)],
                // Carrying something out always spends what must be approved, proposal or not; and what is proposed after
                // an approval is not approved by it.
                ApproveBefore::Execute => vec![(StageKind::Execute, &begin)],
                // A report of cause and measures has effect as it is told or filed (P22, P37).
                ApproveBefore::ReportEffective => {
                    vec![(StageKind::Reply, &reports), (StageKind::Archive, &reports)]
                }
            })
            .flat_map(|(kind, starts)| self.avoids_approval(kind, starts))
            .chain(self.told_before_a_proposal())
            .chain(self.reports_beside_never_approved())
            .collect()
    }

    fn avoids_approval(&self, kind: StageKind, starts: &[usize]) -> Vec<Finding> {
        self.without(StageKind::Approve, &["approved", "amended"], kind, starts)
            .map(|number| {
                let key = &self.stage(number).key;
                let en =
                    format!("a case can reach “{key}” without the approval that approve_before asks for");
                let zh = format!("个案可以未经 approve_before 所要求的审批到达“{key}”");
                Finding::new(format!("stages[{number}].key"), Code::ApprovalAvoided, en, zh)
            })
            .collect()
    }

    /// Of measures beside the main line: what decides on their report follows them there, and always approves it in the
    /// end. A side does not begin again when its round refuses, and the case could never be filed.
    fn reports_beside_never_approved(&self) -> Vec<Finding> {
        if !self.playbook.approve_before.contains(&ApproveBefore::ReportEffective) {
            return Vec::new();
        }
        let stages = &self.playbook.stages;
        let beside = |kind| move |(_, stage): &(usize, &Stage)| stage.kind == kind && stage.side.is_some();
        let follows = |approve: &Stage, correct: &Stage| {
            let begins = approve.side.iter().flat_map(|side| &side.start);
            let mut left = begins.filter(|trigger| **trigger == Trigger::Left(correct.key.clone()));
            left.next().is_some()
                && !approve.outcomes.is_empty()
                && !approve.outcomes.iter().any(|one| one.as_str() == "refused")
        };
        let approvals: Vec<_> = stages.iter().enumerate().filter(beside(StageKind::Approve)).collect();
        let unapproved = stages.iter().enumerate().filter(beside(StageKind::Correct));
        let unapproved =
            unapproved.filter(|(_, correct)| !approvals.iter().any(|(_, approve)| follows(approve, correct)));
        unapproved
            .map(|(number, correct)| {
                let key = &correct.key;
                let en = format!(
                    "the report of “{key}” may never be approved: let a side of kind approve start on left of it, with outcomes that hold no refused"
                );
                let zh = format!("“{key}”的报告可能永远得不到批准：请设一个在其结束时开始、outcomes 不含 refused 的 approve 旁支");
                Finding::new(format!("stages[{number}].key"), Code::ApprovalAvoided, en, zh)
            })
            .collect()
    }

    /// A reply that comes before anything was proposed would be refused every time: no round decided on it. That a
    /// complaint does not stand is explained without one.
    fn told_before_a_proposal(&self) -> Vec<Finding> {
        if !self.playbook.approve_before.contains(&ApproveBefore::Reply) {
            return Vec::new();
        }
        let verified = self.of_kind(StageKind::Verify).into_iter();
        let stands: Vec<_> = verified.map(|at| (at, self.otherwise(at, &["unsubstantiated"]))).collect();
        let unanswered = |arrow: &Arrow| match stands.iter().find(|(at, _)| *at == arrow.from) {
            Some((at, ways)) => ways.iter().any(|way| self.is_way(arrow, *at, *way)),
            None => !matches!(self.stage(arrow.from).kind, StageKind::Propose | StageKind::Approve),
        };
        let met = self.from(&self.of_kind(StageKind::Register), unanswered).into_iter();
        met.filter(|number| self.stage(*number).kind == StageKind::Reply)
            .map(|number| {
                let key = &self.stage(number).key;
                let en = format!(
                    "a case can reach “{key}” before anything is proposed; approve_before: [reply] would refuse every \
                     answer there: propose and approve first, or make this a contact"
                );
                let zh = format!(
                    "个案可以在尚未提出方案时到达“{key}”，而 approve_before: [reply] 会拒绝此处的一切答复：请先提出方案并审批，\
                     或改为 contact 环节"
                );
                Finding::new(format!("stages[{number}].key"), Code::ApprovalAvoided, en, zh)
            })
            .collect()
    }

    /// The stages of kind `kind` that a case can reach from `starts` without a stage of kind `gate` having ended with
    /// one of the `good` outcomes; also after it ended with another, whatever an earlier one ended with.
    fn without(
        &self,
        gate: StageKind,
        good: &[&str],
        kind: StageKind,
        starts: &[usize],
    ) -> impl Iterator<Item = usize> {
        let gates: Vec<(usize, BTreeSet<usize>)> =
            self.of_kind(gate).into_iter().map(|at| (at, self.otherwise(at, good))).collect();
        let leads = |arrow: &Arrow, (at, ways): &(usize, BTreeSet<usize>)| {
            arrow.from == *at && ways.iter().any(|way| self.is_way(arrow, *at, *way))
        };
        let around = |arrow: &Arrow| match gates.iter().find(|(at, _)| *at == arrow.from) {
            Some(gate) => leads(arrow, gate),
            None => true,
        };
        let main = |at: usize| self.stage(at).side.is_none();
        let otherwise = gates.iter().filter(|(at, _)| main(*at)).flat_map(|gate| {
            self.arrows.iter().filter(move |arrow| leads(arrow, gate)).map(|arrow| arrow.to)
        });
        let starts: Vec<usize> = starts.iter().copied().chain(otherwise).collect();
        let met = self.from(&starts, around);
        met.into_iter().filter(move |number| self.stage(*number).kind == kind)
    }

    /// Whether a case that takes move `way` of stage `at` goes along this arrow: the move itself, or where its loop leads
    /// once it was taken as often as it may be.
    fn is_way(&self, arrow: &Arrow, at: usize, way: usize) -> bool {
        let turn = self.stage(at).next.get(way).and_then(|way| way.via.as_ref());
        let turn = turn.and_then(|key| self.playbook.loops.iter().position(|turn| turn.key == *key));
        arrow.path == format!("stages[{at}].next[{way}].to")
            || turn.is_some_and(|turn| arrow.path == format!("loops[{turn}].on_max"))
    }

    /// The moves that a stage takes after anything but the `good` outcomes.
    fn otherwise(&self, number: usize, good: &[&str]) -> BTreeSet<usize> {
        let ways = Ways::of(self.playbook, self.stage(number));
        let other = ways.taken.into_iter().filter(|(outcome, _)| !good.contains(&outcome.as_str()));
        other.flat_map(|(_, moves)| moves).collect()
    }

    /// No case reaches the archive without what closing requires. Where the stage that gives it stands beside
    /// the main line the graph does not tell; then the archive itself is held until it is there.
    fn closing(&self) -> Vec<Finding> {
        let Some(rule) = &self.playbook.closure_rule else { return Vec::new() };
        let mut findings = Vec::new();
        for (number, need) in rule.requires.iter().enumerate() {
            let Some((gate, good)) = given_by(*need) else { continue };
            let gates = self.of_kind(gate);
            if gates.is_empty() {
                let en = format!("“{need}” is required, but no stage is of kind {gate}");
                let zh = format!("要求“{need}”，但没有 {gate} 环节");
                let path = format!("closure_rule.requires[{number}]");
                findings.push(Finding::new(path, Code::ClosureAvoided, en, zh));
                continue;
            }
            if gates.iter().any(|gate| self.stage(*gate).side.is_some()) {
                continue;
            }
            for at in self.without(gate, &[good], StageKind::Archive, &self.begins(*need)) {
                let key = &self.stage(at).key;
                let en = format!("a case can reach “{key}” without “{need}”, which closure_rule requires");
                let zh = format!("个案可以未满足 closure_rule 要求的“{need}”而到达“{key}”");
                findings.push(Finding::new(format!("stages[{at}].key"), Code::ClosureAvoided, en, zh));
            }
        }
        findings
    }

    /// Where a case begins that has yet to meet a need of closing: an audit is one of the present handling.
    fn begins(&self, need: ClosureNeed) -> Vec<usize> {
        let anew = self
            .playbook
            .loops
            .iter()
            .filter(|turn| need == ClosureNeed::Audited && turn.new_form == NewForm::New);
        let anew = anew.filter_map(|turn| position(self.playbook, turn.to.as_str()));
        self.of_kind(StageKind::Register).into_iter().chain(anew).collect()
    }
}

/// The kind of stage, and its outcome, by which a need of closing is met; none for what every case meets.
const fn given_by(need: ClosureNeed) -> Option<(StageKind, &'static str)> {
    match need {
        ClosureNeed::Satisfied => Some((StageKind::Callback, "satisfied")),
        ClosureNeed::Audited => Some((StageKind::Audit, "passed")),
        ClosureNeed::Archived => None,
    }
}
