//! What scenarios never play: files, findings, erasure, documents that change, what is parked. People act at once here, so
//! that their events stand next to each other in the streams.

use contracts::commands::intake::complaint_for;
use contracts::commands::parked::{DROP, REPLAY};
use contracts::commands::routing::handover_for;
use contracts::commands::{Actor, Answer, Command};
use contracts::{CommandId, Event, OrganisationId, PersonId, ServiceName, SubjectRef};
use serde_json::{Value, json};
use simulator::Node;
use simulator::host::Parked;
use simulator::scenario::view::assemble;
use simulator::scenario::{CaseView, Prepared, Simulated};

/// The scenarios in whose organisations all this happens: what is said and asked, what runs against a clock, what is
/// ruled on, and what is prepared.
pub(crate) const PLAYED_IN: [&str; 4] = [
    "p02/02-substantiated",
    "clocks/04-paused-and-resumed",
    "rulings/01-disputed-and-moved",
    "records/41-prepared-before-the-contact",
];

/// Somebody who orders one thing after the other.
pub(crate) struct Desk<'a> {
    pub(crate) simulated: &'a mut Simulated,
    prepared: &'a Prepared,
    orders: u32,
}

/// Plays on where the scenarios have ended.
pub(crate) fn play_on(simulated: &mut Simulated, all: &[Prepared]) {
    let [words, clocks, rulings, sheets] =
        PLAYED_IN.map(|name| all.iter().find(|one| one.name == name).unwrap());
    let mut desk = Desk { simulated, prepared: words, orders: 0 };
    let two = desk.register_two();
    desk.hand_over(&two);
    desk.add_findings(&two);
    desk.settle_notices(&two);
    desk.note_for_callbacks(&two);
    desk.upload(&two);
    desk.abandon_uploads(&two);
    desk.change_documents();
    desk.apply_versions();
    desk.erase(&two);
    desk.erase(&two);
    desk.answer_and_file();
    for verb in [REPLAY, DROP] {
        desk.park_and_settle(verb);
    }
    let mut desk = Desk { simulated, prepared: clocks, orders: 0 };
    desk.pause_and_hand_back();
    desk.go_on_leave();
    desk.act_while_it_moves();
    let mut desk = Desk { simulated, prepared: rulings, orders: 0 };
    desk.ask_and_rule();
    desk.close_what_is_asked();
    let mut desk = Desk { simulated, prepared: sheets, orders: 0 };
    desk.prepare_sheets();
}

