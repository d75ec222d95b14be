//! Hostile texts in every text of every order: kept byte for byte in a real PostgreSQL, or refused with their field.

use contracts::commands::{Actor, Answer, Verb, routing as orders};
use contracts::{CommandId, ComplaintId, SubjectRef};
use serde_json::{Value, json};
use testkit::hostile::{self, Attempt, Became};
use uuid::Uuid;

use crate::served::{Example, Served};
use crate::world::{World, administrator, complaint, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

impl Served {
    /// Orders it: everything that can be read about it afterwards, or the problem.
    async fn attempt(&self, attempt: &Attempt, n: u128, verb: &str, example: Example) {
        let subject = example.subject.clone();
        let before = self.events(&subject).await;
        let became = match self.order(format!("{verb}-{n}"), verb, example).await {
            Answer::Done { .. } => Became::Kept(self.read_back(&subject).await),
            Answer::Refused { problem } => {
                assert_eq!(self.events(&subject).await, before, "a refused order writes nothing");
                assert_eq!(problem.lacks(), None, "{problem:?}");
                Became::Refused(serde_json::to_value(problem).unwrap())
            }
        };
        attempt.judge(&became);
    }

    /// Tries every text of `V` on a copy of the world each, as `actor`.
    async fn try_on_cases<V: Verb>(&self, first: u128, world: &World, actor: Actor, body: Value) {
        let states = world.written();
        let on = |n: u128| SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)));
        self.put(&states, &on(first)).await;
        let example = Example { subject: on(first), actor: actor.clone(), body: body.clone() };
        let answer = self.order(format!("{}-{first}", V::VERB), V::VERB, example).await;
        assert!(matches!(answer, Answer::Done { .. }), "the example of {} is good: {answer:?}", V::VERB);
        for (attempt, n) in attempts::<V>(&body).iter().zip(first + 1..) {
            self.put(&states, &on(n)).await;
            let example = Example { subject: on(n), actor: actor.clone(), body: attempt.body.clone() };
            self.attempt(attempt, n, V::VERB, example).await;
        }
    }

    /// As [`Self::try_on_cases`], for an order whose members exclude each other: each example has some, and all of them
    /// together have every one.
    async fn try_parts<V: Verb>(&self, first: u128, world: &World, examples: Vec<(Actor, Value)>) {
        let states = world.written();
        let on = |n: u128| SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)));
        let schema = schemars::schema_for!(V).to_value();
        let mut left = schema["properties"].as_object().unwrap().clone();
        for ((actor, body), first) in examples.into_iter().zip((0..).map(|part| first + part * 100)) {
            let mut part = schema.clone();
            part["properties"].as_object_mut().unwrap().retain(|name, _| body.get(name).is_some());
            left.retain(|name, _| body.get(name).is_none());
            self.put(&states, &on(first)).await;
            let example = Example { subject: on(first), actor: actor.clone(), body: body.clone() };
            let answer = self.order(format!("{}-{first}", V::VERB), V::VERB, example).await;
            assert!(matches!(answer, Answer::Done { .. }), "the example of {} is good: {answer:?}", V::VERB);
            for (attempt, n) in hostile::attempts(&part, &body).iter().zip(first + 1..) {
                self.put(&states, &on(n)).await;
                let example = Example { subject: on(n), actor: actor.clone(), body: attempt.body.clone() };
                self.attempt(attempt, n, V::VERB, example).await;
            }
        }
        assert!(left.is_empty(), "no example has {left:?}");
    }

    /// Tries every text of `V` one after the other on the same subject; `number` makes each order a new one.
    async fn try_on<V: Verb>(&self, subject: SubjectRef, body: Value, number: impl Fn(&mut Value, u128)) {
        for (attempt, n) in attempts::<V>(&body).iter().zip(100..) {
            let mut body = attempt.body.clone();
            number(&mut body, n);
            let example = Example { subject: subject.clone(), actor: administrator(), body };
            self.attempt(attempt, n, V::VERB, example).await;
        }
    }
}

fn attempts<V: Verb>(example: &Value) -> Vec<Attempt> {
    hostile::attempts(&schemars::schema_for!(V).to_value(), example)
}

fn text(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read_to_string(format!("{root}/../../deploy/playbooks/{name}.yaml")).unwrap()
}

/// A calendar of the organisation's own.
fn calendar(version: u32) -> Value {
    json!({"id": "ours", "version": version, "zone": "Asia/Shanghai", "weekly": {"monday": "all day"},
        "holidays": [{"first": "2025-04-04", "name_zh": "清明", "name_en": "Tomb-Sweeping Day"}]})
}

/// A case that waits for triage by agent.a.
fn at_triage() -> World {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| said.category = Some("other".parse().unwrap()));
    world
}

