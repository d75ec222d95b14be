//! From a [`Shape`] to a playbook that passes every check, by construction: stages stand in one line, whatever leaves it
//! goes to the archive or is a declared loop, whoever is named exists. Who that is stands in [`super::people`].

use playbook::{CompiledPlaybook, Finding};
use serde_json::{Value, json};

use super::shape::{Calls, Clock, Conflict, Matrix, On, Piece, Rung, Shape, Side, Way};

/// The key under which all random playbooks are published.
pub(super) const KEY: &str = "random";
/// The departments that answer for a category of their own name.
pub(super) const UNITS: [&str; 2] = ["goods", "logistics"];

pub(super) fn text(text: &str) -> Value {
    json!({ "zh": text, "en": text })
}

fn keyed(keys: &[&str]) -> Value {
    keys.iter().map(|key| json!({ "key": key, "label": text(key) })).collect()
}

/// The playbook's text, which is JSON and so YAML, and what came of reading it. What the shape asks for beyond the line is
/// left out where the line does not allow it: an approval that could be passed by, a satisfaction that nobody asks for.
pub(super) fn playbook(shape: &Shape) -> (String, Result<CompiledPlaybook, Vec<Finding>>) {
    let lists = [("approve_before", &shape.before), ("closing", &shape.closing)];
    let asked = lists.into_iter().flat_map(|(list, asked)| asked.iter().map(move |one| (list, *one)));
    let asked: Vec<_> = asked.filter(|(_, one)| can_wait(shape, one)).collect();
    let line = whole(shape);
    let with = |taken: &[(&str, &str)]| {
        let mut book = line.clone();
        for (list, _) in lists {
            let words = taken.iter().filter(|(of, _)| *of == list).map(|(_, one)| *one);
            ask(&mut book, list, &words.collect::<Vec<_>>());
        }
        let text = serde_json::to_string_pretty(&book).unwrap();
        let read = playbook::load(&text);
        (text, read)
    };
    let all = with(&asked);
    if all.1.is_ok() || asked.is_empty() {
        return all;
    }
    let mut taken = Vec::new();
    for one in asked {
        let more = [&taken[..], &[one]].concat();
        if with(&more).1.is_ok() {
            taken = more;
        }
    }
    with(&taken)
}

/// Whether an approval can come before what is asked for: what is carried out beside the line waits for nothing of the
/// line.
fn can_wait(shape: &Shape, asked: &str) -> bool {
    match asked {
        "execute" => shape.sides.iter().all(|side| side.kind != "execute"),
        _ => true,
    }
}

fn ask(book: &mut Value, list: &str, words: &[&str]) {
    match list {
        _ if words.is_empty() => {}
        "closing" => book["closure_rule"] = json!({ "requires": words }),
        _ => book[list] = json!(words),
    }
}

