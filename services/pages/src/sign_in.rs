//! Signing in.

use contracts::Problem;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Control, Field, Typed, carried, field};
use crate::refusal;
use crate::words::shell as words;

/// The page where staff sign in.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// What was typed; never the password.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// Whether they were signed in and were away too long.
    pub again: bool,
    /// Where to go once signed in.
    pub back: String,
    /// The customer's pages.
    pub portal: String,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &SignIn) -> Markup {
    let wrong = model.problem.as_ref();
    let line = |at, word| Field::new(at, word, Control::Line).required();
    html! {
        div.container-tight.narrow {
            div.card.card-md {
                div.card-body {
                    h1.h2.mb-3 { (locale.say(words::SIGN_IN)) }
                    @match wrong {
                        Some(problem) if problem.code == contracts::ProblemCode::NotSignedIn => div.alert.alert-danger role="alert" { (locale.say(words::SIGN_IN_WRONG)) },
                        Some(problem) => (refusal::alert(locale, problem)),
                        None if model.again => div.alert.alert-info role="status" { (locale.say(words::SIGN_IN_AGAIN)) },
                        None => p.text-secondary { (locale.say(words::SIGN_IN_HINT)) },
                    }
                    form method="post" action="/console/sign-in" {
                        (carried(csrf, None))
                        input type="hidden" name="back" value=(model.back);
                        (field(locale, &line("/organisation", words::ORGANISATION), &model.typed, None))
                        (field(locale, &line("/name", words::ACCOUNT), &model.typed, None))
                        div.mb-3 {
                            label.form-label for="password" { (locale.say(words::PASSWORD)) }
                            input.form-control #password type="password" name="password" required autocomplete="current-password";
                        }
                        button.btn.btn-primary.w-100 type="submit" { (locale.say(words::SIGN_IN_NOW)) }
                    }
                }
            }
            p.text-center.mt-3 { a href=(model.portal) { (locale.say(words::TO_PORTAL)) } }
        }
    }
}
