//! Accounts of people and keys of feeding systems. A key is shown once, when it is made.

use contracts::Problem;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried, fields};
use crate::words::{access as words, shell};

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// With what name they sign in.
    pub name: String,
    /// The key of the person in the directory.
    pub person: String,
    /// What they are called.
    pub called: String,
    /// Their roles.
    pub roles: Vec<String>,
    /// The key of their department.
    pub department: Option<String>,
    /// What it is called.
    pub department_called: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
}

/// A key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// The channels that it may feed; none: all.
    pub channels: Vec<String>,
    /// Whether it works.
    pub active: bool,
}

/// What was just made: shown this once.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The name of the key.
    pub name: String,
    /// The key itself.
    pub key: String,
}

/// The room.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The accounts of this page, by name.
    pub accounts: Vec<Account>,
    /// Where the next page of accounts starts.
    pub next: Option<String>,
    /// Whether this is the first page.
    pub first: bool,
    /// The keys.
    pub keys: Vec<Key>,
    /// The key that was just made.
    pub secret: Option<Secret>,
    /// Departments to choose from.
    pub departments: Vec<Choice>,
    /// What was typed into the form of an account; never a password.
    pub account: Typed,
    /// What was refused of it.
    pub account_problem: Option<Problem>,
    /// What was typed into the form of a key.
    pub key: Typed,
    /// What was refused of it.
    pub key_problem: Option<Problem>,
}

/// The fields of an account; its password is asked for beside them.
#[must_use]
pub fn account_fields(departments: Vec<Choice>) -> Vec<Field> {
    vec![
        Field::new("/name", words::NAME, Control::Line).required(),
        Field::new("/person", words::PERSON, Control::Line).required().hint(words::PERSON_HINT),
        Field::new("/roles", words::ROLES, Control::Line).required().hint(words::ROLES_HINT),
        Field::new("/department", words::DEPARTMENT, Control::Choice(departments)),
    ]
}

/// The fields of a key.
#[must_use]
pub fn key_fields() -> Vec<Field> {
    vec![
        Field::new("/name", words::KEY_NAME, Control::Line).required().hint(words::KEY_NAME_HINT),
        Field::new("/channels", words::CHANNELS, Control::Line).hint(words::CHANNELS_HINT),
    ]
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, csrf: &str, access: &Access) -> Markup {
    html! {
        @if let Some(secret) = &access.secret { (shown_once(locale, secret)) }
        div.row.row-cards {
            div.col-lg-8 { (accounts(locale, csrf, access)) (keys(locale, csrf, access)) }
            div.col-lg-4 { (account(locale, csrf, access)) (key(locale, csrf, access)) }
        }
    }
}

fn shown_once(locale: &Locale, secret: &Secret) -> Markup {
    html! {
        div.alert.alert-warning role="status" {
            div {
                strong { (locale.fill(words::KEY_MADE, &[("name", &secret.name)])) }
                p.mb-1 { (locale.say(words::KEY_ONCE)) }
                code.long #secret { (secret.key) }
            }
        }
    }
}

fn accounts(locale: &Locale, csrf: &str, access: &Access) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::ACCOUNTS)) }
                table.table.table-vcenter.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::NAME)) }
                        th scope="col" { (locale.say(words::ROLES)) }
                        th scope="col" { (locale.say(words::STATE)) }
                        th scope="col" { span.visually-hidden { (locale.say(words::CHANGE)) } }
                    } }
                    tbody { @for account in &access.accounts { (account_row(locale, csrf, account)) } }
                }
                div.turning {
                    @if !access.first { a.btn href="/console/admin/access" { (locale.say(shell::FIRST_PAGE)) } }
                    @if let Some(next) = &access.next { a.btn href={ "/console/admin/access?cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
                }
            }
        }
    }
}

