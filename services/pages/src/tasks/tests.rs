//! What a form sends is what its service reads, for every order; and every task has one.

use contracts::commands::{Verb, approval, intake, investigation, notification, routing};
use contracts::facts::DECLARED;

use super::*;
use crate::forms::read;
use crate::words::{by_key, known};

const ID: &str = "c32674c1-e6c2-57f7-98f7-855ba1298c66";

fn labels() -> Value {
    json!([{"key": "good", "label": {"zh": "好", "en": "Good"}}, {"key": "bad", "label": {"zh": "差", "en": "Bad"}}])
}

fn scene() -> Scene {
    let label = json!({"zh": "甲", "en": "A"});
    let choice = |key: &str| vec![Choice::new(key, say::NOTE)];
    Scene {
        visit: ID.into(),
        work: json!({"work": ID}),
        round: json!({"id": ID, "steps": [], "proposed": [{"remedy": "refund", "amount": 300}], "incentives": [
            {"incentive": "fine", "person": "li.na", "amount_from": 3000, "amount_to": 10_000, "percent": 5, "points": 2},
        ]}),
        brief: json!({
            "stage": "file", "kind": "investigate", "outcomes": ["unreachable"],
            "requires": {"fields": ["level", "summary", "liability_shares"], "facts": ["form_vehicle", "time_agreed"]},
            "slice": {
                "triage": {"categories": labels(), "departments": {}, "levels": [{"level": 2, "label": label}]},
                "investigation": {
                    "remedies": {"allowed": ["refund", "apology"], "order": ["refund", "apology"]}, "liability_kinds": [],
                    "correct": {"methods": labels(), "standardise": labels(), "training": [label]},
                },
                "notification": {
                    "satisfaction": {"scale": labels()}, "identity_check": ["phone"], "contact": {"tell": ["number"]},
                    "callback": {"channels": ["phone"]}, "reply": {"evidence_attachments": labels()},
                },
            },
        }),
        book: json!({"severity_levels": [{"level": 2, "label": label}], "channels": [{"key": "phone", "label": label}], "categories": labels(),
            "routing_flags": [{"fact": "major", "label": label}],
            "pause_reasons": [{"key": "recall", "label": label}]}),
        case: json!({"graph": [{"stage": "file", "summary": labels()}], "facts": {}, "visits": []}),
        investigation: json!({
            "visits": [{"visit": ID, "measures": [{"measure": ID, "work": ID}]}],
            "instances": [{
                "measures": [{"id": ID, "kind": "training", "words": {"id": ID}}],
                "proposals": [{"remedies": [{"remedy": "refund"}, {"remedy": "apology"}]}],
            }],
        }),
        talk: json!({"guide": {"prepare": labels()}, "told": null}),
        on: json!({
            "clock": ID, "form": "register", "pausable": ["waiting_for_customer", "recall", "other"], "question": {"asks": "dispute"},
            "fields": [{"key": "cause", "label": label, "from": "written", "value": "before", "text": ID, "required": true}],
            "signatures": [{"role": "a", "label": label, "at": null}, {"role": "b", "label": label, "at": null}],
            "sign_as": ["a", "b"],
        }),
        departments: choice("sales"),
        people: choice("li.na"),
        colleagues: choice("li.na"),
        files: choice(ID),
        ..Scene::default()
    }
}

/// Fills every field with its first choice or some text.
fn fill(fields: &[Field], typed: &mut Typed) {
    for field in fields {
        let at = &field.at;
        let put = |typed: &mut Typed, name: String, value: &str| drop(typed.0.insert(name, value.to_owned()));
        match &field.control {
            Control::Choice(choices)
            | Control::Radio(choices)
            | Control::Grade(choices)
            | Control::Either(choices) => {
                put(typed, at.to_string(), &choices[0].value);
            }
            Control::Person(people) => {
                put(typed, at.to_string(), people.first().map_or("li.na", |one| one.value.as_str()));
            }
            Control::YesNo | Control::Tick => put(typed, at.to_string(), "true"),
            Control::Amounts(all) => put(typed, format!("{at}/{}", all[0].0.value), "2"),
            Control::Remedies(choices) | Control::Several(choices) => {
                put(typed, format!("{at}/{}", choices[0].value), "true");
            }
            Control::Points(points) => {
                points.iter().for_each(|point| put(typed, format!("{at}/{}", point.value), "x"));
            }
            Control::Rows(columns, most) => {
                let row = |n| columns.iter().map(move |one| one.of_row(at, n));
                let rows: Vec<_> = (0..*most).flat_map(row).collect();
                fill(&rows, typed);
            }
            Control::Number | Control::Money => put(typed, at.to_string(), "3"),
            Control::Day => put(typed, at.to_string(), "2026-11-30"),
            Control::Moment(_) => put(typed, at.to_string(), "2026-11-30T17:30"),
            Control::Line | Control::Phone | Control::Email | Control::Paragraph | Control::Standing(_) => {
                put(typed, at.to_string(), "x")
            }
        }
    }
}

