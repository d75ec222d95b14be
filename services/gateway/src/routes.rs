//! Every resource, one file each. What a route needs, takes and gives stands beside it and is what `/api/docs` shows.

pub mod access;
pub mod actions;
pub mod after;
pub mod audit;
pub mod board;
pub mod case;
pub mod complaints;
pub mod desk;
pub mod events;
pub mod exports;
pub mod figures;
pub mod files;
pub mod forms;
pub mod handovers;
pub mod ledgers;
pub mod mail;
pub mod outbox;
pub mod precedents;
pub mod public;
pub mod public_said;
pub mod scenarios;
pub mod sessions;
pub mod settings;
pub mod system;
pub mod versions;
pub mod work;

use crate::endpoint::Endpoints;

/// All of them.
#[must_use]
pub fn all() -> Endpoints {
    sessions::endpoints()
        .merge(access::endpoints())
        .merge(complaints::endpoints())
        .merge(desk::endpoints())
        .merge(mail::endpoints())
        .merge(case::endpoints())
        .merge(precedents::endpoints())
        .merge(audit::endpoints())
        .merge(files::endpoints())
        .merge(forms::endpoints())
        .merge(actions::endpoints())
        .merge(work::endpoints())
        .merge(handovers::endpoints())
        .merge(after::endpoints())
        .merge(board::endpoints())
        .merge(events::endpoints())
        .merge(settings::endpoints())
        .merge(versions::endpoints())
        .merge(scenarios::endpoints())
        .merge(figures::endpoints())
        .merge(ledgers::endpoints())
        .merge(exports::endpoints())
        .merge(outbox::endpoints())
        .merge(system::endpoints())
        .merge(public::endpoints())
        .merge(public_said::endpoints())
}
