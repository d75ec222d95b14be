//! A chart as data: drawn by `charts.js` where there is a script, and beside it the same figures as a table, with the
//! cases behind each. The table is what a screen reader reads.

use maud::{Markup, html};
use serde_json::json;

use crate::Locale;
use crate::assets::address;
use crate::words::{Word, figures as words};

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Lines over time.
    Line,
    /// Upright bars.
    #[default]
    Bars,
    /// Bars from the left, for names that are long.
    Across,
}

impl Shape {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Bars => "bars",
            Self::Across => "across",
        }
    }
}

/// A chart.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Its id on the page.
    pub id: &'static str,
    /// How it is drawn.
    pub shape: Shape,
    /// Its title.
    pub title: String,
    /// More of it.
    pub hint: Option<Word>,
    /// What its labels are.
    pub head: String,
    /// One label a point.
    pub labels: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
}

/// One series of a chart.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// Its points.
    pub points: Vec<Point>,
    /// Whether it stands in the table only.
    pub aside: bool,
}

/// A point.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// How high.
    pub value: f64,
    /// As it is written.
    pub shown: String,
    /// Where its cases are.
    pub link: Option<String>,
}

impl Point {
    /// A count of cases.
    #[must_use]
    pub fn count(n: u64, link: Option<String>) -> Self {
        let value = u32::try_from(n).map_or(f64::from(u32::MAX), f64::from);
        Self { value, shown: n.to_string(), link }
    }
}

/// What draws the charts of a page; only pages that have some load it.
#[must_use]
pub fn scripts() -> Markup {
    html! {
        script src=(address("echarts.js")) defer {}
        script src=(address("charts.js")) defer {}
    }
}

/// A chart with its table.
#[must_use]
pub fn view(locale: &Locale, chart: &Chart) -> Markup {
    let empty = chart.labels.is_empty();
    html! {
        section.card.mb-3 #(chart.id) {
            div.card-body {
                h2.h4 { (chart.title) }
                @if let Some(hint) = chart.hint { p.text-secondary.small { (locale.say(hint)) } }
                @if empty { p.text-secondary.mb-0 { (locale.say(words::NOTHING)) } } @else {
                    @if drawn(chart).count() > 1 { (legend(chart)) }
                    div.chart.{ "chart-" (chart.shape.as_str()) } data-chart=(data(chart)) aria-hidden="true" {}
                    details {
                        summary { (locale.say(words::AS_TABLE)) }
                        div.table-scroll tabindex="0" role="region" aria-label=(chart.title) { (table(chart)) }
                    }
                }
            }
        }
    }
}

fn drawn(chart: &Chart) -> impl Iterator<Item = &Series> {
    chart.series.iter().filter(|series| !series.aside)
}

fn legend(chart: &Chart) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (n, series) in drawn(chart).enumerate() { li.{ "series-" (n + 1) } { (series.name) } }
        }
    }
}

/// What the script draws.
fn data(chart: &Chart) -> String {
    let series = drawn(chart).map(|series| {
        json!({
            "name": series.name,
            "values": series.points.iter().map(|point| point.value).collect::<Vec<_>>(),
            "links": series.points.iter().map(|point| &point.link).collect::<Vec<_>>(),
        })
    });
    let series: Vec<_> = series.collect();
    json!({ "shape": chart.shape.as_str(), "labels": chart.labels, "series": series }).to_string()
}

fn table(chart: &Chart) -> Markup {
    html! {
        table.table.table-sm.mb-0 {
            caption.visually-hidden { (chart.title) }
            thead {
                tr {
                    th scope="col" { (chart.head) }
                    @for series in &chart.series { th.count scope="col" { (series.name) } }
                }
            }
            tbody {
                @for (at, label) in chart.labels.iter().enumerate() {
                    tr {
                        th.fw-normal scope="row" { (label) }
                        @for series in &chart.series { td.count { @if let Some(point) = series.points.get(at) { (figure(point)) } } }
                    }
                }
            }
        }
    }
}

fn figure(point: &Point) -> Markup {
    html! {
        @match &point.link { Some(link) => a href=(link) { (point.shown) }, None => (point.shown) }
    }
}
