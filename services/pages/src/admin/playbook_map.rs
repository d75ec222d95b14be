//! A playbook as a map: its stages from top to bottom, where a case goes after each, the ways back on the left, what
//! runs beside it further in. The same stands below as a list, for whoever does not see the drawing.

use contracts::Text;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{by_key, playbooks as words};

/// Height of a row, and of a box in it.
const ROW: usize = 58;
const BOX: usize = 38;
/// Where boxes begin, and how wide they are.
const LEFT: usize = 120;
const WIDE: usize = 320;
/// How much further in a side branch stands.
const INSET: usize = 40;
/// How many characters of a label fit into a box.
const FITS: usize = 44;

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub label: Text,
    /// Its kind, such as `approve`.
    pub kind: String,
    /// Whether it runs beside the main line.
    pub side: bool,
    /// Who works at it.
    pub owner: Option<String>,
    /// Where a case goes from here.
    pub moves: Vec<Move>,
    /// What the clocks are called that begin here.
    pub clocks: Vec<String>,
}

/// A way from a stage.
#[derive(Debug, Clone)]
pub struct Move {
    /// The stage that it leads to.
    pub to: String,
    /// Under which rule, as the playbook writes it.
    pub when: Option<String>,
    /// The name of the loop, for a way back.
    pub back: Option<String>,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, stages: &[Stage]) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::MAP)) }
                (drawing(locale, stages))
                details {
                    summary { (locale.say(words::AS_LIST)) }
                    ol.map-list { @for stage in stages { (told(locale, stages, stage)) } }
                }
            }
        }
    }
}

fn called<'a>(locale: &Locale, stages: &'a [Stage], key: &'a str) -> &'a str {
    stages.iter().find(|stage| stage.key == key).map_or(key, |stage| stage.label.get(locale.language))
}

fn kind(locale: &Locale, stage: &Stage) -> String {
    by_key(words::ALL, &format!("kind-{}", stage.kind))
        .map_or_else(|| stage.kind.clone(), |word| locale.say(word).to_owned())
}

fn told(locale: &Locale, stages: &[Stage], stage: &Stage) -> Markup {
    html! {
        li {
            strong { (locale.label(&stage.label)) }
            span.text-secondary { " · " (kind(locale, stage)) }
            @if stage.side { span.text-secondary { " · " (locale.say(words::BESIDE)) } }
            @if let Some(owner) = &stage.owner { span.text-secondary { " · " (owner) } }
            @if !stage.clocks.is_empty() { div.small { (locale.say(words::CLOCKS)) ": " (stage.clocks.join(", ")) } }
            ul {
                @for step in &stage.moves {
                    li {
                        "→ " (called(locale, stages, &step.to))
                        @if let Some(back) = &step.back { " (" (locale.say(words::WAY_BACK)) ": " (back) ")" }
                        @if let Some(when) = &step.when { " " code { (when) } }
                    }
                }
            }
        }
    }
}

fn drawing(locale: &Locale, stages: &[Stage]) -> Markup {
    let height = stages.len() * ROW + 10;
    let view = format!("0 0 600 {height}");
    html! {
        svg.map viewBox=(view) role="img" aria-label=(locale.say(words::MAP_IS)) {
            defs {
                marker #arrow viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                    path.tip d="M0 0 L8 4 L0 8 z" {}
                }
            }
            @for (at, stage) in stages.iter().enumerate() {
                @for step in &stage.moves {
                    @if let Some(to) = stages.iter().position(|other| other.key == step.to) {
                        path.way.back[step.back.is_some()] d=(way(stages, at, to)) marker-end="url(#arrow)" {}
                    }
                }
            }
            @for (at, stage) in stages.iter().enumerate() { (boxed(locale, stage, at)) }
        }
    }
}

fn boxed(locale: &Locale, stage: &Stage, at: usize) -> Markup {
    let (x, y) = (left(stage), at * ROW + 5);
    let label = locale.label(&stage.label);
    let short: String = label.chars().take(FITS).collect();
    let under = match &stage.owner {
        Some(owner) => format!("{} · {owner}", kind(locale, stage)),
        None => kind(locale, stage),
    };
    html! {
        g {
            rect.side[stage.side] x=(x) y=(y) width=(WIDE) height=(BOX) rx="6" {}
            text.label x=(x + 10) y=(y + 16) { (short) }
            text.under x=(x + 10) y=(y + 31) { (under.chars().take(FITS + 8).collect::<String>()) }
        }
    }
}

const fn left(stage: &Stage) -> usize {
    if stage.side { LEFT + INSET } else { LEFT }
}

/// The line from one stage to another: straight down to the next, in a bow on the right further on, on the left back.
fn way(stages: &[Stage], from: usize, to: usize) -> String {
    let middle = |at: usize| at * ROW + 5 + BOX / 2;
    if to == from + 1 && stages[from].side == stages[to].side {
        let x = left(&stages[from]) + WIDE / 2;
        return format!("M{x} {} V{}", from * ROW + 5 + BOX, to * ROW + 5);
    }
    if to > from {
        let bow = 20 + 12 * (to - from).min(10);
        let (start, end) = (left(&stages[from]) + WIDE, left(&stages[to]) + WIDE);
        let out = start.max(end) + bow;
        return format!(
            "M{start} {} C{out} {}, {out} {}, {end} {}",
            middle(from),
            middle(from),
            middle(to),
            middle(to)
        );
    }
    let bow = 20 + 10 * (from - to).min(9);
    let (start, end) = (left(&stages[from]), left(&stages[to]));
    let out = start.min(end).saturating_sub(bow);
    format!("M{start} {} C{out} {}, {out} {}, {end} {}", middle(from), middle(from), middle(to), middle(to))
}