fn filled(form: &TaskForm) -> Value {
    let mut typed = form.filled.clone();
    fill(&form.fields, &mut typed);
    form.body(read(&form.fields, &typed).unwrap())
}

#[test]
fn what_a_form_sends_is_what_its_service_reads() {
    fn reads<V: Verb>(form: &TaskForm) {
        assert_eq!((form.service, form.verb), (V::SERVICE, V::VERB));
        let body = filled(form);
        serde_json::from_value::<V>(body.clone())
            .unwrap_or_else(|error| panic!("{}: {error}: {body}", form.verb));
    }
    for verb in DEEDS {
        let form = form(verb, &scene()).unwrap_or_else(|| panic!("{verb} has no form"));
        match *verb {
            "triage" => reads::<routing::Triage>(&form),
            "archive" => reads::<routing::Archive>(&form),
            "stage.transfer" => reads::<routing::TransferStage>(&form),
            "work.dispute" => reads::<routing::DisputeWork>(&form),
            "work.reassign" => reads::<routing::ReassignWork>(&form),
            "ruling.give" => reads::<routing::GiveRuling>(&form),
            "case.raise" => reads::<routing::RaiseCase>(&form),
            "case.withdraw" => reads::<routing::WithdrawCase>(&form),
            "clock.pause" => reads::<routing::PauseClock>(&form),
            "clock.resume" => reads::<routing::ResumeClock>(&form),
            "clock.extend" => reads::<routing::ExtendClock>(&form),
            "form.fill" => reads::<routing::FillForm>(&form),
            "form.sign" => reads::<routing::SignForm>(&form),
            "clarify" => reads::<intake::Clarify>(&form),
            "fact.record" => reads::<intake::RecordFacts>(&form),
            "verify" => reads::<investigation::Verify>(&form),
            "finding.add" => reads::<investigation::AddFinding>(&form),
            "propose" => reads::<investigation::Propose>(&form),
            "execute" => reads::<investigation::Execute>(&form),
            "correct.plan" => reads::<investigation::PlanMeasures>(&form),
            "correct.done" => reads::<investigation::FinishMeasure>(&form),
            "correct.verify" => reads::<investigation::VerifyEffect>(&form),
            "decide" => reads::<approval::Decide>(&form),
            "review" => reads::<approval::Review>(&form),
            "audit" => reads::<approval::Audit>(&form),
            "meet" => reads::<approval::Meet>(&form),
            "account" => reads::<approval::Account>(&form),
            "contact.prepare" => reads::<notification::PrepareContact>(&form),
            "contact.record" => reads::<notification::RecordContact>(&form),
            "reply" => reads::<notification::TellResult>(&form),
            "answer.record" => reads::<notification::RecordAnswer>(&form),
            "callback" => reads::<notification::RecordCallback>(&form),
            "callback.note" => reads::<notification::NoteForCallback>(&form),
            other => panic!("{other} is known and not compared with its order"),
        }
    }
}

/// An answer is lost, and by the time the form is sent again the case is another: it is the same order all the same.
#[test]
fn every_form_is_the_same_order_when_it_is_sent_again() {
    for verb in DEEDS {
        let form = form(verb, &scene()).unwrap();
        let mut typed = form.filled.clone();
        fill(&form.fields, &mut typed);
        let sent =
            TaskForm::sent(&form.made_for()).unwrap_or_else(|| panic!("{verb} does not know itself again"));
        assert_eq!((sent.service, sent.verb, sent.title), (form.service, form.verb, form.title));
        let again = sent.body(read(&sent.fields, &typed).unwrap());
        assert_eq!(again.to_string(), filled(&form).to_string(), "{verb}");
        // Refused and shown again, it still has all that was typed.
        let now = self::form(verb, &Scene::default()).unwrap().again(&sent, &mut typed);
        let mut shown = now.body(read(&now.fields, &typed).unwrap());
        shown["seen"] = again["seen"].clone();
        let told =
            |body: &Value| body.as_object().unwrap().iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        for key in told(&again) {
            assert_eq!(shown[&key], again[&key], "{verb} keeps {key}");
        }
    }
    for strange in ["", "{}", r#"{"verb": "unheard of", "fixed": {}, "fields": []}"#] {
        assert!(TaskForm::sent(strange).is_none(), "{strange}");
    }
}