#[tokio::test]
async fn no_text_of_an_order_on_a_case_does_more_than_stand_there() {
    let served = Served::start().await;
    let world = at_triage();
    let agent = || person("agent.a");
    let ((visit, epoch), (work, _)) = (world.visit("classify"), world.work("classify"));
    let body = json!({"visit": visit, "epoch": epoch, "category": "quality", "department": "sales",
        "complained_of": "sales", "level": 1});
    served.try_on_cases::<orders::Triage>(1_000, &world, agent(), body).await;
    let body = json!({"work": work, "reason": "不归我管"});
    served.try_on_cases::<orders::HandBackWork>(2_000, &world, agent(), body).await;
    let body = json!({"work": work, "person": "agent.b", "reason": "请假"});
    served.try_on_cases::<orders::ReassignWork>(3_000, &world, agent(), body).await;
    served.try_on_cases::<orders::ClaimWork>(4_000, &world, agent(), json!({"work": work})).await;
    served.try_on_cases::<orders::ReconsiderWork>(5_000, &world, Actor::System, json!({"work": work})).await;
    let body = json!({"visit": visit, "epoch": epoch, "department": "sales", "reason": "归销售部"});
    served.try_on_cases::<orders::TransferStage>(6_000, &world, agent(), body).await;
    let mut world = at_triage();
    let reason = || "试行".to_owned();
    let playbook =
        contracts::messages::complaint_registered::PlaybookRef { id: "p03".parse().unwrap(), version: 1 };
    world.settle(&orders::ApplyPlaybook { playbook, reason: reason() }).unwrap();
    world.settle(&orders::PublishCalendar { document: calendar(1) }).unwrap();
    let calendar =
        contracts::messages::clock_started::CalendarRef { id: "ours".parse().unwrap(), version: 1 };
    world.settle(&orders::ApplyCalendar { calendar, reason: reason() }).unwrap();
    let body = json!({"calendar": {"id": "ours", "version": 1}});
    served.try_on_cases::<orders::MoveClocks>(8_000, &world, Actor::System, body).await;
    let body = json!({"playbook": {"id": "p03", "version": 1}});
    served.try_on_cases::<orders::ChangeCase>(9_000, &world, Actor::System, body).await;
}

#[tokio::test]
async fn no_text_of_a_handover_does_more_than_stand_there() {
    let served = Served::start().await;
    let world = at_triage();
    let (work, _) = world.work("classify");
    let id = ComplaintId(Uuid::from_u128(8_000));
    served.put(&world.written(), &SubjectRef::complaint(&organisation(), id)).await;
    let item = json!({"complaint": id, "work": work, "note": "等照片"});
    let body = json!({"department": "customer_service", "note": "打印机缺纸", "items": [item]});
    for (attempt, n) in attempts::<orders::WriteHandover>(&body).iter().zip(8_001..) {
        let verb = orders::WriteHandover::VERB;
        let key = CommandId::new(format!("{verb}-{n}")).unwrap();
        let subject = SubjectRef::handover(&organisation(), orders::handover_for(&organisation(), &key));
        let example = Example { subject, actor: person("agent.a"), body: attempt.body.clone() };
        served.attempt(attempt, n, verb, example).await;
    }
}

#[tokio::test]
async fn no_text_in_a_form_does_more_than_stand_there() {
    let served = Served::start().await;
    let mut world = crate::forms::at_triage();
    let body = json!({"form": "handling", "fields": {"course": "保养后出现"}});
    let filled: orders::FillForm = serde_json::from_value(body).unwrap();
    world.order(&filled, person("agent.a")).unwrap();
    let form = world.case().forms.values().flat_map(|form| form.values()).next().unwrap();
    let seen = form.written["course"].text.id;
    let body = json!({"form": "handling", "fields": {"course": "保养前出现"}, "seen": {"course": seen}});
    served.try_on_cases::<orders::FillForm>(8_000, &world, person("agent.a"), body).await;
    let body = json!({"form": "handling", "role": "agent"});
    served.try_on_cases::<orders::SignForm>(9_000, &world, person("agent.a"), body).await;
}

