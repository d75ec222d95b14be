//! What intake keeps is read by those who may: what the playbook hides, and what was restated.

use contracts::commands::Actor;
use serde_json::json;

use crate::clarifying::{clarify_entered, visit};
use crate::serving::{complaint, front_desk, served, served_with};
use crate::world::{clerk, good, officer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_playbook_hides_is_seen_by_the_roles_that_it_names() {
    let served = served_with(|document| {
        document["privacy"] = json!({ "masking": ["phone", "order", "opinion"], "roles": ["clerk"] });
    })
    .await;
    let mut body = good();
    body["order_number"] = json!("JD-1");
    body["opinion"] = json!("太慢");
    body["complainant"]["address"] = json!("人民路 1 号");
    let receipt = served.register("k1", body).await.unwrap();
    let found = served.ask("complaint", clerk(), json!({ "number": receipt.number })).await.unwrap();
    let asked = json!({ "complainant": found["complainant"], "complaint": receipt.complaint });
    let of = json!({ "complaint": receipt.complaint });
    // The playbook lets a clerk see what the installation would hide, and hides from the front desk what it names.
    let clear = served.ask("contact", clerk(), asked.clone()).await.unwrap();
    assert_eq!((clear["phone"].as_str(), clear["masked"].as_bool()), (Some("138 1234 5678"), Some(false)));
    let desk = served.ask("contact", front_desk(), asked.clone()).await.unwrap();
    assert_eq!(
        (desk["phone"].as_str(), desk["address"].as_str()),
        (Some("138****5678"), Some("人民路 1 号"))
    );
    assert_eq!((desk["name"].as_str(), desk["masked"].as_bool()), (Some("张三"), Some(true)));
    let other = served.ask("contact", officer(), asked.clone()).await.unwrap();
    assert_eq!((other["name"].as_str(), other["address"].as_str()), (Some("张*"), Some("***")));
    let service = served.ask("contact", Actor::System, asked.clone()).await.unwrap();
    assert_eq!(service["phone"].as_str(), Some("138 1234 5678"), "who sends must know where to");
    let told = served.ask("text", front_desk(), of.clone()).await.unwrap();
    assert_eq!((told["order_number"].as_str(), told["opinion"].as_str()), (Some("***"), Some("***")));
    assert_eq!(told["narrative"].as_str(), Some("空调坏了三次，没人来修"));
    let told = served.ask("text", clerk(), of).await.unwrap();
    assert_eq!((told["order_number"].as_str(), told["opinion"].as_str()), (Some("JD-1"), Some("太慢")));
    // Whoever has the call to make sees where to call, hidden or not; what the customer told stays hidden.
    let mut speaks = asked.clone();
    speaks["speaks"] = json!(true);
    for actor in [officer(), front_desk()] {
        let caller = served.ask("contact", actor, speaks.clone()).await.unwrap();
        assert_eq!(
            (caller["phone"].as_str(), caller["masked"].as_bool()),
            (Some("138 1234 5678"), Some(false))
        );
    }
    assert_eq!(
        served.ask("contact", Actor::Customer, speaks).await.unwrap_err().code,
        contracts::ProblemCode::NotAllowed
    );
    let mut masked = asked;
    masked["masked"] = json!(true);
    let masked = served.ask("contact", clerk(), masked).await.unwrap();
    assert_eq!(masked["phone"].as_str(), Some("138****5678"), "who asks for no more gets no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_restated_is_read_by_staff_and_by_whoever_has_the_code() {
    let served = served().await;
    let receipt = served.register("k1", good()).await.unwrap();
    served.enter("k1", clarify_entered(1)).await;
    let track = json!({ "number": receipt.number, "code": receipt.tracking_code });
    let asked = served.ask("track", Actor::Customer, track.clone()).await.unwrap();
    assert_eq!(asked["clarify"], json!({ "visit": visit(1), "epoch": 1, "restated": null }));
    let body = json!({ "visit": visit(1), "epoch": 1, "restated": "要求换新", "said": "铭牌磨损",
        "category": "quality", "order_number": "JD-9" });
    served.order(complaint("k1"), "clarify", "c1", clerk(), body).await.unwrap();
    let asked = served.ask("track", Actor::Customer, track.clone()).await.unwrap();
    assert_eq!(asked["clarify"]["restated"], json!("要求换新"));
    let told = served.ask("text", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    assert_eq!(told["clarified"][0]["said"], json!("铭牌磨损"));
    assert_eq!(
        (&told["clarified"][0]["restated"], &told["order_number"]),
        (&json!("要求换新"), &json!("JD-9"))
    );
    let found = served.ask("earlier", clerk(), json!({ "order_number": "jd9" })).await.unwrap();
    assert_eq!(found[0]["complaint"], json!(receipt.complaint), "found by the order that was supplied");
    let body = json!({ "visit": visit(1), "epoch": 1, "confirmed_by_customer": true });
    served.order(complaint("k1"), "clarify", "c2", Actor::Customer, body).await.unwrap();
    assert_eq!(
        served.ask("track", Actor::Customer, track).await.unwrap().get("clarify"),
        None,
        "nothing is asked"
    );
}
