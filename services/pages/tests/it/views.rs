//! Views of made-up models, in both languages.

use contracts::queries::routing::{ClockShown, WorkItem};
use contracts::{Language, Problem, ProblemCode, StageKind, Text};
use jiff::tz::TimeZone;
use pages::after::satisfaction;
use pages::forms::Typed;
use pages::portal::progress::{self, Asked, Crossed, Progress};
use pages::shell::{About, Place, Shell, Theme, Who};
use pages::work::{Line, List, Work};
use pages::{Locale, case};
use serde_json::json;

const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];
/// What somebody types who wants to break a page.
const HOSTILE: &str = "<script>alert(1)</script>\"'&";

fn locale(language: Language) -> Locale {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    Locale { language, zone, now: "2026-11-28T06:05:00Z".parse().unwrap() }
}

fn shell(language: Language) -> Shell {
    Shell {
        locale: locale(language),
        theme: Theme::Dark,
        path: "/console/work?of=mine".into(),
        warning: None,
        csrf: "token".into(),
        who: Some(Who { name: HOSTILE.into(), department: None }),
        places: vec![Place::Work],
        home: "/console".into(),
        house: "x".into(),
    }
}

fn line(due: Option<&str>, mine: bool) -> Line {
    let item: WorkItem = serde_json::from_value(json!({
        "work": "62d59f35-6382-53e4-8245-bee9d81d5022", "complaint": "d01260ec-5026-578c-90c1-bce5b865f587",
        "number": "TS202611280041", "visit": "c32674c1-e6c2-57f7-98f7-855ba1298c66", "epoch": 1, "task": "propose",
        "stage": "handle", "label": {"zh": "部门处理", "en": "The department handles it"}, "department": "sales",
        "role": "handler", "person": mine.then_some("wu.gang"), "instead_of": null, "queued": null, "due": due, "level": 2,
        "category": null, "requested_at": "2026-11-28T06:00:00Z", "since": "2026-11-28T06:00:00Z",
    }))
    .unwrap();
    Line {
        item,
        task: HOSTILE.into(),
        about: None,
        holder: mine.then(|| "吴刚".into()),
        instead_of: None,
        mine,
        key: "k".into(),
    }
}

#[test]
fn a_page_has_nothing_inline_and_escapes_what_people_typed() {
    for language in LANGUAGES {
        let work = Work { lines: vec![line(Some("2026-11-28T05:05:00Z"), true)], ..Work::default() };
        let shell = shell(language);
        let content = pages::work::page(&shell.locale, &shell.csrf, &work);
        let about = About { title: "x".into(), place: Some(Place::Work), live: Some("/events".into()) };
        let page = pages::shell::page(&shell, &about, &content).into_string();
        assert!(!page.contains("alert(1)</script>") && page.contains("&lt;script&gt;"), "{page}");
        assert!(
            !page.contains("style=\"") && !page.contains("<style") && !page.contains(" onclick"),
            "{page}"
        );
        for script in page.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "an inline script: {}", &script[..60]);
        }
        assert!(page.contains(match language {
            Language::Zh => "<html lang=\"zh-CN\"",
            Language::En => "<html lang=\"en\"",
        }));
    }
}

#[test]
fn a_work_list_says_what_is_over_and_what_may_be_done() {
    let over = Work { lines: vec![line(Some("2026-11-28T05:05:00Z"), true)], ..Work::default() };
    let page = pages::work::page(&locale(Language::En), "t", &over).into_string();
    assert!(page.contains("1 h over") && page.contains("/hand-back") && !page.contains("/claim"), "{page}");
    let queue = Work { list: List::Queue, lines: vec![line(None, false)], ..Work::default() };
    let page = pages::work::page(&locale(Language::Zh), "t", &queue).into_string();
    assert!(page.contains("无时限") && page.contains("/claim") && page.contains("待领取"), "{page}");
    assert_eq!(page.matches("name=\"csrf\" value=\"t\"").count(), 1);
}

/// Whoever is not satisfied stands out; what customers say is never more than text.
#[test]
fn what_customers_answer_is_text_and_says_what_follows() {
    let line = |positive: bool| satisfaction::Line {
        id: "a1".into(),
        complaint: "d01260ec-5026-578c-90c1-bce5b865f587".into(),
        number: "TS1".into(),
        at: "2026-11-28T05:05:00Z".parse().unwrap(),
        answer: "x".into(),
        positive,
        goes_on: positive,
        opinion: Some(HOSTILE.into()),
        withheld: false,
        by: None,
        channel: None,
        department: "y".into(),
        now: None,
    };
    for language in LANGUAGES {
        let lines = vec![line(false), line(true)];
        let model = satisfaction::Satisfaction { lines, ..satisfaction::Satisfaction::default() };
        let page = satisfaction::page(&locale(language), &model).into_string();
        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;"), "{page}");
        assert_eq!(page.matches("answer not").count(), 1, "{page}");
        let (link, on) = match language {
            Language::Zh => ("客户本人在线评价", "回访继续"),
            Language::En => ("By the customer's own link", "Callbacks go on"),
        };
        assert!(page.contains(link) && page.matches(on).count() == 1, "{page}");
    }
}

