//! The manager's dashboard: what a period was like, each figure with the way to its cases.

use std::cmp::Reverse;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contracts::Fen;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use pages::Locale;
use pages::charts::{Chart, Point, Series, Shape};
use pages::figures::{ADDRESS, Figures, Period, Total};
use pages::shell::{About, Place};
use pages::words::figures as words;
use serde_json::Value;

use super::answering::{self, Room, in_query};
use super::ledger::departments;
use super::naming::Naming;
use super::visitor::Member;
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::figures;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(ADDRESS, get(show))
}

async fn show(member: Member, parameters: Parameters) -> Response {
    let title = words::TITLE.get(member.visitor.language).to_owned();
    let about = About { title, place: Some(Place::Figures), live: None };
    let made = model(&member, &parameters).await;
    let room = Room { about, back: "/console", refused: None };
    answering::room(&member, room, made, |shell, model| pages::figures::page(&shell.locale, model)).await
}

/// What the figures are of, and what is needed to name them.
struct Scope {
    naming: Naming,
    locale: Locale,
    /// The first and the last day.
    days: (Date, Date),
    by: String,
    department: Option<String>,
}

impl Scope {
    /// The address of the cases behind a figure.
    fn cases(&self, filter: &[(&str, &str)]) -> String {
        let department = self.department.as_ref().map(|key| ("department", key.as_str()));
        // What names a department itself says which.
        let own = department.filter(|_| !filter.iter().any(|(name, _)| *name == "department"));
        let pairs = own.iter().chain(filter).map(|(name, value)| format!("{name}={}", in_query(value)));
        format!("{}?{}", pages::ledger::ADDRESS, pairs.collect::<Vec<_>>().join("&"))
    }

    fn in_period(&self, [from, to]: [&str; 2], more: &[(&str, &str)]) -> String {
        let (first, last) = (self.days.0.to_string(), self.days.1.to_string());
        self.cases(&[&[(from, first.as_str()), (to, last.as_str())], more].concat())
    }

    /// The parts of the period, each with its first and last day; a part that the period cuts is cut.
    fn parts(&self) -> Vec<(Date, Date)> {
        let mut parts = Vec::new();
        let mut from = self.days.0;
        while from <= self.days.1 && parts.len() < 400 {
            let next = match self.by.as_str() {
                "week" => begin_of_week(from).and_then(|monday| monday.checked_add(7.days()).ok()),
                "month" => from.first_of_month().checked_add(1.month()).ok(),
                _ => from.checked_add(1.day()).ok(),
            };
            let Some(next) = next else { break };
            let last = next.checked_sub(1.day()).unwrap_or(from);
            parts.push((from, last.min(self.days.1)));
            from = next;
        }
        parts
    }

    /// How the first day of a part is written on an axis.
    fn label(&self, day: Date) -> String {
        match self.by.as_str() {
            "month" => format!("{}-{:02}", day.year(), day.month()),
            _ => format!("{:02}-{:02}", day.month(), day.day()),
        }
    }
}

fn begin_of_week(day: Date) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()
}

async fn model(member: &Member, parameters: &Parameters) -> Result<Figures, Refusal> {
    member.require(Act::ReadFigures)?;
    let app = &member.visitor.app;
    let (found, (from, to)) = figures::overview_of(app, &member.caller(), parameters).await?;
    let naming = Naming::of(app, &member.staff.organisation, member.visitor.language, &[]).await;
    let locale = naming.locale();
    let day = |at: Timestamp| at.to_zoned(locale.zone.clone()).date();
    let last = to.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(to);
    let scope = Scope {
        days: (day(from), day(last)),
        by: parameters.text("by").unwrap_or("day").to_owned(),
        department: parameters.text("department").map(str::to_owned),
        locale,
        naming,
    };
    Ok(Figures {
        period: Period {
            from: scope.days.0.to_string(),
            to: scope.days.1.to_string(),
            by: scope.by.clone(),
            department: scope.department.clone().unwrap_or_default(),
            departments: departments(member, &scope.naming),
        },
        totals: totals(&scope, &found),
        charts: vec![
            volume(&scope, &found),
            breaches(&scope, &found),
            open_by_department(&scope, &found),
            satisfaction(&scope, &found),
            ownership(&scope, &found),
            open_by_stage(&scope, &found),
        ],
        as_of: found["as_of"].as_str().and_then(|at| at.parse().ok()),
    })
}

fn list<'a>(found: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    found[name].as_array().into_iter().flatten()
}

fn sum(found: &Value, name: &str, member: &str) -> u64 {
    list(found, name).filter_map(|one| one[member].as_u64()).sum()
}