fn whole(shape: &Shape) -> Value {
    let levels = ["", "has(facts.injury) && facts.injury", "has(facts.press) && facts.press"];
    let severity = (1..=shape.levels).zip(levels).map(|(level, when)| {
        let mut one = json!({ "level": level, "label": text(&format!("level {level}")) });
        if !when.is_empty() {
            one["when"] = json!(when);
        }
        one
    });
    let mut book = json!({
        "id": KEY, "version": 1, "title": text("Random"), "source": { "document": "none: made from a seed" },
        "kinds": keyed(&["complaint"]), "customer_types": keyed(&["consumer"]), "channels": keyed(&["phone", "web"]),
        "categories": [
            { "key": "goods", "label": text("Goods"), "department": "goods" },
            { "key": "delivery", "label": text("Delivery"), "department": "logistics" },
            { "key": "other", "label": text("Other") },
        ],
        "intake": {
            "required": ["contact", "narrative"],
            "numbering": { "pattern": "R{yyyy}{mm}{serial:4}", "reset": "month", "scope": "organisation" },
        },
        "routing_flags": [{ "fact": "major", "label": text("Major"), "when": "case.category == 'goods'" }],
        "severity_levels": severity.collect::<Vec<_>>(),
        "departments": {
            "service": text("Service"), "office": text("Office"), "goods": text("Goods"),
            "logistics": text("Logistics"),
        },
        "roles": {
            "receiver": { "label": text("Receiver"), "department": "receiving" },
            "agent": { "label": text("Agent"), "department": "service" },
            "caller": { "label": text("Caller"), "department": "service" },
            "clerk": { "label": text("Clerk"), "department": "service" },
            "handler": { "label": text("Handler"), "department": "responsible" },
            "leader": { "label": text("Leader"), "department": "responsible" },
            "boss": { "label": text("Boss"), "department": "office" },
        },
        "stages": stages(shape),
        "loops": loops(shape),
        "clocks": clocks(shape),
        "ladder": shape.rungs.iter().enumerate().map(|(at, rung)| ladder(shape, at, rung)).collect::<Vec<_>>(),
        "remedies": { "allowed": ["apology", "refund", "exchange"] },
        "reply_policy": { "replier": { "role": "agent" } },
        "callback_policy": callbacks(&shape.calls),
        "satisfaction": {
            "scale": [
                { "key": "good", "label": text("Good"), "positive": true },
                { "key": "fair", "label": text("Fair"), "positive": true },
                { "key": "bad", "label": text("Bad"), "positive": false },
            ],
            "best": "good",
        },
    });
    authority(shape, &mut book);
    if let Conflict { stated: true, scope, barred, at_reopen } = &shape.conflict {
        book["conflict_of_interest"] = json!({ "scope": scope, "barred_at_reopen": at_reopen });
        if *scope == "department" {
            book["conflict_of_interest"]["roles_barred"] = json!(barred);
        }
    }
    let accounts = shape.line.iter().any(|piece| piece.kind == "account")
        || shape.sides.iter().any(|side| side.kind == "account");
    if accounts {
        let on =
            if shape.clocks.is_empty() { json!({ "fact": "injury" }) } else { json!({ "missed": "clock0" }) };
        book["incentives"] = json!([{
            "key": "late", "label": text("Late"), "subject": "step_owner", "on": on, "form": "fine",
            "amount_from": 30, "amount_to": 100,
        }]);
    }
    book
}

/// The key of a stage of the line; beyond it is the archive.
fn stage_at(shape: &Shape, at: usize) -> String {
    shape.line.get(at).map_or_else(|| "archive".to_owned(), |piece| format!("{}{at}", piece.kind))
}

/// When a stage has ended badly, if it can. A callback has when the customer was not reached, too.
fn bad_end(kind: &str, calls: &Calls) -> Option<&'static str> {
    Some(match kind {
        "verify" => "outcome == 'unsubstantiated'",
        "investigate" => "outcome == 'not_established'",
        "propose" => "outcome == 'no_measure'",
        "approve" => "outcome == 'refused'",
        "review" => "outcome == 'objected'",
        "meet" => "outcome == 'not_agreed'",
        "audit" => "outcome == 'failed'",
        "contact" => "outcome == 'unreachable'",
        // One that nobody makes is no bad end: back at it, nobody would make it either, and the case would go round.
        "callback" if calls.only_marked => "outcome != 'satisfied' && outcome != 'not_called'",
        "callback" => "outcome != 'satisfied'",
        "reply" if calls.answers => "outcome == 'rejected'",
        _ => return None,
    })
}

fn owner_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "triage" | "reply" | "contact" => "agent",
        "verify" | "investigate" | "propose" | "execute" => "handler",
        "approve" | "review" | "meet" => "leader",
        "audit" | "account" => "boss",
        "callback" => "caller",
        _ => return None,
    })
}

/// What every stage of a kind has, wherever it stands.
fn stage(key: &str, kind: &str, calls: &Calls) -> Value {
    let mut stage = json!({ "key": key, "kind": kind, "label": text(key) });
    if let Some(role) = owner_of(kind) {
        stage["owner"] = json!({ "role": role });
    }
    match kind {
        "approve" => stage["outcomes"] = json!(["approved", "refused"]),
        "reply" if calls.answers => stage["outcomes"] = json!(["accepted", "rejected"]),
        "reply" => stage["outcomes"] = json!(["told"]),
        "meet" => stage["participants"] = json!([{ "role": "boss" }]),
        "account" => stage["incentives"] = json!(["late"]),
        "wait" => stage["requires"] = json!({ "facts": ["goods_arrived"] }),
        _ => {}
    }
    stage
}