fn progress(asked: Option<Asked>, due: Option<&str>) -> Progress {
    Progress {
        base: "/portal/huarun".into(),
        number: "TS1".into(),
        received_at: "2026-11-28T05:05:00Z".parse().unwrap(),
        stage: Some(StageKind::Reply),
        since: None,
        due: due.map(|due| due.parse().unwrap()),
        instance: 1,
        closed: false,
        asked,
        visit: "v".into(),
        done: None,
        typed: Typed::default(),
        problem: None,
        crossed: None,
        key: "k".into(),
    }
}

/// how far it is, what happens next and by when, in plain words of both languages.
#[test]
fn the_customer_reads_what_happens_next_and_by_when() {
    let page = |language, due| progress::page(&locale(language), "t", &progress(None, due)).into_string();
    assert!(page(Language::En, Some("2026-11-29T02:00:00Z")).contains("At the latest by tomorrow 10:00"));
    assert!(page(Language::Zh, None).contains("没有固定时限"));
    assert!(page(Language::Zh, Some("2026-11-28T02:00:00Z")).contains("已超过预定时间"));
}

#[test]
fn every_stage_and_every_question_has_a_page_in_both_languages() {
    let asked = [
        Some(Asked::Clarify { restated: Some(HOSTILE.into()) }),
        Some(Asked::Answer { told: HOSTILE.into() }),
        Some(Asked::Satisfaction { scale: Vec::new() }),
        None,
    ];
    for language in LANGUAGES {
        for kind in StageKind::ALL {
            for asked in &asked {
                let model = Progress { stage: Some(*kind), ..progress(asked.clone(), None) };
                let page = progress::page(&locale(language), "t", &model).into_string();
                assert!(!page.contains("<script>alert"), "{page}");
                assert_eq!(page.matches("aria-current=\"step\"").count(), 1, "{kind:?}");
            }
        }
    }
}

/// What was answered at a page that does not hold any more is shown and not taken, nor put into another form.
#[test]
fn an_answer_at_the_wrong_page_is_told_and_kept_apart() {
    let page = |about: Option<&str>| {
        let crossed = Crossed { about: about.map(str::to_owned), said: vec![HOSTILE.into()] };
        let model =
            Progress { crossed: Some(crossed), ..progress(Some(Asked::Answer { told: "x".into() }), None) };
        progress::page(&locale(Language::Zh), "t", &model).into_string()
    };
    let other = page(Some("TS9"));
    assert!(other.contains("您填写的是投诉 TS9") && other.contains("打开了投诉 TS1"), "{other}");
    assert!(page(None).contains("您回答的问题已经结束") && !other.contains("<script>alert"));
    assert!(other.contains("name=\"number\" value=\"TS1\"") && other.contains("name=\"visit\" value=\"v\""));
}

#[test]
fn a_refusal_stands_above_the_form_and_beside_its_field() {
    let problem = Problem::new(ProblemCode::FieldTooLong, "too long").at("/reason").expected("less");
    let model =
        Progress { problem: Some(problem), ..progress(Some(Asked::Answer { told: "x".into() }), None) };
    let page = progress::page(&locale(Language::Zh), "t", &model).into_string();
    let title = ProblemCode::FieldTooLong.title(Language::Zh);
    assert_eq!(page.matches(title).count(), 2, "{page}");
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("没有任何内容被更改"));
}

#[test]
fn a_clock_is_explained_line_by_line() {
    let clock: ClockShown = serde_json::from_value(json!({
        "clock": "62d59f35-6382-53e4-8245-bee9d81d5022", "key": "answer", "label": Text { zh: "答复".into(), en: "Answer".into() },
        "start": "2026-11-28T05:05:00Z", "due": "2026-11-28T09:05:00Z", "hard": true, "state": "running", "stopped_at": null,
        "owner": null, "instance": 1, "calendar": "cn@1", "pausable": [], "zone": "Asia/Shanghai",
        "lines": [{"from": "2026-11-28T05:05:00Z", "counted": "PT1H", "note_zh": "开始", "note_en": "It begins"}],
    }))
    .unwrap();
    for (language, words) in
        [(Language::Zh, ["剩 3 小时", "开始", "尚未开始"]), (Language::En, ["3 h left", "It begins", "1 h"])]
    {
        let page = case::clocks::view(&locale(language), std::slice::from_ref(&clock)).into_string();
        words.iter().for_each(|word| assert!(page.contains(word), "{word}: {page}"));
    }
}