impl Desk<'_> {
    pub(crate) fn organisation(&self) -> &OrganisationId {
        &self.prepared.organisation
    }

    pub(crate) fn settle(&mut self) {
        self.simulated.stack_mut().settle();
    }

    pub(crate) fn order(
        &mut self,
        service: ServiceName,
        subject: &SubjectRef,
        actor: Actor,
        verb: &str,
        body: Value,
    ) -> Value {
        self.orders += 1;
        let id = CommandId::new(format!("{}-on-{}", self.organisation(), self.orders)).unwrap();
        let verb = verb.to_owned();
        let subject = match verb.as_str() {
            "complaint.register" => {
                SubjectRef::complaint(self.organisation(), complaint_for(self.organisation(), &id))
            }
            "handover.write" => {
                SubjectRef::handover(self.organisation(), handover_for(self.organisation(), &id))
            }
            _ => subject.clone(),
        };
        let command = Command { id, subject, verb, actor, expected_version: None, traceparent: None, body };
        match self.simulated.stack_mut().order(service, &command) {
            Answer::Done { body, .. } => {
                if command.verb.ends_with(".apply") {
                    self.simulated.follow(&command).unwrap();
                }
                body
            }
            Answer::Refused { problem } => panic!("{}: {problem}", command.verb),
        }
    }

    fn register(&mut self, phone: &str) -> SubjectRef {
        let playbook = &self.prepared.reference.id;
        let category = if playbook.as_str() == "p02" { "quality" } else { "delivery" };
        let body = json!({
            "channel": "phone", "category": category, "complained_of": "quality_management",
            "narrative": "锅盖不合", "complainant": { "name": "李雷", "phone": phone }, "playbook": playbook,
        });
        let whole = SubjectRef::organisation(self.organisation());
        let receipt = self.order(ServiceName::Intake, &whole, Actor::System, "complaint.register", body);
        let id = serde_json::from_value(receipt["complaint"].clone()).unwrap();
        SubjectRef::complaint(self.organisation(), id)
    }

    /// Two complaints at once, of two people.
    pub(crate) fn register_two(&mut self) -> [SubjectRef; 2] {
        let orders = self.orders;
        let two = [1, 2].map(|person| self.register(&format!("139{orders:04}000{person}")));
        self.settle();
        two
    }

    /// Who holds the work of a case.
    pub(crate) fn holder(&self, complaint: &SubjectRef) -> Actor {
        self.staff(self.view(complaint).person.as_ref().unwrap())
    }

    /// A person with the roles and department that the directory gives them.
    pub(crate) fn staff(&self, person: &str) -> Actor {
        let person = PersonId::new(person).unwrap();
        let known = self.prepared.directory.people.iter().find(|known| known.id == person).unwrap();
        Actor::Staff { person, roles: known.roles.clone(), department: Some(known.department.clone()) }
    }

    /// Each holder acts on the visit of their case, before anything of that is heard.
    pub(crate) fn act(&mut self, complaints: &[SubjectRef], service: ServiceName, verb: &str, with: &Value) {
        for complaint in complaints {
            let (view, actor) = (self.view(complaint), self.holder(complaint));
            let mut body = with.clone();
            body["visit"] = json!(view.visit);
            body["epoch"] = json!(view.epoch);
            self.order(service, complaint, actor, verb, body);
        }
    }

    pub(crate) fn view(&self, complaint: &SubjectRef) -> CaseView {
        assemble(&self.simulated.views(complaint))
    }

    fn record_fact(&mut self, complaint: &SubjectRef) {
        let body = json!({ "facts": { "customer_agreed": true } });
        self.order(ServiceName::Intake, complaint, Actor::System, "fact.record", body);
    }

    /// Each holder leaves what they hold to the next shift, of which a colleague takes note.
    fn hand_over(&mut self, complaints: &[SubjectRef]) {
        for complaint in complaints {
            let (view, writer) = (self.view(complaint), self.holder(complaint));
            let Actor::Staff { person, department: Some(department), .. } = &writer else { panic!() };
            let people = &self.prepared.directory.people;
            let colleague =
                people.iter().find(|one| one.department == *department && one.id != *person).unwrap();
            let roles = colleague.roles.clone();
            let colleague =
                Actor::Staff { person: colleague.id.clone(), roles, department: Some(department.clone()) };
            let item = json!({ "complaint": complaint.id, "work": view.work, "note": "等照片" });
            let body = json!({ "department": department, "note": "打印机缺纸", "items": [item] });
            let written = self.order(ServiceName::Routing, complaint, writer, "handover.write", body);
            let id = serde_json::from_value(written["handover"].clone()).unwrap();
            let handover = SubjectRef::handover(self.organisation(), id);
            self.order(ServiceName::Routing, &handover, colleague, "handover.acknowledge", json!({}));
        }
        self.settle();
    }

    fn add_findings(&mut self, complaints: &[SubjectRef]) {
        for source in ["photo", "statement"] {
            let body = json!({ "finding": "盖沿有毛刺", "source": source });
            self.act(complaints, ServiceName::Investigation, "finding.add", &body);
        }
        self.settle();
    }

    /// What the sender says of the messages that went out.
    fn settle_notices(&mut self, complaints: &[SubjectRef]) {
        for complaint in complaints {
            let notification = self.simulated.stack().node(ServiceName::Notification).unwrap();
            let said = notification.journal()[complaint].iter().map(|said| &said.event);
            let notices: Vec<_> = said
                .filter_map(|event| match event {
                    Event::NoticeRequested(requested) => Some(requested.notice),
                    _ => None,
                })
                .collect();
            assert!(!notices.is_empty(), "nobody is told of {complaint}");
            for notice in notices {
                let body = json!({ "notice": notice, "outcome": "delivered", "attempts": 1 });
                self.order(ServiceName::Notification, complaint, Actor::System, "notice.settle", body);
            }
        }
        self.settle();
    }

    /// Nothing of notification's own follows a note, so two stand next to each other.
    fn note_for_callbacks(&mut self, complaints: &[SubjectRef]) {
        for complaint in complaints {
            for note in ["请先致歉", "语速放慢", "勿提竞品"] {
                let (actor, body) = (self.holder(complaint), json!({ "note": note }));
                self.order(ServiceName::Notification, complaint, actor, "callback.note", body);
            }
        }
        self.settle();
    }

    /// The sheet before a contact is filled in again and again, so that what is said of it stands next to each other.
    fn prepare_sheets(&mut self) {
        let whole = SubjectRef::organisation(self.organisation());
        let body = json!({
            "channel": "phone", "category": "repair", "narrative": "修了三次没修好",
            "complainant": { "name": "李雷", "phone": "13900000041" }, "playbook": self.prepared.reference.id,
        });
        let receipt = self.order(ServiceName::Intake, &whole, Actor::System, "complaint.register", body);
        let id = serde_json::from_value(receipt["complaint"].clone()).unwrap();
        let complaint = SubjectRef::complaint(self.organisation(), id);
        let body = json!({ "facts": { "difficult": true } });
        self.order(ServiceName::Intake, &complaint, Actor::System, "fact.record", body);
        self.settle();
        let talk = self.view(&complaint).visits["talk"].clone();
        let points = ["facts", "scenarios", "options", "limit"]
            .map(|point| json!({ "point": point, "text": "见记录" }));
        for _ in 0..3 {
            let body = json!({ "visit": talk.visit, "epoch": talk.epoch, "points": points });
            let agent = self.staff("lin.agent");
            self.order(ServiceName::Notification, &complaint, agent, "contact.prepare", body);
        }
        self.settle();
    }

    fn begin(&mut self, complaint: &SubjectRef, file: &str) {
        let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let body = json!({ "file": file, "name": "笔录.txt", "bytes": 5, "sha256": sha256 });
        self.order(ServiceName::Intake, complaint, Actor::System, "file.begin", body);
        let body = json!({ "file": file, "index": 0, "content": "aGVsbG8=" });
        self.order(ServiceName::Intake, complaint, Actor::System, "file.chunk", body);
    }

    fn upload(&mut self, complaints: &[SubjectRef]) {
        for (at, complaint) in complaints.iter().enumerate() {
            let file = format!("0195702c-7b80-7000-8000-00000000000{at}");
            self.begin(complaint, &file);
            let body = json!({ "file": file });
            self.order(ServiceName::Intake, complaint, Actor::System, "file.finish", body);
        }
        complaints.iter().for_each(|complaint| self.record_fact(complaint));
        self.settle();
    }

    fn abandon_uploads(&mut self, complaints: &[SubjectRef]) {
        for (at, complaint) in complaints.iter().enumerate() {
            self.begin(complaint, &format!("0195702c-7b80-7000-8000-00000000001{at}"));
        }
        let stack = self.simulated.stack_mut();
        stack.advance_to(stack.now() + jiff::SignedDuration::from_hours(25));
    }

    fn change_documents(&mut self) {
        let whole = SubjectRef::organisation(self.organisation());
        let directory = SubjectRef::directory(self.organisation());
        let playbook = SubjectRef::playbook(self.organisation(), &self.prepared.reference.id);
        let mut calendar = serde_json::to_value(&self.prepared.calendar).unwrap();
        calendar["version"] = json!(calendar["version"].as_u64().unwrap() + 1);
        let people = serde_json::to_value(&self.prepared.directory).unwrap();
        // The next version waits for the customer's answer, and a person files the case.
        let mut text = self.prepared.playbook.replace("\nversion: 1\n", "\nversion: 2\n");
        for (before, after) in [
            ("en: Explain to the customer}\n", "    outcomes: [accepted, rejected]\n"),
            ("label: {zh: 存档, en: File}\n", "    owner: {role: agent}\n"),
        ] {
            assert!(text.contains(before), "the playbook has changed");
            text = text.replace(before, &format!("{before}{after}"));
        }
        let reference = json!({ "id": self.prepared.reference.id, "version": 2 });
        let coming = |year: u16| json!({ "playbook": reference, "scope": {}, "effective_from": format!("{year}-01-01T00:00:00Z") });
        let orders = [
            (&whole, "calendar.publish", json!({ "document": calendar })),
            (&directory, "directory.put", people),
            (
                &directory,
                "directory.import",
                json!({ "files": ["id,name,department\nnew.hand,新人,quality_management\n"] }),
            ),
            (&directory, "absence.put", json!({ "person": "qian.manager", "absences": [] })),
            (&playbook, "playbook.publish", json!({ "text": text })),
            (&whole, "playbook.activate", json!({ "playbook": reference, "scope": {} })),
            (&whole, "playbook.activate", coming(2090)),
            (&whole, "playbook.activate", coming(2091)),
            (&whole, "activation.withdraw", coming(2090)),
            (&whole, "activation.withdraw", coming(2091)),
        ];
        for (subject, verb, body) in orders {
            self.order(ServiceName::Routing, subject, Actor::System, verb, body);
        }
        self.settle();
    }

    /// The versions that were published are applied to what is open, one after the other.
    fn apply_versions(&mut self) {
        let whole = SubjectRef::organisation(self.organisation());
        let reason = json!("试行期满");
        let playbook = json!({ "id": self.prepared.reference.id, "version": 2 });
        let calendar =
            json!({ "id": self.prepared.calendar.id(), "version": self.prepared.calendar.version() + 1 });
        for (verb, named, version) in
            [("playbook.apply", "playbook", playbook), ("calendar.apply", "calendar", calendar)]
        {
            let body = json!({ named: version, "reason": reason });
            self.order(ServiceName::Routing, &whole, Actor::System, verb, body);
        }
        self.settle();
    }

    fn erase(&mut self, complaints: &[SubjectRef]) {
        for complaint in complaints {
            let intake = self.simulated.stack().node(ServiceName::Intake).unwrap();
            let Event::ComplaintRegistered(registered) = &intake.journal()[complaint][0].event else {
                panic!("{complaint} did not begin with its registration");
            };
            let person = SubjectRef::person(self.organisation(), registered.complainant);
            let body = json!({ "reason": "本人要求" });
            self.order(ServiceName::Intake, &person, Actor::System, "person.erase", body);
        }
        complaints.iter().for_each(|complaint| self.record_fact(complaint));
        self.settle();
    }

    /// Each service once does not understand what begins a case for it, and a person settles that.
    fn park_and_settle(&mut self, verb: &str) {
        for (at, (service, what)) in [
            (ServiceName::Intake, "stage.entered"),
            (ServiceName::Routing, "complaint.registered"),
            (ServiceName::Investigation, "stage.entered"),
            (ServiceName::Approval, "complaint.registered"),
            (ServiceName::Notification, "complaint.registered"),
            (ServiceName::Analytics, "complaint.registered"),
        ]
        .into_iter()
        .enumerate()
        {
            self.simulated.stack_mut().misunderstand(service, what);
            self.register(&format!("1370000{at}{:03}", verb.len()));
            self.settle();
            let node = |desk: &Self| -> Vec<Parked> {
                desk.simulated.stack().node(service).map(Node::parked).unwrap().to_vec()
            };
            let [parked] = &node(self)[..] else { panic!("{service} has {} parked", node(self).len()) };
            let subject = parked.said.envelope.subject.clone();
            let body = json!({ "id": parked.id(), "reason": "已升级" });
            self.order(service, &subject, Actor::System, verb, body);
            // Something else is said at once, so that what was settled is not the end of its stream.
            if service == ServiceName::Intake {
                self.record_fact(&subject);
            }
            self.settle();
            assert!(node(self).is_empty(), "{service} still has something parked");
        }
    }
}
