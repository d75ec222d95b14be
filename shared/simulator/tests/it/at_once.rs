//! Things that people do at once, each before anything of the other is heard: answering and filing, clocks, queues,
//! leave, and an act whose stage moves to another department meanwhile.

use contracts::commands::Actor;
use contracts::{ServiceName, SubjectRef};
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::scenario::CaseView;

use super::histories::Desk;

impl Desk<'_> {
    /// Two complaints that do not stand: explained, accepted by the customers, and filed by hand.
    pub(crate) fn answer_and_file(&mut self) {
        let two = self.register_two();
        let unfounded = json!({ "substantiated": false, "finding": "与图纸一致" });
        self.act(&two, ServiceName::Investigation, "verify", &unfounded);
        self.settle();
        let told = json!({ "channel": "sms", "text": "经核实一致，特此说明。" });
        self.act(&two, ServiceName::Notification, "reply", &told);
        self.settle();
        for complaint in &two {
            let body = json!({ "visit": self.view(complaint).visit, "accepted": true });
            self.order(ServiceName::Notification, complaint, Actor::Customer, "answer.record", body);
        }
        self.settle();
        self.act(&two, ServiceName::Routing, "archive", &json!({ "summary": "已说明，客户接受。" }));
        self.settle();
        assert!(two.iter().all(|complaint| self.view(complaint).closed), "both are filed");
    }

    fn on_work(&mut self, complaint: &SubjectRef, actor: Actor, verb: &str, mut body: Value) {
        body["work"] = json!(self.view(complaint).work);
        self.order(ServiceName::Routing, complaint, actor, verb, body);
    }

    /// Two clocks are paused and go on; two pieces of work are handed back and claimed.
    pub(crate) fn pause_and_hand_back(&mut self) {
        let two = self.register_two();
        let holders = [&two[0], &two[1]].map(|complaint| self.holder(complaint));
        for verb in ["clock.pause", "clock.resume"] {
            for (complaint, holder) in two.iter().zip(&holders) {
                let mut body = json!({ "clock": self.view(complaint).clocks["handled"].id });
                if verb == "clock.pause" {
                    body["reason"] = json!("awaiting_customer");
                }
                self.order(ServiceName::Routing, complaint, holder.clone(), verb, body);
            }
            self.settle();
        }
        for (verb, body) in [("work.hand_back", json!({ "reason": "手头太满" })), ("work.claim", json!({}))]
        {
            for (complaint, holder) in two.iter().zip(&holders) {
                self.on_work(complaint, holder.clone(), verb, body.clone());
            }
            self.settle();
        }
    }

    /// Two departments dispute their case and ask for more time at once; the dispute is ruled on late, and both move on.
    pub(crate) fn ask_and_rule(&mut self) {
        let two = self.register_two();
        for complaint in &two {
            let holder = self.holder(complaint);
            self.on_work(complaint, holder.clone(), "work.dispute", json!({ "reason": "仓库少装" }));
            let clock = &self.view(complaint).clocks["handled"].id;
            let body = json!({ "clock": clock, "by": "1 working day", "reason": "等待清点" });
            self.order(ServiceName::Routing, complaint, holder, "clock.extend", body);
        }
        self.settle();
        let late = self.simulated.stack().now() + SignedDuration::from_hours(5);
        self.simulated.stack_mut().advance_to(late);
        for (about, answer) in [
            ("dispute", json!({ "department": "quality_management", "reason": "归质量部" })),
            ("handled", json!({ "grant": true, "reason": "同意" })),
        ] {
            for complaint in &two {
                let ruling = self.view(complaint).rulings.remove(about).unwrap();
                let (actor, mut body) = (self.staff(ruling.person.as_ref().unwrap()), answer.clone());
                body["work"] = json!(ruling.work);
                self.order(ServiceName::Routing, complaint, actor, "ruling.give", body);
            }
        }
        self.settle();
        let moved = |view: CaseView| view.department.as_deref() == Some("quality_management");
        assert!(two.iter().all(|complaint| moved(self.view(complaint))), "they went where they belong");
    }

    /// A rung asks about two complaints; both are filed before anybody has answered.
    pub(crate) fn close_what_is_asked(&mut self) {
        let two = self.register_two();
        for complaint in &two {
            let body = json!({ "facts": { "injury": true } });
            self.order(ServiceName::Intake, complaint, Actor::System, "fact.record", body);
        }
        self.settle();
        assert!(two.iter().all(|complaint| self.view(complaint).rulings.contains_key("hurt")));
        self.act(&two, ServiceName::Investigation, "execute", &json!({ "account": "已更换" }));
        self.settle();
        self.act(&two, ServiceName::Routing, "archive", &json!({}));
        self.settle();
        let done = |view: CaseView| view.closed && view.rulings.is_empty();
        assert!(two.iter().all(|complaint| done(self.view(complaint))), "closing waits for no ruling");
    }

    /// Everybody who could handle it goes on leave at one instant, and is back at one instant.
    pub(crate) fn go_on_leave(&mut self) {
        let now = self.simulated.stack().now();
        let hours = |hours| now + SignedDuration::from_hours(hours);
        let directory = SubjectRef::directory(self.organisation());
        for person in ["wu.handler", "zheng.handler", "ma.leader", "qian.manager"] {
            let absence = json!({ "from": hours(1), "until": hours(2) });
            let body = json!({ "person": person, "absences": [absence] });
            self.order(ServiceName::Routing, &directory, Actor::System, "absence.put", body);
        }
        let two = self.register_two();
        self.simulated.stack_mut().advance_to(hours(1));
        assert!(two.iter().all(|complaint| self.view(complaint).person.is_none()), "nobody is there");
        self.simulated.stack_mut().advance_to(hours(2));
        assert!(two.iter().all(|complaint| self.view(complaint).person.is_some()), "they are back");
    }

    /// The handlers say that it is done while their stage moves to another department: it has ended for whoever gets it.
    pub(crate) fn act_while_it_moves(&mut self) {
        let two = self.register_two();
        let done = json!({ "account": "已补发" });
        self.act(&two, ServiceName::Investigation, "execute", &done);
        let moved = json!({ "department": "quality_management", "reason": "不归我们" });
        self.act(&two, ServiceName::Routing, "stage.transfer", &moved);
        self.settle();
        let stays = |complaint| self.view(complaint).stage.as_deref() == Some("handle");
        assert!(!two.iter().any(stays), "what ended while it was transferred has ended");
    }
}
