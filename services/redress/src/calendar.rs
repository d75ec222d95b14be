//! `redress calendar …`: a version of a working calendar on open cases.

use std::process::ExitCode;

use contracts::CalendarId;
use contracts::commands::Verb as _;
use contracts::commands::routing::ApplyCalendar;

use crate::versions::{Apply, Preview};

/// What can be asked about a version of a calendar.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// What a published version would do to the clocks of open cases. 预览新版日历对未结时限的影响。
    Preview(Preview<CalendarId>),
    /// Moves the clocks of open cases to a published version. 使未结时限改按新版日历计算。
    Apply(Apply<CalendarId>),
}

/// Does it.
///
/// # Errors
/// Routing out of reach, or what it refuses.
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    match ask {
        Ask::Preview(preview) => preview.run("calendar").await,
        Ask::Apply(apply) => apply.run("calendar", ApplyCalendar::VERB).await,
    }
}