fn totals(scope: &Scope, found: &Value) -> Vec<Total> {
    let of = |member: &str| found["totals"][member].as_u64().unwrap_or(0);
    let (came, went) = (of("registered"), sum(found, "satisfaction", "cases"));
    let registered = |more: &[(&str, &str)]| scope.in_period(["from", "to"], more);
    let closed = |more: &[(&str, &str)]| scope.in_period(["closed_from", "closed_to"], more);
    let share = |word, n: u64, all: u64| {
        (all > 0).then(|| scope.locale.fill(word, &[("percent", &(n * 100 / all).to_string())]))
    };
    let total = |label, n: u64, note, link| Total { label, shown: n.to_string(), note, link };
    let answered: u64 = list(found, "satisfaction")
        .filter(|one| one["answer"].is_string())
        .filter_map(|one| one["cases"].as_u64())
        .sum();
    let paid: i64 = list(found, "satisfaction").filter_map(|one| one["executed_fen"].as_i64()).sum();
    let (open, repeats) = (sum(found, "open_by_place", "open"), of("repeats"));
    vec![
        total(words::CAME, came, None, registered(&[])),
        total(
            words::STILL_OPEN,
            of("still_open"),
            share(words::SHARE, of("still_open"), came),
            registered(&[("open", "true")]),
        ),
        total(words::WENT, went, None, closed(&[])),
        total(words::OPEN, open, None, scope.cases(&[("open", "true")])),
        total(
            words::REPEATS,
            repeats,
            share(words::SHARE, repeats, came),
            registered(&[("repeats", "true")]),
        ),
        total(
            words::BREACHED,
            of("breached"),
            share(words::SHARE, of("breached"), came),
            registered(&[("breached", "true")]),
        ),
        total(
            words::ESCALATED,
            of("escalated"),
            share(words::SHARE, of("escalated"), came),
            registered(&[("escalated", "true")]),
        ),
        total(words::SATISFIED, answered, share(words::SHARE_CLOSED, answered, went), closed(&[])),
        Total { label: words::EXECUTED, shown: scope.locale.money(Fen(paid)), note: None, link: closed(&[]) },
    ]
}

/// One point a part of the period, with nothing where nothing was.
fn over_time(scope: &Scope, found: &Value, member: &str, [from, to]: [&str; 2]) -> Vec<Point> {
    let day = |one: &Value| {
        let at: Timestamp = one["at"].as_str()?.parse().ok()?;
        Some(at.to_zoned(scope.locale.zone.clone()).date())
    };
    let point = |(first, last): (Date, Date)| {
        let inside = |one: &&Value| {
            // The part that the period cuts begins before it.
            let begin = match scope.by.as_str() {
                "week" => begin_of_week(first),
                "month" => Some(first.first_of_month()),
                _ => Some(first),
            };
            day(one) == begin
        };
        let n = list(found, "volume").find(inside).and_then(|one| one[member].as_u64()).unwrap_or(0);
        let (first, last) = (first.to_string(), last.to_string());
        Point::count(n, Some(scope.cases(&[(from, &first), (to, &last)])))
    };
    scope.parts().into_iter().map(point).collect()
}

fn time_labels(scope: &Scope) -> Vec<String> {
    scope.parts().into_iter().map(|(first, _)| scope.label(first)).collect()
}

fn volume(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let series = |word, member, span| Series {
        name: say(word),
        points: over_time(scope, found, member, span),
        aside: false,
    };
    Chart {
        id: "volume",
        shape: Shape::Line,
        title: say(words::VOLUME),
        head: say(words::WHEN),
        labels: time_labels(scope),
        series: vec![
            series(words::CAME, "registered", ["from", "to"]),
            series(words::WENT, "closed", ["closed_from", "closed_to"]),
        ],
        ..Chart::default()
    }
}

fn breaches(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let points = over_time(scope, found, "breaches", ["missed_from", "missed_to"]);
    Chart {
        id: "breaches",
        title: say(words::BREACHES),
        head: say(words::WHEN),
        labels: time_labels(scope),
        series: vec![Series { name: say(words::BREACHES), points, aside: false }],
        ..Chart::default()
    }
}

/// The department of a row: its key, and its name.
fn department(scope: &Scope, one: &Value) -> (Option<String>, String) {
    match one["department"].as_str() {
        Some(key) => (Some(key.to_owned()), scope.naming.house.department(key, scope.naming.language)),
        None => (None, scope.locale.say(words::NO_DEPARTMENT).to_owned()),
    }
}

