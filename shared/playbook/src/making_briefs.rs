//! Making a brief: which part of the playbook goes with which kind of stage.

use std::collections::BTreeMap;

use contracts::{CategoryKey, DepartmentId, FactKey, RoleKey, StageKey, StageKind, Text};

use crate::brief::{
    ApprovalSlice, CallbackBrief, ContactBrief, CorrectBrief, Holder, InvestigationSlice, NotificationSlice,
    PersonNeed, ReplyBrief, ReplyForm, Slice, StageBrief, StepTime, TriageSlice,
};
use crate::compiled::{CompiledPlaybook, EvaluationError};
use crate::env::Env;
use crate::model::{Requires, Stage, Trigger, Who};
use crate::rule::RuleError;

impl CompiledPlaybook {
    /// What the service that serves `stage` needs to know, for a visit that begins now.
    ///
    /// # Errors
    /// [`EvaluationError`] for a stage that is not of this playbook, or a rule without an answer.
    pub fn brief(&self, stage: &StageKey, env: &Env) -> Result<StageBrief, EvaluationError> {
        let stage = self.stage(stage)?;
        let alone = self.is_automatic(stage, env)?;
        Ok(StageBrief {
            stage: stage.key.clone(),
            kind: stage.kind,
            label: stage.label.clone(),
            owner: stage.owner.as_ref().and_then(|who| self.holder(who)),
            secondary: stage.secondary.clone(),
            person: if alone || stage.owner.is_none() { PersonNeed::NotNeeded } else { PersonNeed::Needed },
            requires: required(stage),
            outcomes: Self::outcomes(stage),
            conflict_of_interest: self.playbook().conflict_of_interest.clone(),
            slice: self.slice(stage, env)?,
        })
    }

    fn slice(&self, stage: &Stage, env: &Env) -> Result<Slice, RuleError> {
        Ok(match stage.kind {
            StageKind::Register | StageKind::Clarify | StageKind::Wait | StageKind::Archive => Slice::Nothing,
            StageKind::Triage => Slice::Triage(self.triage_slice()),
            StageKind::Verify
            | StageKind::Investigate
            | StageKind::Propose
            | StageKind::Execute
            | StageKind::Inspect
            | StageKind::Correct => Slice::Investigation(Box::new(self.investigation_slice(stage, env)?)),
            StageKind::Approve
            | StageKind::Review
            | StageKind::Meet
            | StageKind::Audit
            | StageKind::Account => Slice::Approval(Box::new(self.approval_slice(stage, env))),
            StageKind::Contact | StageKind::Reply | StageKind::Callback => {
                Slice::Notification(Box::new(self.notification_slice(stage, env)?))
            }
        })
    }

    fn triage_slice(&self) -> TriageSlice {
        let playbook = self.playbook();
        TriageSlice {
            categories: playbook.categories.clone(),
            departments: playbook.departments.clone(),
            levels: playbook.severity_levels.clone(),
        }
    }

    fn investigation_slice(&self, stage: &Stage, env: &Env) -> Result<InvestigationSlice, RuleError> {
        let playbook = self.playbook();
        let standard = if stage.kind == StageKind::Propose { self.standard_for(env)? } else { None };
        Ok(InvestigationSlice {
            remedies: playbook.remedies_for(env.case.category.as_str()),
            liability_kinds: playbook.liability_kinds.clone(),
            approve_before: playbook.approve_before.clone(),
            standard: standard.cloned(),
            correct: (stage.kind == StageKind::Correct).then(|| self.correct_brief()),
        })
    }

    fn correct_brief(&self) -> CorrectBrief {
        let (playbook, capa) = (self.playbook(), self.playbook().capa.as_ref());
        CorrectBrief {
            departments: playbook.departments.keys().cloned().collect(),
            roles: playbook.roles.keys().cloned().collect(),
            methods: capa.map(|capa| capa.methods.clone()).unwrap_or_default(),
            forbidden: capa.map(|capa| capa.forbidden.clone()).unwrap_or_default(),
            standardise: capa.map(|capa| capa.standardise.clone()).unwrap_or_default(),
            training: capa.map(|capa| capa.training.clone()).unwrap_or_default(),
            verifier: capa.and_then(|capa| capa.verify.as_ref()).and_then(|verify| self.holder(verify)),
        }
    }

