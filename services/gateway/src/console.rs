//! The pages: routes, browser sessions, and the way from queries to the views of the crate `pages`. What a page does goes
//! by the same functions as the REST route that does it, so it is checked, refused and recorded alike.
//!
//! | file | for |
//! |---|---|
//! | [`visitor`] | who comes with a browser: session, language, appearance, the token against other sites |
//! | [`answering`] | a page as an answer: security headers, refusals as pages, where to go after a form |
//! | [`sent`] | a form that was sent |
//! | [`known`] | names, labels and zone, remembered for a moment |
//! | [`signing`] | signing in and out, language and appearance |
//! | [`portal`] | the customer's pages |
//! | [`register`], [`handovers`], [`board`] | taking a complaint in; the log of shifts; the screen on the wall |
//! | `after`, `satisfaction` | replies, contacts and callbacks that are due; what customers answer |
//! | `approvals` | the inbox of whoever decides |
//! | `figures`, `supervision`, `ledger`, `reports` | the rooms of whoever manages |
//! | [`naming`] | from rows of the ledger to lines that people read |
//! | `leave` | leave, deputies and shifts |
//! | [`work`], [`case`], [`doing`] | work lists, a case, doing something with it |
//! | `uploads` | forms with files |
//! | [`admin`] | the administrator's rooms |
//!
//! **To add a page:** a view model and a function in `pages`, whose words stand in its table; here a module with
//! `router()`, merged below. A handler takes a [`visitor::Visitor`] (or [`visitor::Member`] where one must be signed
//! in), asks through `routes`, and answers with [`answering::page`]. A form's order goes the way of its REST route.

pub mod admin;
mod after;
pub mod answering;
mod approvals;
pub mod assets;
pub mod board;
pub mod case;
mod case_acts;
mod case_told;
mod case_view;
pub mod doing;
mod figures;
pub mod handovers;
pub mod known;
mod leave;
mod ledger;
pub mod naming;
mod papers;
pub mod portal;
mod portal_draft;
mod portal_guided;
mod portal_hand_in;
mod portal_progress;
mod portal_sending;
mod portal_submit;
pub mod register;
mod register_look;
mod reports;
mod satisfaction;
mod scene;
pub mod sent;
pub mod signing;
mod supervision;
mod uploads;
pub mod visitor;
mod wording;
pub mod work;

use axum::Router;

use crate::app::App;

/// The routes of all pages.
pub fn router() -> Router<App> {
    assets::router()
        .merge(signing::router())
        .merge(portal::router())
        .merge(work::router())
        .merge(case::router())
        .merge(doing::router())
        .merge(register::router())
        .merge(handovers::router())
        .merge(board::router())
        .merge(after::router())
        .merge(satisfaction::router())
        .merge(approvals::router())
        .merge(supervision::router())
        .merge(figures::router())
        .merge(leave::router())
        .merge(ledger::router())
        .merge(reports::router())
        .merge(papers::router())
        .merge(uploads::router())
        .merge(admin::router())
}
