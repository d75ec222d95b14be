//! The rooms of what an administrator sets: playbooks, calendars, the directory, accounts and keys; and the trail of a
//! complaint.

use serde_json::json;

use crate::admin::{COMPLAINT, intake, links, notification, routing};
use crate::browser::{Browser, text, to};
use crate::{Edge, PASSWORD};

/// where it is in force, who drafted it, and every name in both languages.
#[tokio::test]
async fn a_playbook_is_shown_whole_and_changed_by_administrators_alone() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut auditor = Browser::new(&edge);
    auditor.sign_in("he.ping", PASSWORD).await;
    let shown = text(&auditor.get("/console/admin/playbooks/p03?version=2").await);
    for expected in [
        "接收分类审批",
        "《投诉处理单》",
        "Complaint sheet",
        "经办人",
        "QB-07",
        "张三",
        "First issue",
        "Working days: 3",
        "Back for another try",
        "up to ¥100",
        "<svg",
        "Version 2: phone",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(!shown.contains("/edit") && !shown.contains("/activate"), "an auditor changes nothing");
    assert_eq!(auditor.get("/console/admin/playbooks/p03/edit").await.status, 403);

    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let sheet = admin.get("/console/admin/playbooks/p03").await;
    // The other rooms are followed above, with the services that they ask.
    for link in links(&text(&sheet)).iter().filter(|link| link.starts_with("/console/admin/playbooks")) {
        assert_eq!(admin.get(link).await.status, 200, "{link}");
    }
    let fields = [("version", "2"), ("/scope/channel", "phone"), ("/scope/unit", "")];
    let sent = admin.send(&sheet, "/console/admin/playbooks/p03/activate", &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=2&done=activated");
    let expected = json!({ "verb": "playbook.activate",
        "body": {"scope": {"channel": "phone"}, "playbook": {"id": "p03", "version": 2}} });
    assert_eq!(*ordered.lock().unwrap(), [expected]);
}

/// what is to come is planned in the zone of the organisation, shown with what was, and taken back.
#[tokio::test]
async fn a_version_is_planned_from_a_day_on_and_withdrawn_before_it_comes() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let address = "/console/admin/playbooks/p03";
    let sheet = admin.get(address).await;
    for expected in ["Version 3: phone", "from 1 Jan 2090, 08:00", "In force before: 1", "ordered by 冯琪"]
    {
        assert!(text(&sheet).contains(expected), "{expected}: {}", text(&sheet));
    }
    let fields = [("version", "3"), ("/effective_from", "2090-04-01T00:00")];
    let sent = admin.send(&sheet, &format!("{address}/activate"), &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=planned");
    let fields = [("version", "3"), ("/scope/channel", "phone"), ("effective_from", "2090-01-01T00:00:00Z")];
    let sent = admin.send(&sheet, &format!("{address}/withdraw"), &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=withdrawn");
    let book = json!({"id": "p03", "version": 3});
    let expected = [
        json!({ "verb": "playbook.activate",
            "body": {"scope": {}, "playbook": book, "effective_from": "2090-03-31T16:00:00Z"} }),
        json!({ "verb": "activation.withdraw",
            "body": {"scope": {"channel": "phone"}, "playbook": book, "effective_from": "2090-01-01T00:00:00Z"} }),
    ];
    assert_eq!(*ordered.lock().unwrap(), expected);
}

/// a text is checked before it is published, and the mistakes stand beside it with their lines.
#[tokio::test]
async fn a_playbook_is_checked_as_it_is_written_and_published_by_the_same_order() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/playbooks/p03/edit?version=2").await;
    assert!(text(&page).contains("version: 3"), "{}", text(&page));
    let check = "/console/admin/playbooks/p03/check";
    let wrong = text(&admin.send(&page, check, &[("text", "broken <b>")]).await);
    assert!(wrong.contains("Line 7, column 3") && wrong.contains("there is no stage x"), "{wrong}");
    assert!(wrong.contains("broken &lt;b&gt;"), "what was typed is kept, and escaped");
    assert!(text(&admin.send(&page, check, &[("text", "id: p03")]).await).contains("No mistake"));
    let sent = admin.send(&page, "/console/admin/playbooks/p03/publish", &[("text", "id: p03")]).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=published");
    assert_eq!(ordered.lock().unwrap()[0]["body"], json!({ "text": "id: p03" }));
    let effect = admin.get("/console/admin/playbooks/p03/preview?version=3").await;
    assert!(text(&effect).contains("Overdue at once"), "{}", text(&effect));
    let fields = [("version", "3"), ("/reason", "agreed")];
    let sent = admin.send(&effect, "/console/admin/playbooks/p03/apply", &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=applied");
}

/// who answers by which channel, and how each message reads in both languages, or why it cannot.
#[tokio::test]
async fn channels_and_messages_are_shown_as_the_playbooks_have_them() {
    let edge = Edge::start().await;
    let (_routing, _) = routing(&edge, false).await;
    let (_notification, _intake) = (notification(&edge).await, intake(&edge).await);
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let shown = text(&admin.get("/console/admin/channels").await);
    let messages = "/console/admin/channels/p03?version=2";
    for expected in
        ["Telephone", "Service · Receiver", "冯琪", "A complaint", "Monday", "09:00-18:00", messages]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let shown = text(&admin.get(messages).await);
    for expected in [
        "To the customer once it is on record",
        "编号 TS1 &lt;b&gt;",
        "undefined value",
        "the number of the complaint",
        "/console/admin/playbooks/p03/edit?version=2",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

/// scenarios are played against the text that is being written; what does not hold is told in words and keeps
/// the version from being published, unless one insists; what is published keeps them.
#[tokio::test]
async fn scenarios_are_played_before_a_version_is_published() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/playbooks/p03/edit?version=2").await;
    assert!(text(&page).contains("title: kept"), "those that are kept stand there: {}", text(&page));
    let (base, despite) = ("/console/admin/playbooks/p03", ("despite", "true"));
    let fields = [("text", "id: p03"), ("scenarios", "one that fails")];
    let shown = text(&admin.send(&page, &format!("{base}/scenarios"), &fields).await);
    for expected in [
        "Of 1 scenarios 1 do not hold, in 1.2 s",
        "Answered the same day",
        "Step 2 (line 9",
        "the stage is not as expected",
        "reply",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let refused = admin.send(&page, &format!("{base}/publish"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(text(&refused).contains("A scenario does not hold") && text(&refused).contains("one that fails"));
    assert_eq!(ordered.lock().unwrap().len(), 0);
    let sent = admin.send(&page, &format!("{base}/publish"), &[fields[0], fields[1], despite]).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=published");
    let page = admin.get("/console/admin/playbooks/p03/edit?version=2").await;
    let sent =
        admin.send(&page, &format!("{base}/publish"), &[("text", "id: p03"), ("scenarios", "good")]).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=published");
    let bodies: Vec<_> = ordered.lock().unwrap().iter().map(|one| one["body"].clone()).collect();
    let body = |scenarios: &str| json!({ "text": "id: p03", "scenarios": scenarios });
    assert_eq!(bodies, [body("one that fails"), body("good")]);
}

/// the same by the API, for administrators, one run at a time.
#[tokio::test]
async fn scenarios_are_played_by_the_api_one_run_at_a_time() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    let token = edge.token("shen.yi", &["administrator"], None).await;
    let run = async |token: &str, scenarios: &str| {
        let body = json!({ "playbook": "id: p03", "scenarios": scenarios });
        edge.post("/api/v1/playbooks/scenarios/run", token, "", &body).await
    };
    let played = run(&token, "one that fails").await.json();
    assert_eq!(played["verdicts"][0]["failures"][0]["found"], "1", "with the organisation's own people");
    // Who comes meanwhile is told so at once, and nothing waits.
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        run(&token, "x").await
    };
    let (first, second) = tokio::join!(run(&token, "slow"), later);
    assert_eq!((first.status.as_u16(), second.code().as_str()), (200, "unavailable"));
    let long = run(&token, &"#".repeat(300_000)).await;
    assert_eq!(long.code(), "too-large");
    let auditor = edge.token("he.ping", &["auditor"], None).await;
    assert_eq!(run(&auditor, "").await.code(), "not-allowed");
}

/// accounts are locked and opened, and the secret of a key is shown once.
#[tokio::test]
async fn accounts_are_locked_and_a_key_is_shown_once() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/access").await;
    let put = "/console/admin/access/accounts";
    let lock = [
        ("/name", "feng.qi"),
        ("/person", "feng.qi"),
        ("/roles", "handler"),
        ("/department", "sales"),
        ("/active", "false"),
    ];
    assert_eq!(to(&admin.send(&page, put, &lock).await), "/console/admin/access?done=account");
    let mut locked = Browser::new(&edge);
    assert_eq!(locked.sign_in("feng.qi", PASSWORD).await.status, 401);
    let new = [("/name", "he.ping"), ("/person", "he.ping"), ("/roles", "auditor"), ("/active", "true")];
    let refusal = admin.send(&page, put, &new).await;
    assert_eq!(refusal.status, 422, "a new account needs a password");

    let made = admin
        .send(&page, "/console/admin/access/keys", &[("/name", "shop-till"), ("/channels", "pos web")])
        .await;
    assert!(text(&made).contains("rdk_"), "{}", text(&made));
    let after = text(&admin.get("/console/admin/access").await);
    assert!(after.contains("shop-till") && !after.contains("rdk_"), "{after}");
    let again = admin.send(&page, "/console/admin/access/keys", &[("/name", "shop-till")]).await;
    assert_eq!(again.status, 409);
    let revoked = admin.send(&page, "/console/admin/access/keys/revoke", &[("/name", "shop-till")]).await;
    assert_eq!(to(&revoked), "/console/admin/access?done=revoked");
    assert!(text(&admin.get("/console/admin/access").await).contains("Revoked"));
}

#[tokio::test]
async fn a_trail_is_found_by_the_number_of_its_complaint() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("he.ping", PASSWORD).await;
    assert_eq!(
        to(&browser.get("/console/admin/audit?number=TS1").await),
        format!("/console/admin/audit/{COMPLAINT}")
    );
    assert!(
        text(&browser.get("/console/admin/audit?number=TS9").await)
            .contains("There is no complaint of this number")
    );
}

#[tokio::test]
async fn a_calendar_is_continued_by_a_day_and_its_effect_is_shown_first() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/calendars").await;
    let shown = text(&page);
    assert!(shown.contains("National Day") && shown.contains("2026-10-01 – 2026-10-07"), "{shown}");
    let fields = [
        ("what", "holiday"),
        ("version", "1"),
        ("/first", "2027-01-01"),
        ("/name_zh", "元旦"),
        ("/name_en", "New Year"),
    ];
    let sent = admin.send(&page, "/console/admin/calendars/cn/add", &fields).await;
    assert_eq!(to(&sent), "/console/admin/calendars?done=added");
    let document = ordered.lock().unwrap()[0]["body"]["document"].clone();
    assert_eq!((&document["version"], &document["holidays"][1]["first"]), (&json!(2), &json!("2027-01-01")));
    let stale = [
        ("what", "holiday"),
        ("version", "7"),
        ("/first", "2027-01-01"),
        ("/name_zh", "元旦"),
        ("/name_en", "New Year"),
    ];
    assert_eq!(admin.send(&page, "/console/admin/calendars/cn/add", &stale).await.status, 412);
    let effect = text(&admin.get("/console/admin/calendars/cn/preview?version=1").await);
    assert!(effect.contains("Overdue at once"), "{effect}");
}

#[tokio::test]
async fn the_directory_is_shown_with_leave_and_deputies_and_an_import_is_tried_first() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/directory").await;
    assert!(text(&page).contains("冯琪 stands in"), "{}", text(&page));
    assert!(!text(&admin.get("/console/admin/directory?department=nobody").await).contains("stands in"));
    let fields = [("table", "id,name\nhe.ping,何平"), ("dry_run", "true")];
    let tried = text(&admin.send(&page, "/console/admin/directory/import", &fields).await);
    assert!(tried.contains("nothing was changed yet") && tried.contains("he.ping"), "{tried}");
    assert_eq!(
        ordered.lock().unwrap()[0]["body"],
        json!({ "files": ["id,name\nhe.ping,何平"], "dry_run": true })
    );
}
