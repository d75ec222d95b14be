//! The ways in as they are published: who answers for each, and what a caller may choose.

use contracts::commands::Actor;
use serde_json::{Value, json};

use crate::serving::{served_by, served_with};
use crate::world::{guided_form, playbook};

/// The channels are published with who answers for them: by name where the playbook says so, else the role.
/// With them stand the words that mail needs and what a caller may choose.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_channels_are_listed_with_who_answers_for_them() {
    let owner = json!({ "role": "clerk" });
    let served = served_with(|document| document["stages"][0]["owner"] = owner).await;
    let channels = served.ask("channels", Actor::Customer, Value::Null).await.unwrap();
    let keys: Vec<_> =
        channels.as_array().unwrap().iter().map(|one| one["channel"].as_str().unwrap()).collect();
    assert_eq!(keys, ["mail", "phone", "web"]);
    for channel in channels.as_array().unwrap() {
        assert_eq!(channel["role"], json!({ "zh": "接待员", "en": "clerk" }));
        assert_eq!(channel["department"], json!({ "zh": "服务部", "en": "service" }));
    }
    assert_eq!(channels[0]["subject_has"], json!(["投诉", "complaint"]));
    assert_eq!(
        channels[1]["menu"][1],
        json!({ "key": "2", "label": { "zh": "举报", "en": "report" }, "kind": "report" })
    );
    assert_eq!((&channels[1]["people"], &channels[2]["people"]), (&json!([]), &json!(["wang"])));
}

/// Where two playbooks say different things of one channel it is listed for each, with its own menu and people; what they
/// say alike stands once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_listed_for_each_playbook_that_says_something_else_of_it() {
    let own = |document: &mut Value| document["channels"][0]["menu"] = json!([]);
    let served = served_by([playbook("p01", |_| {}), playbook("p02", own)]).await;
    let channels = served.ask("channels", Actor::Customer, Value::Null).await.unwrap();
    let listed: Vec<_> = channels
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["channel"].as_str().unwrap(),
                one["playbooks"].clone(),
                one["menu"].as_array().unwrap().len(),
            )
        })
        .collect();
    let both = || json!(["p01", "p02"]);
    assert_eq!(
        listed,
        [("mail", both(), 0), ("phone", json!(["p01"]), 2), ("phone", json!(["p02"]), 0), ("web", both(), 0)]
    );
}

/// A part in a case is nobody before there is a case: whoever it will be, nobody's name is published for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_published_for_a_department_that_only_a_case_has() {
    let responsible = json!({ "role": "clerk", "department": "responsible" });
    let served = served_with(|document| document["channels"][1]["answerable"] = responsible).await;
    let channels = served.ask("channels", Actor::Customer, Value::Null).await.unwrap();
    assert_eq!((&channels[2]["people"], &channels[2]["department"]), (&json!([]), &Value::Null));
}

/// A guided form is published with its channel: whoever builds another front for customers reads from it what to show, gate
/// by gate, and where each answer goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guided_form_is_published_with_its_channel() {
    let served = served_with(|document| {
        document["channels"][1]["guided"] = guided_form();
        document["intake"]["fields"][0]["label"] = json!({ "zh": "诉求", "en": "Claim" });
    })
    .await;
    let channels = served.ask("channels", Actor::Customer, Value::Null).await.unwrap();
    let form = &channels[2]["guided"];
    assert_eq!((&form["notice_version"], &form["notice"]["zh"]), (&json!(3), &json!("请如实填写。")));
    assert_eq!(form["companies"][1]["provinces"], json!(["north", "south"]));
    let asked = |field: &str, at: &str, label: Value, required: bool| json!({ "field": field, "at": at, "label": label, "required": required });
    assert_eq!(form["consumer"][1], asked("phone", "/complainant/phone", Value::Null, false));
    let claim = json!({ "zh": "诉求", "en": "Claim" });
    assert_eq!(
        form["business"],
        json!([
            asked("narrative", "/narrative", Value::Null, true),
            asked("demand", "/demand", claim, false)
        ])
    );
    assert_eq!(channels[1]["guided"], Value::Null);
}
