//! The administrator's rooms: the tabs that lead from one to the other, and what was done or refused just now.

pub mod access;
pub mod audit;
pub mod calendars;
pub mod channels;
pub mod directory;
pub mod messages;
pub mod parked;
pub mod playbook_edit;
pub mod playbook_map;
pub mod playbooks;
pub mod scenarios;
pub mod shifts;
pub mod standing;
pub mod system;

use contracts::Problem;
use maud::{Markup, html};

use crate::Locale;
use crate::refusal;
use crate::words::{
    Word, access as access_words, admin as words, calendars as calendar_words, channels as channel_words,
    directory as directory_words, playbooks as playbooks_words,
};

/// A room. Whoever may not enter it does not see its tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// How every service is.
    System,
    /// What a person has to decide on, as no service could.
    Parked,
    /// Messages on their way, and those that failed.
    Messages,
    /// The trail of a complaint.
    Audit,
    /// The procedures.
    Playbooks,
    /// The channels, and how messages read.
    Channels,
    /// The working calendars.
    Calendars,
    /// Departments and people.
    Directory,
    /// Accounts and keys.
    Access,
}

impl Room {
    /// Every room, in the order of the tabs.
    pub const ALL: [Self; 9] = [
        Self::System,
        Self::Parked,
        Self::Messages,
        Self::Audit,
        Self::Playbooks,
        Self::Channels,
        Self::Calendars,
        Self::Directory,
        Self::Access,
    ];
    /// Its address.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::System => "/console/admin/system",
            Self::Parked => "/console/admin/parked",
            Self::Messages => "/console/admin/messages",
            Self::Audit => "/console/admin/audit",
            Self::Playbooks => "/console/admin/playbooks",
            Self::Channels => "/console/admin/channels",
            Self::Calendars => "/console/admin/calendars",
            Self::Directory => "/console/admin/directory",
            Self::Access => "/console/admin/access",
        }
    }
    /// Its name.
    #[must_use]
    pub const fn word(self) -> Word {
        match self {
            Self::System => words::SYSTEM_STATE,
            Self::Parked => words::PARKED,
            Self::Messages => words::MESSAGES,
            Self::Audit => words::AUDIT,
            Self::Playbooks => playbooks_words::PLAYBOOKS,
            Self::Channels => channel_words::CHANNELS,
            Self::Calendars => calendar_words::CALENDARS,
            Self::Directory => directory_words::DIRECTORY,
            Self::Access => access_words::ACCESS,
        }
    }
}

/// What stands around the content of a room.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The rooms that the reader may enter.
    pub rooms: Vec<Room>,
    /// Where they are.
    pub here: Room,
    /// The title, where it is not that of the room.
    pub title: Option<String>,
    /// What was done just now.
    pub done: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
}

/// A room.
#[must_use]
pub fn page(locale: &Locale, frame: &Frame, content: &Markup) -> Markup {
    let title = frame.title.as_deref().unwrap_or_else(|| locale.say(frame.here.word()));
    html! {
        nav aria-label=(locale.say(words::ROOMS)) {
            ul.nav.nav-tabs.rooms {
                @for room in &frame.rooms {
                    li.nav-item {
                        a.nav-link.active[*room == frame.here] href=(room.address())
                            aria-current=[(*room == frame.here).then_some("page")] { (locale.say(room.word())) }
                    }
                }
            }
        }
        div.page-header.mb-3 { h1.page-title { (title) } }
        @if let Some(done) = &frame.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &frame.problem { (refusal::alert(locale, problem)) }
        (content)
    }
}
