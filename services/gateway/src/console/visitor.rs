//! Who comes with a browser.
//!
//! A browser shows one secret, in a cookie that no script reads: of a session, once somebody signed in, or of a visitor
//! before. The token in its forms is made of it, so a form that another site made does not have it. What somebody may do
//! is read from their account each time.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::{CommandId, Language, OrganisationId};
use cookie::Cookie;
use pages::shell::{Place, Shell, Theme, Who};
use pages::words::shell as words;
use sha2::Digest as _;

use super::answering;
use crate::app::App;
use crate::auth::{Act, Principal, Staff};
use crate::extract::{Caller, address};
use crate::language;
use crate::order::Orderer;
use crate::problem::Refusal;
use crate::randomness::{random, random_id};
use crate::store::browser_session;

/// The cookie of a session.
pub const SESSION: &str = "redress_session";
/// The cookie of somebody who is not signed in.
pub const VISITOR: &str = "redress_visitor";
/// The language that somebody chose.
pub const LANGUAGE: &str = "redress_language";
/// Light or dark, as somebody chose.
pub const THEME: &str = "redress_theme";
/// What a page says when it comes by itself: that keeps nobody signed in.
const BY_ITSELF: &str = "redress-live";

/// Who comes with a browser, signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// What every request may use.
    pub app: App,
    /// From where.
    pub address: IpAddr,
    /// The language that they read.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// The address of the page; none where it was not read, but something sent: nobody comes back to that.
    pub path: Option<String>,
    /// Whether htmx asks.
    pub by_script: bool,
    /// Whether nobody did anything for it to be asked.
    pub by_itself: bool,
    /// Who signed in.
    pub staff: Option<Staff>,
    /// Whether there was a session that is over.
    pub was_signed_in: bool,
    /// The secret of their cookie.
    secret: String,
    /// Whether the browser does not have it yet.
    pub is_new: bool,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let headers = parts.headers.clone();
        let address = address(app, &parts.extensions, &headers);
        let session = cookie(&headers, SESSION);
        let by_itself = comes_by_itself(parts);
        let staff = match &session {
            Some(secret) => signed_in(app, secret, by_itself).await?,
            None => None,
        };
        match &staff {
            Some(staff) => app.limits.principal(&Principal::Staff(staff.clone()))?,
            None => app.limits.public(address)?,
        }
        let language = match cookie(&headers, LANGUAGE).as_deref() {
            Some("zh") => Language::Zh,
            Some("en") => Language::En,
            _ => language::wanted(&headers),
        };
        let known = session.clone().filter(|_| staff.is_some()).or_else(|| cookie(&headers, VISITOR));
        let is_new = known.is_none();
        let secret = known.map_or_else(new_secret, Ok)?;
        let read = parts.method == axum::http::Method::GET;
        let path = parts.uri.path_and_query().filter(|_| read).map(|path| path.as_str().to_owned());
        let visitor = Self {
            app: app.clone(),
            address,
            language,
            theme: Theme::read(&cookie(&headers, THEME).unwrap_or_default()),
            path,
            by_script: headers.contains_key("hx-request"),
            by_itself,
            was_signed_in: session.is_some() && staff.is_none(),
            staff,
            secret,
            is_new,
            headers,
        };
        // Looked up once a request, whatever asks for it: its page, its form, who is signed in.
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

/// Whether nobody did anything for this to come: a page that is live fetches itself and opens its stream again.
fn comes_by_itself(parts: &Parts) -> bool {
    parts.headers.contains_key(BY_ITSELF) || parts.uri.path().ends_with("/events")
}

/// A random secret, as it stands in a cookie.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String, Refusal> {
    let bytes = random::<32>().map_err(|error| Refusal::defect(&error))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// As a secret is kept.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    sha2::Sha256::digest(secret.as_bytes()).to_vec()
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| Cookie::split_parse(line.to_owned())).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

async fn signed_in(app: &App, secret: &str, by_itself: bool) -> Result<Option<Staff>, Refusal> {
    let idle = jiff::SignedDuration::try_from(app.config.session_idle).unwrap_or_default();
    let found = browser_session::find(&app.pool, &hash(secret), app.now(), idle, by_itself).await;
    let found = found.map_err(|error| Refusal::store(&error))?;
    Ok(found.map(|(account, until)| Staff {
        organisation: account.organisation,
        name: account.name,
        person: account.person,
        roles: account.roles,
        department: account.department,
        until: until.as_second(),
    }))
}