fn open_by_department(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let mut all: Vec<((Option<String>, String), u64)> = Vec::new();
    for one in list(found, "open_by_place") {
        let (whose, n) = (department(scope, one), one["open"].as_u64().unwrap_or(0));
        match all.iter_mut().find(|(known, _)| *known == whose) {
            Some((_, sum)) => *sum += n,
            None => all.push((whose, n)),
        }
    }
    all.sort_by_key(|(_, open)| Reverse(*open));
    let link = |key: &Option<String>| {
        key.as_ref().map(|key| scope.cases(&[("department", key.as_str()), ("open", "true")]))
    };
    Chart {
        id: "open",
        shape: Shape::Across,
        title: say(words::OPEN_BY_DEPARTMENT),
        head: say(words::DEPARTMENT),
        labels: all.iter().map(|((_, name), _)| name.clone()).collect(),
        series: vec![Series {
            name: say(words::OPEN),
            points: all.iter().map(|((key, _), n)| Point::count(*n, link(key))).collect(),
            aside: false,
        }],
        ..Chart::default()
    }
}

/// As a table only to read; drawn as one bar a department and stage.
fn open_by_stage(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let rows: Vec<_> = list(found, "open_by_place").collect();
    let stage = |one: &Value| match one["stage"].as_str() {
        Some(key) => scope.naming.label("stages", key),
        None => say(words::NO_STAGE),
    };
    let point = |one: &&Value| {
        let named = one["department"].as_str().zip(one["stage"].as_str());
        let link = named.map(|(department, stage)| {
            scope.cases(&[("department", department), ("stage", stage), ("open", "true")])
        });
        Point::count(one["open"].as_u64().unwrap_or(0), link)
    };
    Chart {
        id: "stages",
        shape: Shape::Across,
        title: say(words::OPEN_BY_STAGE),
        head: format!("{} · {}", say(words::DEPARTMENT), say(words::STAGE)),
        labels: rows.iter().map(|one| format!("{} · {}", department(scope, one).1, stage(one))).collect(),
        series: vec![Series {
            name: say(words::OPEN),
            points: rows.iter().map(point).collect(),
            aside: false,
        }],
        ..Chart::default()
    }
}

fn satisfaction(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let rows: Vec<_> = list(found, "satisfaction").collect();
    let name = |one: &Value| match one["answer"].as_str() {
        Some(key) => scope.naming.answer(key),
        None => say(words::NOT_ANSWERED),
    };
    let point = |one: &&Value| {
        let link = one["answer"]
            .as_str()
            .map(|key| scope.in_period(["closed_from", "closed_to"], &[("satisfaction", key)]));
        Point::count(one["cases"].as_u64().unwrap_or(0), link)
    };
    Chart {
        id: "satisfaction",
        shape: Shape::Across,
        title: say(words::SATISFACTION),
        head: say(words::SATISFACTION),
        labels: rows.iter().map(|one| name(one)).collect(),
        series: vec![Series {
            name: say(words::CASES),
            points: rows.iter().map(point).collect(),
            aside: false,
        }],
        ..Chart::default()
    }
}

/// Tenths of hours are precise enough.
fn hours(seconds: u64) -> f64 {
    let tenths = u32::try_from(seconds / 360).unwrap_or(u32::MAX);
    f64::from(tenths) / 10.0
}

fn ownership(scope: &Scope, found: &Value) -> Chart {
    let say = |word| scope.locale.say(word).to_owned();
    let rows: Vec<_> = list(found, "ownership").collect();
    let link = |one: &Value| {
        let key = one["department"].as_str()?;
        let (first, last) = (scope.days.0.to_string(), scope.days.1.to_string());
        Some(scope.cases(&[("visited_by", key), ("visited_from", &first), ("visited_to", &last)]))
    };
    let count = |one: &&Value| Point::count(one["visits"].as_u64().unwrap_or(0), link(one));
    let mean = |one: &&Value| {
        let (seconds, visits) = (one["seconds"].as_u64().unwrap_or(0), one["visits"].as_u64().unwrap_or(1));
        let value = hours(seconds / visits.max(1));
        Point { value, shown: format!("{value:.1}"), link: link(one) }
    };
    let whole = |one: &&Value| {
        let seconds = one["seconds"].as_i64().unwrap_or(0);
        Point { value: 0.0, shown: scope.locale.span(seconds), link: link(one) }
    };
    Chart {
        id: "ownership",
        shape: Shape::Across,
        title: say(words::OWNERSHIP),
        hint: Some(words::OWNERSHIP_HINT),
        head: say(words::DEPARTMENT),
        labels: rows.iter().map(|one| department(scope, one).1).collect(),
        series: vec![
            Series {
                name: say(words::OWNERSHIP_HOURS),
                points: rows.iter().map(mean).collect(),
                aside: false,
            },
            Series { name: say(words::VISITS), points: rows.iter().map(count).collect(), aside: true },
            Series { name: say(words::TOGETHER), points: rows.iter().map(whole).collect(), aside: true },
        ],
    }
}
