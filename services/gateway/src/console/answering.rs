//! A page as an answer.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use contracts::{Language, ProblemCode};
use cookie::{Cookie, SameSite};
use pages::Markup;
use pages::shell::{About, Shell};
use serde::de::DeserializeOwned;

use super::visitor::{Member, VISITOR, Visitor};
use crate::app::App;
use crate::problem::Refusal;

/// What stands in the address of a page; an address that cannot be one has a page that says so.
#[derive(Debug, Clone)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Named<T> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if let Ok(Path(named)) = Path::<T>::from_request_parts(parts, app).await {
            return Ok(Self(named));
        }
        let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        Err(refused(&visitor, &Refusal::not_found("page"), "/").await)
    }
}

/// No page has anything inline, and none loads or sends anything from or to elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// Where htmx shall go.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// A page.
#[must_use]
pub fn page(visitor: &Visitor, shell: &Shell, about: &About, content: &Markup) -> Response {
    page_of(StatusCode::OK, visitor, shell, about, content)
}

/// A page that tells a refusal, with its status.
#[must_use]
pub fn page_of(
    status: StatusCode,
    visitor: &Visitor,
    shell: &Shell,
    about: &About,
    content: &Markup,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    let language = match visitor.language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
    if visitor.is_new {
        put(&mut headers, &secret_cookie(visitor, VISITOR, visitor.secret(), None));
    }
    (status, headers, Html(pages::shell::page(shell, about, content).into_string())).into_response()
}

/// A room of the console, beside what stands in it.
#[derive(Debug)]
pub struct Room<'a> {
    /// What it is called, where it stands, and whether it lives.
    pub about: About,
    /// Where one goes on from when it is refused.
    pub back: &'a str,
    /// What was refused of what was sent to it just now.
    pub refused: Option<ProblemCode>,
}

/// The page of a room, or the refusal of it.
pub async fn room<M>(
    member: &Member,
    room: Room<'_>,
    made: Result<M, Refusal>,
    view: impl FnOnce(&Shell, &M) -> Markup,
) -> Response {
    match made {
        Ok(model) => {
            let shell = member.shell().await;
            let content = view(&shell, &model);
            let status = room.refused.map_or(200, ProblemCode::status);
            let status = StatusCode::from_u16(status).unwrap_or_default();
            page_of(status, &member.visitor, &shell, &room.about, &content)
        }
        Err(refusal) => refused(&member.visitor, &refusal, room.back).await,
    }
}

/// A cookie that no script reads and no other site sends with a form.
#[must_use]
pub fn secret_cookie(visitor: &Visitor, name: &str, value: &str, seconds: Option<i64>) -> Cookie<'static> {
    let mut cookie = Cookie::build((name.to_owned(), value.to_owned()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(visitor.app.config.https)
        .path("/");
    if let Some(seconds) = seconds {
        cookie = cookie.max_age(cookie::time::Duration::seconds(seconds));
    }
    cookie.build()
}

/// Has the browser keep a cookie.
pub fn put(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// After a form: on to a page of ours, so that a reload sends nothing again.
#[must_use]
pub fn onward(address: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(ours(address).unwrap_or("/")) {
        headers.insert(header::LOCATION, value);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// An address, if it is one of ours.
#[must_use]
pub fn ours(address: &str) -> Option<&str> {
    // A browser leaves control characters out, and what follows them would move up.
    let strange = |c: char| c == '\\' || c.is_control();
    let inside = address.starts_with('/') && !address.starts_with("//") && !address.contains(strange);
    inside.then_some(address)
}

/// To the page where one signs in, and back afterwards where that can be: also to the form that was sent from `path`,
/// where the browser still has what was typed.
#[must_use]
pub fn to_sign_in(visitor: &Visitor, path: &str) -> Response {
    // Nobody did anything: the page stays what it was, and says itself that it is not updated any more.
    if visitor.by_itself {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let again = if visitor.was_signed_in { "&again=1" } else { "" };
    let form = Some(path).filter(|path| path.contains("/do/"));
    let back = visitor.path.as_deref().or(form).filter(|_| !visitor.by_script).unwrap_or("/console");
    let address = format!("/console/sign-in?back={}{again}", in_query(back));
    if !visitor.by_script {
        return onward(&address);
    }
    // htmx would put the page into a part of this one.
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&address) {
        headers.insert(HX_REDIRECT, value);
    }
    (StatusCode::UNAUTHORIZED, headers).into_response()
}

/// A text as part of an address's query.
#[must_use]
pub fn in_query(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A refusal as a page of its own.
pub async fn refused(visitor: &Visitor, refusal: &Refusal, back: &str) -> Response {
    let organisation = visitor.staff.as_ref().map(|staff| staff.organisation.clone());
    let shell = visitor.shell(organisation.as_ref(), back).await;
    let content = pages::refusal::page(&shell.locale, &refusal.problem, back);
    let title = refusal.problem.code.title(visitor.language).to_owned();
    page_of(refusal.status(), visitor, &shell, &About { title, ..About::default() }, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(ours("/console/work?of=mine"), Some("/console/work?of=mine"));
        for bad in
            ["//evil.example", "https://evil.example", "", "\\evil", "/\\evil", "/a\r\nb", "/\t/evil.example"]
        {
            assert_eq!(ours(bad), None, "{bad:?}");
        }
        assert_eq!(onward("//evil.example").headers()[header::LOCATION], "/");
        assert_eq!(in_query("/a?b=c&d"), "/a%3Fb%3Dc%26d");
    }
}