impl Visitor {
    /// A cookie that they showed.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        cookie(&self.headers, name)
    }

    /// The secret of their cookie.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What their forms carry.
    #[must_use]
    pub fn csrf(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&hash(&format!("csrf/{}", self.secret))[..18])
    }

    /// Whether another site sent this.
    #[must_use]
    pub fn is_from_elsewhere(&self) -> bool {
        let site = self.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
    }

    /// The frame of a page that is about `organisation`.
    pub async fn shell(&self, organisation: Option<&OrganisationId>, home: &str) -> Shell {
        let house = match organisation {
            Some(organisation) => self.app.known.house(&self.app, organisation).await,
            None => super::known::House::unknown(),
        };
        let who = self.staff.as_ref().map(|staff| Who {
            name: house.person(staff.person.as_str()),
            department: staff.department.as_ref().map(|own| house.department(own.as_str(), self.language)),
        });
        let now = self.app.now();
        Shell {
            locale: pages::Locale { language: self.language, zone: house.zone.clone(), now },
            theme: self.theme,
            path: self.path.clone().unwrap_or_else(|| home.to_owned()),
            warning: (organisation.is_some() && !house.is_known).then_some(words::ZONE_UNKNOWN),
            csrf: self.csrf(),
            places: self.places(),
            who,
            home: home.to_owned(),
            house: words::PRODUCT.get(self.language).to_owned(),
        }
    }

    /// Where they may go.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let Some(staff) = &self.staff else { return Vec::new() };
        let rights = Principal::Staff(staff.clone()).rights(&self.app.config.roles);
        let all = [
            (Place::Work, Act::TakeWork),
            (Place::Register, Act::Register),
            (Place::Handovers, Act::TakeWork),
            (Place::Board, Act::ReadBoard),
            (Place::After, Act::TakeWork),
            (Place::Approvals, Act::Decide),
            (Place::Supervision, Act::ReadFigures),
            (Place::Figures, Act::ReadFigures),
            (Place::Ledger, Act::ReadFigures),
            (Place::Reports, Act::ReadFigures),
            (Place::Administration, Act::ReadSystem),
        ];
        all.into_iter().filter(|(_, act)| rights.may(*act)).map(|(place, _)| place).collect()
    }
}

/// A key under which something is done once, for a form.
#[must_use]
pub fn new_key() -> String {
    random_id().map(|id| id.to_string()).unwrap_or_default()
}

/// Somebody who is signed in. Who is not is sent to sign in, and comes back.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who comes.
    pub visitor: Visitor,
    /// Who signed in.
    pub staff: Staff,
}

impl FromRequestParts<App> for Member {
    type Rejection = axum::response::Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        use axum::response::IntoResponse as _;
        let visitor = Visitor::from_request_parts(parts, app)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        match visitor.staff.clone() {
            Some(staff) => Ok(Self { visitor, staff }),
            None => Err(answering::to_sign_in(&visitor, parts.uri.path()).into_response()),
        }
    }
}

impl Member {
    /// As the routes know them.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::Staff(self.staff.clone())
    }
    /// As the routes know them.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller(self.principal())
    }
    /// Somebody who orders, under the key that a form carried.
    #[must_use]
    pub fn orderer(&self, key: &CommandId) -> Orderer {
        Orderer::keyed(self.principal(), key, &self.visitor.headers)
    }
    /// Whether they may, as the guard of the routes asks it.
    ///
    /// # Errors
    /// `not-allowed`.
    pub fn require(&self, act: Act) -> Result<(), Refusal> {
        if self.principal().may(act, &self.visitor.app.config.roles) {
            return Ok(());
        }
        Err(Refusal::not_allowed("none of your roles may do this", "somebody with a role that may"))
    }
    /// The frame of their pages.
    pub async fn shell(&self) -> Shell {
        self.visitor.shell(Some(&self.staff.organisation), "/console").await
    }
}