fn account_row(locale: &Locale, csrf: &str, account: &Account) -> Markup {
    let (state, deed) =
        if account.active { (words::ACTIVE, words::LOCK) } else { (words::LOCKED, words::UNLOCK) };
    html! {
        tr {
            td {
                (account.called) " " code { (account.name) }
                @if let Some(department) = &account.department_called { div.text-secondary.small { (department) } }
            }
            td { @for role in &account.roles { span.badge.bg-blue-lt { (role) } " " } }
            td { (locale.say(state)) }
            td.deeds {
                form method="post" action="/console/admin/access/accounts" {
                    (carried(csrf, None))
                    input type="hidden" name="/name" value=(account.name);
                    input type="hidden" name="/person" value=(account.person);
                    input type="hidden" name="/roles" value=(account.roles.join(" "));
                    @if let Some(department) = &account.department { input type="hidden" name="/department" value=(department); }
                    input type="hidden" name="/active" value=((!account.active).to_string());
                    button.btn.btn-sm type="submit" aria-label={ (locale.say(deed)) ": " (account.called) } { (locale.say(deed)) }
                }
            }
        }
    }
}

fn account(locale: &Locale, csrf: &str, access: &Access) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::PUT_ACCOUNT)) }
                p.text-secondary { (locale.say(words::PUT_ACCOUNT_HINT)) }
                form.once method="post" action="/console/admin/access/accounts" {
                    (carried(csrf, None))
                    input type="hidden" name="/active" value="true";
                    (fields(locale, &account_fields(access.departments.clone()), &access.account, access.account_problem.as_ref()))
                    div.mb-3 {
                        label.form-label for="new-password" { (locale.say(shell::PASSWORD)) }
                        input.form-control #new-password type="password" name="password" autocomplete="new-password" aria-describedby="new-password-hint";
                        div.form-hint #new-password-hint { (locale.say(words::PASSWORD_HINT)) }
                    }
                    button.btn.btn-primary type="submit" { (locale.say(words::SAVE)) }
                }
            }
        }
    }
}

fn keys(locale: &Locale, csrf: &str, access: &Access) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::KEYS)) }
                @if access.keys.is_empty() { p.text-secondary.mb-0 { (locale.say(words::NO_KEYS)) } }
                @else {
                    table.table.table-vcenter.stacked {
                        thead { tr {
                            th scope="col" { (locale.say(words::KEY_NAME)) }
                            th scope="col" { (locale.say(words::CHANNELS)) }
                            th scope="col" { (locale.say(words::STATE)) }
                            th scope="col" { span.visually-hidden { (locale.say(words::REVOKE)) } }
                        } }
                        tbody { @for key in &access.keys { (key_row(locale, csrf, key)) } }
                    }
                }
            }
        }
    }
}

fn key_row(locale: &Locale, csrf: &str, key: &Key) -> Markup {
    html! {
        tr {
            td { code { (key.name) } }
            td { @if key.channels.is_empty() { (locale.say(words::ALL_CHANNELS)) } @else { (key.channels.join(", ")) } }
            td { (locale.say(if key.active { words::ACTIVE } else { words::REVOKED })) }
            td.deeds {
                @if key.active {
                    form method="post" action="/console/admin/access/keys/revoke" {
                        (carried(csrf, None))
                        input type="hidden" name="/name" value=(key.name);
                        button.btn.btn-sm.btn-outline-danger type="submit" aria-label={ (locale.say(words::REVOKE)) ": " (key.name) } { (locale.say(words::REVOKE)) }
                    }
                }
            }
        }
    }
}

fn key(locale: &Locale, csrf: &str, access: &Access) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::NEW_KEY)) }
                form.once method="post" action="/console/admin/access/keys" {
                    (carried(csrf, None))
                    // The names differ from those of the other form on the page, as ids are made of them.
                    div.key-form { (key_inputs(locale, access)) }
                    button.btn.btn-primary type="submit" { (locale.say(words::MAKE_KEY)) }
                }
            }
        }
    }
}

fn key_inputs(locale: &Locale, access: &Access) -> Markup {
    let wrong = access.key_problem.as_ref();
    html! {
        @for field in key_fields() {
            @let id = format!("key{}", field.at.replace('/', "-"));
            @let refused = crate::refusal::at(wrong, &field.at);
            div.mb-3 {
                label.form-label for=(id) { (field.label.get(locale.language)) }
                input.form-control.is-invalid[refused.is_some()] id=(id) type="text" name=(field.at) required[field.required] autocomplete="off"
                    value=(access.key.get(&field.at).unwrap_or_default()) aria-describedby={ (id) "-hint" };
                @if let Some(hint) = &field.hint { div.form-hint #{ (id) "-hint" } { (hint.get(locale.language)) } }
                @if let Some(refused) = refused { div.refused { (refused.code.title(locale.language)) } }
            }
        }
    }
}