/// The way that a stage of the line takes when it ends badly: when it has, and the way. That no measure is needed leads
/// nowhere back: of a complaint that does not stand nothing else can be proposed, and the case would never end.
fn bad_way<'s>(shape: &'s Shape, piece: &'s Piece) -> Option<(&'static str, &'s Way)> {
    let way = piece.badly.as_ref().filter(|way| piece.kind != "propose" || matches!(way, Way::Archive));
    bad_end(piece.kind, &shape.calls).zip(way)
}

fn stages(shape: &Shape) -> Vec<Value> {
    let receive = json!({
        "key": "receive", "kind": "register", "label": text("Receive"), "owner": { "role": "receiver" },
        "outcomes": ["registered"], "next": [{ "to": stage_at(shape, 0) }],
    });
    let line = shape.line.iter().enumerate().map(|(at, piece)| {
        let mut stage = stage(&stage_at(shape, at), piece.kind, &shape.calls);
        let on = json!({ "to": stage_at(shape, at + 1) });
        let badly = bad_way(shape, piece).map(|(ended, way)| {
            let level = if piece.at_first_level { " && level == 1" } else { "" };
            let when = format!("{ended}{level}");
            match way {
                Way::Archive => json!({ "when": when, "to": "archive" }),
                Way::Back { far, .. } => {
                    json!({ "when": when, "to": stage_at(shape, at.saturating_sub(*far)), "loop": format!("loop{at}") })
                }
            }
        });
        stage["next"] = badly.into_iter().chain([on]).collect();
        joined(shape, at, &mut stage);
        stage
    });
    let sides = shape.sides.iter().enumerate().map(|(at, side)| {
        let mut stage = stage(&format!("side{at}"), side.kind, &shape.calls);
        stage["side"] = json!({ "start": [trigger(shape, side_start(side.start))] });
        stage
    });
    let mut archive = json!({ "key": "archive", "kind": "archive", "label": text("Archive") });
    if shape.filed_by_hand {
        archive["owner"] = json!({ "role": "clerk" });
    }
    joined(shape, shape.line.len(), &mut archive);
    std::iter::once(receive).chain(line).chain(sides).chain([archive]).collect()
}

/// The sides that a stage of the line waits for.
fn joined(shape: &Shape, at: usize, stage: &mut Value) {
    let here =
        |side: &&(usize, &Side)| side.1.joined_at.map(|joined| joined.min(shape.line.len())) == Some(at);
    let sides: Vec<(usize, &Side)> = shape.sides.iter().enumerate().collect();
    let sides: Vec<_> = sides.iter().filter(here).collect();
    let Some((_, last)) = sides.last() else { return };
    let need = if last.need == "one" { json!({ "at_least": 1 }) } else { json!(last.need) };
    let keys: Vec<_> = sides.iter().map(|(at, _)| format!("side{at}")).collect();
    stage["join"] = json!({ "sides": keys, "need": need });
}

const fn side_start(on: On) -> On {
    if let On::Closed = on { On::Registered } else { on }
}

fn trigger(shape: &Shape, on: On) -> Value {
    let of_line = |at: usize| stage_at(shape, at % (shape.line.len() + 1));
    match on {
        On::Received => json!({ "event": "received" }),
        On::Registered => json!({ "event": "registered" }),
        On::Reopened => json!({ "event": "reopened" }),
        On::Closed => json!({ "event": "closed" }),
        On::Entered(at) => json!({ "entered": of_line(at) }),
        On::Left(at) => json!({ "left": of_line(at) }),
        On::Fact(key) => json!({ "fact": key }),
        On::Missed(_) if shape.clocks.is_empty() => json!({ "fact": "injury" }),
        On::Missed(at) => json!({ "missed": format!("clock{}", at % shape.clocks.len()) }),
    }
}

fn loops(shape: &Shape) -> Vec<Value> {
    shape.line.iter().enumerate().filter_map(|(at, piece)| turn(shape, at, piece)).collect()
}

/// The loop of a stage of the line, if it has one.
fn turn(shape: &Shape, at: usize, piece: &Piece) -> Option<Value> {
    let Some((_, Way::Back { far, anew, level_up, max })) = bad_way(shape, piece) else { return None };
    let mut turn = json!({
        "key": format!("loop{at}"), "label": text("Again"), "from": stage_at(shape, at),
        "to": stage_at(shape, at.saturating_sub(*far)), "new_form": if *anew { "new" } else { "same" },
        "level_up": level_up,
    });
    if let Some(max) = max {
        let beyond = if max.archives { shape.line.len() } else { at + 1 };
        turn["max"] = json!(max.passes);
        turn["on_max"] = json!(stage_at(shape, beyond));
    }
    Some(turn)
}

