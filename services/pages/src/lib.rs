//! The pages where people meet a complaint: what they show, and in which words. Nothing here reads or writes anything.
//!
//! ```text
//!  gateway: a request ─▶ queries ─▶ view model ─▶ here: a function ─▶ HTML
//! ```
//!
//! | file | for |
//! |---|---|
//! | [`words`] | every word on a page, in Chinese and English: one table, one constant a word |
//! | [`locale`] | dates, times, money and spans as the reader's language writes them, in the organisation's zone |
//! | [`shell`] | the frame of every page: head, navigation, language, light and dark |
//! | [`forms`] | fields, and what was refused, said beside the field it is about |
//! | [`wording`] | words to avoid, marked in what is being typed |
//! | [`tasks`] | the forms of the stages' work, as data: shown and read by the same table |
//! | [`assets`] | style and script, embedded, with their content in their names |
//! | [`sign_in`], [`portal`], [`work`], [`case`], [`desk`] | the pages |
//! | [`after`] | customer service, after: replies, contacts, callbacks due, and what customers answer |
//! | [`approvals`] | the inbox of whoever decides |
//! | [`figures`], [`charts`], [`supervision`], [`ledger`], [`reports`] | the rooms of whoever manages |
//! | [`leave`] | leave, deputies and shifts |
//! | [`admin`] | the administrator's rooms |
//!
//! A view is a function of its model and nothing else: it can be tested without a server, and a page looks the same
//! whoever fetched its data.

pub mod admin;
pub mod after;
pub mod approvals;
pub mod assets;
pub mod case;
pub mod charts;
pub mod desk;
pub mod figures;
pub mod forms;
pub mod leave;
pub mod ledger;
pub mod locale;
pub mod portal;
pub mod refusal;
pub mod reports;
pub mod shell;
pub mod sign_in;
pub mod supervision;
pub mod tasks;
pub mod wording;
pub mod words;
pub mod work;

pub use locale::Locale;
pub use maud::Markup;
pub use words::Word;