    fn approval_slice(&self, stage: &Stage, env: &Env) -> ApprovalSlice {
        let playbook = self.playbook();
        let category = CategoryKey::new(env.case.category.as_str()).ok();
        let rows: Vec<_> = self.matrix_rows(category.as_ref()).into_iter().cloned().collect();
        let roles: BTreeMap<RoleKey, Holder> = rows
            .iter()
            .flat_map(|row| &row.steps)
            .filter_map(|step| self.holder(&Who { role: step.role.clone(), department: None }))
            .map(|holder| (holder.role.clone(), holder))
            .collect();
        ApprovalSlice {
            rows,
            roles,
            approve_before: playbook.approve_before.clone(),
            remedies: playbook.remedies.clone(),
            responsible: DepartmentId::new(env.case.department.as_str()).ok(),
            participants: stage.participants.iter().filter_map(|who| self.holder(who)).collect(),
            incentives: self.incentives_of(stage).cloned().collect(),
            because: None,
            report: false,
        }
    }

    fn notification_slice(&self, stage: &Stage, env: &Env) -> Result<NotificationSlice, RuleError> {
        let playbook = self.playbook();
        Ok(NotificationSlice {
            reply: self.reply_brief(env)?,
            contact: self.contact_brief(stage),
            callback: self.callback_brief(stage, env)?,
            satisfaction: playbook.satisfaction.clone(),
            approve_before: playbook.approve_before.clone(),
            templates: playbook.templates.clone(),
            scripts: playbook.scripts.clone(),
            checklists: playbook.checklists.clone(),
            identity_check: playbook
                .privacy
                .iter()
                .flat_map(|privacy| &privacy.identity_check)
                .copied()
                .collect(),
            prepare: stage.prepare.clone(),
        })
    }

    fn contact_brief(&self, stage: &Stage) -> Option<ContactBrief> {
        let policy = self.playbook().contact_policy.as_ref().map(|policy| &policy.tell);
        let tell = Some(&stage.tell).filter(|tell| !tell.is_empty()).or(policy)?;
        let (flow, times) = self.main_line();
        Some(ContactBrief { tell: tell.clone(), acceptor: None, flow, times })
    }

    /// The steps that a customer waits for, as people read them, and how long they take where a clock begins with them
    ///
    #[must_use]
    pub fn main_line(&self) -> (Vec<Text>, Vec<StepTime>) {
        let is_step = |kind| !matches!(kind, StageKind::Register | StageKind::Archive);
        let main =
            || self.playbook().stages.iter().filter(|stage| stage.side.is_none() && is_step(stage.kind));
        let times = main().flat_map(|stage| {
            let begun = self.clocks_started_by(&Trigger::Entered(stage.key.clone())).collect::<Vec<_>>();
            begun.into_iter().map(|clock| StepTime { step: stage.label.clone(), limit: clock.limit })
        });
        (main().map(|stage| stage.label.clone()).collect(), times.collect())
    }

    fn reply_brief(&self, env: &Env) -> Result<Option<ReplyBrief>, RuleError> {
        let Some(policy) = &self.playbook().reply_policy else { return Ok(None) };
        let formal = policy.formal_letter_if.as_ref().map_or(Ok(false), |rule| self.holds(rule, env))?;
        Ok(self.holder(&policy.replier).map(|replier| ReplyBrief {
            replier,
            preferred_channel: policy.preferred_channel.clone(),
            form: if formal { ReplyForm::FormalLetter } else { ReplyForm::ByChannel },
            evidence_attachments: policy.evidence_attachments.clone(),
        }))
    }

    fn callback_brief(&self, stage: &Stage, env: &Env) -> Result<Option<CallbackBrief>, RuleError> {
        let Some(policy) = self.playbook().callback_of(stage) else { return Ok(None) };
        let called = policy.only_if.as_ref().map_or(Ok(true), |rule| self.holds(rule, env))?;
        let (min, max) = self.calls(policy, CategoryKey::new(env.case.category.as_str()).ok().as_ref());
        Ok(self.holder(&policy.by).map(|by| CallbackBrief {
            by,
            min,
            max,
            person: if called { PersonNeed::Needed } else { PersonNeed::NotNeeded },
            notes: policy.notes.clone(),
            channels: policy.channels.clone(),
        }))
    }
}

/// What must be given to complete a stage. That a form is complete is a fact: whichever service serves the stage waits for
/// it as for any other.
fn required(stage: &Stage) -> Requires {
    let mut requires = stage.requires.clone();
    let forms = stage.forms.iter().filter_map(|form| FactKey::completed(form.as_str()).ok());
    requires.facts.extend(forms);
    requires
}