/// No clock starts or stops because another ran out, and none starts when the case ends.
const fn of_a_clock(on: On, otherwise: On) -> On {
    match on {
        On::Missed(_) => otherwise,
        On::Closed if matches!(otherwise, On::Received) => otherwise,
        other => other,
    }
}

fn clocks(shape: &Shape) -> Vec<Value> {
    let clock = |(at, clock): (usize, &Clock)| {
        let mut model = json!({
            "key": format!("clock{at}"), "label": text("Limit"), "limit": clock.limit, "scope": clock.scope,
            "start": [trigger(shape, of_a_clock(clock.start, On::Received))],
            "stop": [trigger(shape, of_a_clock(clock.stop, On::Closed)), { "event": "closed" }],
            "strictness": if clock.hard { "hard" } else { "target" },
        });
        if clock.repeats {
            model["repeat"] = json!("after_each_stop");
        }
        if clock.pausable {
            model["pausable"] = json!(["awaiting_customer"]);
        }
        if clock.capped {
            model["cap"] = json!("customer_limit");
        }
        model
    };
    shape.clocks.iter().enumerate().map(clock).collect()
}

fn ladder(shape: &Shape, at: usize, rung: &Rung) -> Value {
    let on = match rung.clock {
        Some((clock, offset)) if !shape.clocks.is_empty() => {
            let mut on = json!({ "key": format!("clock{}", clock % shape.clocks.len()) });
            if let Some((which, long)) = offset {
                on[which] = json!(long);
            }
            json!({ "clock": on })
        }
        _ => json!({ "fact": rung.fact }),
    };
    let action = match rung.action {
        "notify" => json!({ "notify": { "who": { "role": "boss" } } }),
        "raise_level" => json!({ "raise_level": 1 }),
        "reassign" => json!({ "reassign": "automatic" }),
        _ => json!({ "add_watcher": { "role": "leader" } }),
    };
    json!({ "key": format!("rung{at}"), "label": text("Rung"), "on": on, "actions": [action] })
}

fn callbacks(calls: &Calls) -> Value {
    let mut policy = json!({ "by": { "role": "caller" }, "min": calls.min });
    if let Some(more) = calls.more {
        policy["max"] = json!(calls.min + more);
    }
    if calls.only_marked {
        policy["only_if"] = json!("has(facts.marked_for_callback) && facts.marked_for_callback");
    }
    if calls.paused_while_difficult {
        policy["pause_while_open"] = json!("has(facts.difficult) && facts.difficult");
    }
    policy
}

/// Rows for every amount, for each party at fault and each level where the shape says so.
fn authority(shape: &Shape, book: &mut Value) {
    if !shape.line.iter().any(|piece| piece.kind == "approve") {
        return;
    }
    let Matrix { bounds, steps, by_liable, by_level } = &shape.matrix;
    let parties =
        if *by_liable { vec![Some("company"), Some("person"), Some("customer")] } else { vec![None] };
    let levels: Vec<Option<u32>> =
        if *by_level { (1..=shape.levels).map(Some).collect() } else { vec![None] };
    let mut rows = Vec::new();
    for (party, level) in parties.iter().flat_map(|party| levels.iter().map(move |level| (party, level))) {
        for (at, asked) in steps.iter().enumerate() {
            let steps = asked.iter().map(|(role, mode)| {
                let mode = if *mode == "quorum" { json!({ "quorum": 2 }) } else { json!(mode) };
                json!({ "role": role, "mode": mode })
            });
            let mut row = json!({ "key": format!("row{}", rows.len()), "steps": steps.collect::<Vec<_>>() });
            let members = [
                ("liable", json!(party)),
                ("level", json!(level)),
                ("amount_over", at.checked_sub(1).map_or(Value::Null, |before| json!(bounds[before]))),
                ("amount_up_to", json!(bounds.get(at))),
            ];
            for (key, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                row[key] = value;
            }
            rows.push(row);
        }
    }
    book["authority_matrix"] = json!(rows);
    if *by_liable {
        book["liability_kinds"] = json!(["company", "person", "customer"]);
    }
}
