//! Signing in, staying in, signing out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::{DepartmentId, OrganisationId, PersonId, ProblemCode, RoleKey};
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::app::App;
use crate::auth::passwords;
use crate::auth::users::{self, Account, AccountError};
use crate::auth::{Act, Principal};
use crate::endpoint::{Endpoint, Endpoints, Need};
use crate::extract::{Address, Caller, JsonBody};
use crate::problem::Refusal;
use crate::randomness::{random, random_id};
use crate::store::{account, refresh};

/// A name and a password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The organisation; the installation's own when absent.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The name of the account.
    pub name: String,
    /// Its password.
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// A refresh token, to be used once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The token of the last answer.
    #[schemars(with = "String")]
    pub refresh_token: SecretString,
}

/// What signing in gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Session {
    /// For the header `Authorization: Bearer …`.
    pub token: String,
    /// How long it is good, in seconds.
    pub expires_in: u64,
    /// For POST /sessions/refresh; good once.
    pub refresh_token: String,
    /// Who signed in.
    pub me: Me,
}

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Me {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The account, or the name of the API key.
    pub name: String,
    /// The person of the directory; absent for an API key.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: BTreeSet<RoleKey>,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// What they may ask for.
    pub may: Vec<String>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    const TAG: &str = "Sign-in";
    Endpoints::new()
        .add(
            Endpoint::post("/sessions", TAG, "Signs in with a name and a password")
                .needs(Need::Nothing)
                .takes::<SignIn>()
                .gives(201, "Signed in")
                .answers::<Session>()
                .refuses(&[ProblemCode::NotSignedIn]),
            sign_in,
        )
        .add(
            Endpoint::post("/sessions/refresh", TAG, "Exchanges a refresh token for a new session")
                .needs(Need::Nothing)
                .takes::<Refresh>()
                .gives(201, "Signed in for longer")
                .answers::<Session>()
                .refuses(&[ProblemCode::NotSignedIn]),
            stay_in,
        )
        .add(
            Endpoint::post(
                "/sessions/end",
                TAG,
                "Signs out: the refresh token and those after it are good no more",
            )
            .needs(Need::Address)
            .takes::<Refresh>()
            .gives(204, "Signed out"),
            sign_out,
        )
        .add(Endpoint::get("/me", TAG, "Who is signed in, and what they may do").answers::<Me>(), me)
}

async fn sign_in(
    State(app): State<App>,
    Address(address): Address,
    JsonBody(asked): JsonBody<SignIn>,
) -> Result<(StatusCode, Json<Session>), Refusal> {
    let account = opened(&app, address, &asked).await?;
    let family = random_id().map_err(|error| Refusal::defect(&error))?;
    begin(&app, account, family).await
}

/// The account that a name and a password open, for whoever did not try too often.
///
/// # Errors
/// `not-signed-in`, 429.
pub async fn opened(app: &App, address: IpAddr, asked: &SignIn) -> Result<Account, Refusal> {
    let organisation = app.organisation(asked.organisation.as_deref())?;
    app.limits.sign_in(address, &format!("{organisation}/{}", asked.name))?;
    let refused = || Refusal::not_signed_in("name or password is wrong");
    if asked.password.expose_secret().len() > passwords::LONGEST || asked.name.contains('\0') {
        return Err(refused());
    }
    let opened = users::open(&app.pool, &app.passwords, &organisation, &asked.name, &asked.password).await;
    opened.map_err(failed)?.ok_or_else(refused)
}

async fn stay_in(
    State(app): State<App>,
    Address(address): Address,
    JsonBody(asked): JsonBody<Refresh>,
) -> Result<(StatusCode, Json<Session>), Refusal> {
    app.limits.sign_in(address, &address.to_string())?;
    let refused = || Refusal::not_signed_in("sign in again");
    let hash = hash(asked.refresh_token.expose_secret());
    let taken = refresh::take(&app.pool, &hash, app.now()).await.map_err(|error| Refusal::store(&error))?;
    let Some(whose) = taken else {
        // Used twice: one of the two is a thief, so nobody is let in with what came of it.
        let ended = refresh::end_family(&app.pool, &hash).await.map_err(|error| Refusal::store(&error))?;
        if ended > 0 {
            tracing::warn!(tokens = ended, "a refresh token was used twice; its sessions are ended");
        }
        return Err(refused());
    };
    let found = account::find(&app.pool, &whose.organisation, &whose.name).await;
    let found = found.map_err(|error| Refusal::store(&error))?;
    let account = found.map(|(account, _)| account).filter(|account| account.active).ok_or_else(refused)?;
    begin(&app, account, whose.family).await
}

async fn begin(
    app: &App,
    account: Account,
    family: uuid::Uuid,
) -> Result<(StatusCode, Json<Session>), Refusal> {
    let token = app.tokens.issue(&account).map_err(|error| Refusal::defect(&error))?;
    let bytes = random::<32>().map_err(|error| Refusal::defect(&error))?;
    let refresh_token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let whose =
        refresh::Refresh { organisation: account.organisation.clone(), name: account.name.clone(), family };
    let until = app.now() + jiff::SignedDuration::try_from(app.config.refresh_life).unwrap_or_default();
    refresh::add(&app.pool, &hash(&refresh_token), &whose, until)
        .await
        .map_err(|error| Refusal::store(&error))?;
    let me = Me {
        organisation: account.organisation,
        name: account.name,
        person: Some(account.person),
        may: may(app, &account.roles),
        roles: account.roles,
        department: account.department,
    };
    let session = Session { token, expires_in: app.tokens.life().as_secs(), refresh_token, me };
    Ok((StatusCode::CREATED, Json(session)))
}

async fn sign_out(State(app): State<App>, JsonBody(asked): JsonBody<Refresh>) -> Result<StatusCode, Refusal> {
    let hash = hash(asked.refresh_token.expose_secret());
    refresh::end_family(&app.pool, &hash).await.map_err(|error| Refusal::store(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(State(app): State<App>, Caller(principal): Caller) -> Json<Me> {
    Json(match principal {
        Principal::Staff(staff) => Me {
            organisation: staff.organisation,
            name: staff.name,
            person: Some(staff.person),
            may: may(&app, &staff.roles),
            roles: staff.roles,
            department: staff.department,
        },
        Principal::Feeder(feeder) => Me {
            organisation: feeder.organisation,
            name: feeder.name,
            person: None,
            roles: BTreeSet::new(),
            department: None,
            may: crate::auth::roles::FEEDER.iter().map(|act| name_of(*act)).collect(),
        },
    })
}

fn may(app: &App, roles: &BTreeSet<RoleKey>) -> Vec<String> {
    let rights = crate::auth::Rights::of(roles.iter(), &app.config.roles);
    crate::auth::roles::ACTS.iter().filter(|act| rights.may(**act)).map(|act| name_of(*act)).collect()
}

/// `DoWork` as `do_work`.
fn name_of(act: Act) -> String {
    let mut name = String::new();
    for letter in format!("{act:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn hash(token: &str) -> Vec<u8> {
    sha2::Sha256::digest(token.as_bytes()).to_vec()
}

/// An error of the accounts as a refusal.
#[must_use]
pub fn failed(error: AccountError) -> Refusal {
    match error {
        AccountError::Refused(problem) => problem.into(),
        AccountError::Store(error) => Refusal::store(&error),
        AccountError::Password(error) => Refusal::defect(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_have_names() {
        assert_eq!(name_of(Act::DoWork), "do_work");
        assert_eq!(name_of(Act::Register), "register");
    }
}
