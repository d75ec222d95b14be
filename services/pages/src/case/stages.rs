//! The procedure with the case on it: the stages in their order, where it is, and which loops it took.

use contracts::Text;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{Word, case as words};

/// The procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stages {
    /// What it is called.
    pub title: Option<Text>,
    /// Its stages, in reading order.
    pub all: Vec<Stage>,
    /// The loops that were taken, with how often.
    pub loops: Vec<(String, u64)>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its label.
    pub label: Text,
    /// How often it was entered.
    pub entered: u64,
    /// Whether the case is there.
    pub open: bool,
    /// Whether it runs beside the main line.
    pub side: bool,
}

impl Stage {
    const fn state(&self) -> (Word, &'static str) {
        if self.open {
            (words::STAGE_OPEN, "now")
        } else if self.entered > 0 {
            (words::STAGE_DONE, "done")
        } else {
            (words::STAGE_TO_COME, "to-come")
        }
    }
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, stages: &Stages) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::STAGES)) }
                @if let Some(title) = &stages.title { p.text-secondary.small { (locale.label(title)) } }
                ol.stages {
                    @for stage in &stages.all {
                        @let (word, class) = stage.state();
                        li class={ (class) @if stage.side { " side" } } aria-current=[stage.open.then_some("step")] {
                            span { (locale.label(&stage.label)) }
                            span.text-secondary.small {
                                (locale.say(word))
                                @if stage.entered > 1 { " · " (locale.fill(words::STAGE_TIMES, &[("n", &stage.entered.to_string())])) }
                            }
                        }
                    }
                }
                @if !stages.loops.is_empty() { p.small.mb-0 { (locale.fill(words::LOOPS, &[("loops", &loops(stages))])) } }
            }
        }
    }
}

fn loops(stages: &Stages) -> String {
    let told: Vec<_> = stages.loops.iter().map(|(name, times)| format!("{name} ×{times}")).collect();
    told.join(", ")
}