#[tokio::test]
async fn no_text_about_a_clock_or_of_a_summary_does_more_than_stand_there() {
    let served = Served::start().await;
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    let clocks = world.case().clocks.iter();
    let pausable = clocks.filter(|(_, clock)| clock.key.as_str() == "dept_answer").map(|(id, _)| *id).next();
    let clock = pausable.unwrap();
    for attempt in attempts::<orders::PauseClock>(&json!({"clock": clock, "reason": "x"})) {
        served.put(&world.written(), &complaint()).await;
        let example = Example { subject: complaint(), actor: person("q.a"), body: attempt.body.clone() };
        served.attempt(&attempt, u128::from(attempt.text.as_bytes()[0]), "clock.pause", example).await;
    }
    for attempt in attempts::<orders::ResumeClock>(&json!({"clock": clock})) {
        let example = Example { subject: complaint(), actor: person("q.a"), body: attempt.body.clone() };
        served.attempt(&attempt, u128::from(attempt.text.as_bytes()[0]), "clock.resume", example).await;
    }
    let owner = "label: {zh: 存档, en: File}\n    owner: {role: agent}\n    requires: {fields: [summary]}\n    \
                 summary: [{key: lessons, label: {zh: 经验教训, en: Lessons}}]";
    let text = text("p02-verify-with-department").replace("label: {zh: 存档, en: File}", owner);
    let mut world = World::with(&text, FRIDAY);
    world.register(|said| said.complained_of = Some("quality_management".parse().unwrap()));
    world.complete("verify", "unsubstantiated");
    world.complete("explain", "told");
    let ((visit, epoch), holder) = (world.visit("archive"), world.holder("archive").to_owned());
    let body = json!({"visit": visit, "epoch": epoch, "summary": "已解释",
        "points": [{"point": "lessons", "text": "先核实再答复"}]});
    served.try_on_cases::<orders::Archive>(7_000, &world, person(&holder), body).await;
}

#[tokio::test]
async fn no_text_about_a_whole_case_does_more_than_stand_there() {
    let served = Served::start().await;
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    let holder = person(world.holder("handle"));
    let body = json!({"level": world.case().level + 1, "reason": "三人反映同一问题"});
    served.try_on_cases::<orders::RaiseCase>(10_000, &world, holder.clone(), body).await;
    let body = json!({"reason": "客户说不再投诉"});
    served.try_on_cases::<orders::WithdrawCase>(11_000, &world, holder, body).await;
}

#[tokio::test]
async fn no_text_about_a_ruling_does_more_than_stand_there() {
    let served = Served::start().await;
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    let (work, holder) = (world.work("handle").0, person(world.holder("handle")));
    let clocks = world.case().clocks.iter();
    let clock = clocks.filter(|(_, clock)| clock.key.as_str() == "dept_answer").map(|(id, _)| *id).next();
    let body = json!({"work": work, "department": "logistics", "reason": "不归我们"});
    served.try_on_cases::<orders::DisputeWork>(8_000, &world, holder.clone(), body.clone()).await;
    let by = json!({"clock": clock, "by": "2 working days", "reason": "待检测"});
    let until = json!({"clock": clock, "until": "2025-03-14T00:00:00+08:00", "reason": "待检测"});
    let examples = vec![(holder.clone(), by.clone()), (holder.clone(), until)];
    served.try_parts::<orders::ExtendClock>(9_000, &world, examples).await;
    world.command(complaint(), orders::DisputeWork::VERB, body, holder.clone()).unwrap();
    world.command(complaint(), orders::ExtendClock::VERB, by, holder).unwrap();
    world.fact("injury", true);
    let asked = |key: &str| {
        let (id, _) = world.case().open_rulings().find(|(_, one)| one.question.key() == key).unwrap();
        (id, person(world.case().works[&id].holder().unwrap().as_str()))
    };
    let ((dispute, whose), (extension, time), (rung, question)) =
        (asked("dispute"), asked("dept_answer"), asked("hurt"));
    let until = "2025-03-14T00:00:00+08:00";
    let examples = vec![
        (whose, json!({"work": dispute, "department": "logistics", "reason": "归物流部"})),
        (time, json!({"work": extension, "grant": true, "until": until, "reason": "同意"})),
        (question, json!({"work": rung, "level": 3, "reason": "停售"})),
    ];
    served.try_parts::<orders::GiveRuling>(10_000, &world, examples).await;
}