/// What a colleague wrote meanwhile stands where one changed nothing oneself, and beside what one did change (R-013).
#[test]
fn who_fills_in_a_form_reverts_nobody() {
    let scene_with = |cause: &str, id: &str| {
        let mut now = scene();
        now.on["fields"][0]["value"] = json!(cause);
        now.on["fields"][0]["text"] = json!(id);
        now
    };
    let before = form("form.fill", &scene_with("before", ID)).unwrap();
    let other = "d01260ec-5026-578c-90c1-bce5b865f587";
    let now = || form("form.fill", &scene_with("theirs", other)).unwrap();
    let body = |form: &TaskForm, typed: &Typed| form.body(read(&form.fields, typed).unwrap());

    let mut untouched = before.filled.clone();
    assert_eq!(body(&before, &untouched), json!({"form": "register", "seen": {"cause": ID}}));
    let again = now().again(&before, &mut untouched);
    assert_eq!(body(&again, &untouched), json!({"form": "register", "seen": {"cause": other}}));
    assert_eq!(untouched.get("/fields/cause"), Some("theirs"));

    let mut changed = Typed([("/fields/cause".to_owned(), "mine".to_owned())].into());
    let sent = body(&before, &changed);
    assert_eq!(sent, json!({"form": "register", "seen": {"cause": ID}, "fields": {"cause": "mine"}}));
    let again = now().again(&before, &mut changed);
    assert_eq!(body(&again, &changed)["fields"], json!({"cause": "mine"}));
    assert!(matches!(&again.fields[0].control, Control::Standing(text) if text == "theirs"));

    let emptied = Typed([("/fields/cause".to_owned(), String::new())].into());
    assert_eq!(body(&before, &emptied)["fields"], json!({"cause": ""}));
}

#[test]
fn every_task_is_done_by_an_order_that_has_a_form() {
    for task in TASKS {
        assert!(name(task).is_some(), "{task} has no name");
        let mut all = beside(task).to_vec();
        all.push(deed(task, &scene()));
        for verb in all {
            assert!(form(verb, &scene()).is_some(), "{task} is done by {verb:?}, which has no form");
        }
    }
    assert!(form(deed("unheard of", &scene()), &scene()).is_none());
}

#[test]
fn a_contact_is_prepared_first_and_an_answer_follows_the_reply() {
    let mut now = scene();
    assert_eq!(deed("contact", &now), "contact.prepare");
    now.talk["prepared"] = json!([{}]);
    assert_eq!(deed("contact", &now), "contact.record");
    assert_eq!(deed("reply", &now), "reply");
    now.talk["told"] = json!({"id": ID});
    assert_eq!(deed("reply", &now), "answer.record");
}

#[test]
fn a_meeting_is_convened_by_one_and_signed_by_the_others() {
    let mut now = scene();
    let fields =
        |scene: &Scene| form("meet", scene).unwrap().fields.into_iter().map(|one| one.at).collect::<Vec<_>>();
    assert_eq!(fields(&now), ["/signature", "/reason"]);
    now.round["steps"] = json!([{"seats": [{"work": ID}]}]);
    assert_eq!(fields(&now), ["/opinion"]);
}

#[test]
fn each_question_of_a_ruling_has_its_own_answer() {
    for (asks, expected) in [("dispute", "/department"), ("extension", "/grant"), ("rung", "/level")] {
        let mut now = scene();
        now.on["question"]["asks"] = json!(asks);
        let form = form("ruling.give", &now).unwrap();
        assert_eq!(form.fields[0].at, expected, "{asks}");
        assert!(!notes("ruling.give", &now).iter().any(|note| note.lines.is_empty()));
    }
}

/// A reason that pauses a clock is read as the playbook calls it, else in our words, and only then by its key.
#[test]
fn reasons_that_pause_a_clock_have_names() {
    let form = form("clock.pause", &scene()).unwrap();
    let Control::Choice(reasons) = &form.fields[0].control else { panic!("a choice") };
    let named: Vec<_> = reasons.iter().map(|one| one.label.get(contracts::Language::Zh)).collect();
    assert_eq!(named, ["等待客户", "甲", "other"]);
}

#[test]
fn every_fact_has_a_name_that_people_read() {
    for (key, ..) in DECLARED {
        assert!(by_key(known::ALL, key).is_some(), "{key}");
    }
    assert_eq!(fact_label(&scene().book, "major"), Label::Text(Text { zh: "甲".into(), en: "A".into() }));
}