#[tokio::test]
async fn no_text_of_a_setting_does_more_than_stand_there() {
    let served = Served::start().await;
    let world = World::shipped("p03-receive-classify-approve", FRIDAY);
    served.put(&world.written(), &complaint()).await;
    let (directory, own) =
        (SubjectRef::directory(&organisation()), SubjectRef::organisation(&organisation()));
    let absences =
        json!([{"from": "2025-03-08T00:00:00Z", "until": "2025-03-09T00:00:00Z", "deputy": "agent.b"}]);
    let body = json!({
        "departments": [{"id": "new", "name": {"zh": "新部门", "en": "New"}, "parent": "sales", "duty_manager": "boss"}],
        "people": [{"id": "li.si", "name": "李四", "department": "new", "roles": ["agent"], "manager": "boss",
            "contact": "021-5550001", "email": "li.si@example.cn", "phone": "8012", "skills": ["英语"], "shift": "day", "roster": [{"date": "2025-03-09", "shift": "day"}],
            "absences": absences, "active": true}],
        "shifts": [{"id": "day", "name": {"zh": "白班", "en": "Day"}, "week": {"monday": ["08:00-16:00"]}}],
    });
    served.try_on::<orders::PutDirectory>(directory.clone(), body, |_, _| {}).await;
    let body = json!({"files": ["id,name,department\nli.si,李四,new\n"], "dry_run": false});
    served.try_on::<orders::ImportDirectory>(directory.clone(), body, |_, _| {}).await;
    let body = json!({"person": "agent.a", "absences": absences});
    served.try_on::<orders::PutAbsence>(directory, body, |_, _| {}).await;
    let body = json!({"playbook": {"id": "p03", "version": 1},
        "scope": {"unit": "sales", "channel": "phone", "customer_type": "consumer"}, "effective_from": "2090-01-01T00:00:00Z"});
    // Each attempt has a time of its own, so that each has something to withdraw.
    let from = |body: &mut Value, n: u128| {
        if body["effective_from"] == "2090-01-01T00:00:00Z" {
            body["effective_from"] = json!(format!("2090-01-01T00:00:00.{n:06}Z"));
        }
    };
    served.try_on::<orders::ActivatePlaybook>(own.clone(), body.clone(), from).await;
    served.try_on::<orders::WithdrawActivation>(own.clone(), body, from).await;
    let body = json!({"document": calendar(1)});
    let number = |body: &mut Value, n: u128| body["document"]["version"] = json!(u64::try_from(n).unwrap());
    served.try_on::<orders::PublishCalendar>(own.clone(), body, number).await;
    // A version is applied once, so each attempt has one of its own.
    let version = |n: u128| u32::try_from(n).unwrap() + 1_000;
    let p03 = SubjectRef::playbook(&organisation(), &"p03".parse().unwrap());
    for n in 100..120 {
        let version = version(n);
        let whole = text("p03-receive-classify-approve")
            .replace("\nversion: 1\n", &format!("\nversion: {version}\n"));
        for (verb, subject, body) in [
            ("calendar.publish", &own, json!({"document": calendar(version)})),
            ("playbook.publish", &p03, json!({"text": whole})),
        ] {
            let example = Example { subject: subject.clone(), actor: administrator(), body };
            let answer = served.order(format!("{verb}-{version}"), verb, example).await;
            assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
        }
    }
    let body = json!({"calendar": {"id": "ours", "version": 1}, "reason": "公布了调休安排"});
    let number = |body: &mut Value, n: u128| body["calendar"]["version"] = json!(version(n));
    served.try_on::<orders::ApplyCalendar>(own.clone(), body, number).await;
    let body = json!({"playbook": {"id": "p03", "version": 1}, "reason": "缩短时限"});
    let number = |body: &mut Value, n: u128| body["playbook"]["version"] = json!(version(n));
    served.try_on::<orders::ApplyPlaybook>(own, body, number).await;
}

#[tokio::test]
async fn no_text_of_a_playbook_does_more_than_stand_there() {
    let served = Served::start().await;
    let world = World::shipped("p02-verify-with-department", FRIDAY);
    served.put(&world.written(), &complaint()).await;
    let p03 = SubjectRef::playbook(&organisation(), &"p03".parse().unwrap());
    let whole = text("p03-receive-classify-approve");
    let body = json!({"text": whole, "scenarios": "name: 如常\n"});
    // Each attempt that may be taken is a version of its own.
    let version = |n: u128| whole.replace("\nversion: 1\n", &format!("\nversion: {n}\n"));
    let number = |body: &mut Value, n: u128| {
        if body["text"] == json!(whole) {
            body["text"] = json!(version(n));
        }
    };
    served.try_on::<orders::PublishPlaybook>(p03.clone(), body, number).await;
    // A text in the playbook, as YAML can spell it.
    let title = "zh: 受理、分类、领导审批后答复的投诉处理流程";
    assert!(whole.contains(title));
    for (text, n) in hostile::TEXTS.iter().copied().chain([hostile::NUL]).zip(1_000..) {
        let spelt = format!("zh: {}", serde_json::to_string(text).unwrap());
        let yaml = version(n).replace(title, &spelt);
        let attempt = Attempt { place: "/text/title/zh".into(), text, body: json!({"text": yaml}) };
        let example = Example { subject: p03.clone(), actor: administrator(), body: attempt.body.clone() };
        served.attempt(&attempt, n, "playbook.publish", example).await;
        if text != hostile::NUL {
            let said = served.events(&p03).await;
            assert_eq!(said.last().unwrap()["document"]["title"]["zh"], json!(text));
        }
    }
}
