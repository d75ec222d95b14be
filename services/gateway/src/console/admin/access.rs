//! Accounts and keys.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::Problem;
use pages::admin::Room;
use pages::admin::access::{Access, Account, Key, Secret, account_fields, key_fields, view};
use pages::forms::{Typed, read};
use serde_json::{Value, json};

use super::{Said, show};
use crate::app::App;
use crate::auth::Act;
use crate::auth::api_keys::ApiKey;
use crate::console::answering::onward;
use crate::console::sent::Sent;
use crate::console::visitor::Member;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::access;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/access", get(list))
        .route("/console/admin/access/accounts", post(put))
        .route("/console/admin/access/keys", post(issue))
        .route("/console/admin/access/keys/revoke", post(revoke))
}

async fn list(member: Member, parameters: Parameters) -> Response {
    let said = Said::done(&parameters, member.visitor.language);
    room(&member, &parameters, said, Access::default()).await
}

/// The room, with what `with` has of what was typed, refused or made.
async fn room(member: &Member, parameters: &Parameters, said: Said, with: Access) -> Response {
    let made = async {
        member.require(Act::ManageAccess)?;
        let app = &member.visitor.app;
        let organisation = &member.staff.organisation;
        let (accounts, next) = access::accounts(app, organisation, parameters).await?;
        let keys = access::keys(app, organisation, &Parameters::of(&[("limit", "200")])).await?.0;
        let house = app.known.house(app, organisation).await;
        let language = member.visitor.language;
        let account = |one: crate::auth::users::Account| Account {
            called: house.person(one.person.as_str()),
            department_called: one.department.as_ref().map(|own| house.department(own.as_str(), language)),
            name: one.name,
            person: one.person.to_string(),
            roles: one.roles.iter().map(ToString::to_string).collect(),
            department: one.department.map(|own| own.to_string()),
            active: one.active,
        };
        let key = |one: ApiKey| Key {
            name: one.name,
            channels: one.channels.iter().map(ToString::to_string).collect(),
            active: one.active,
        };
        Ok::<_, Refusal>(Access {
            accounts: accounts.into_iter().map(account).collect(),
            next: next.as_str().map(str::to_owned),
            first: parameters.text("cursor").is_none(),
            keys: keys.into_iter().map(key).collect(),
            departments: house.departments(),
            ..with
        })
    };
    show(member, Room::Access, said, made.await, view).await
}

/// A line of keys with spaces between as a list of them.
fn listed(body: &mut Value, name: &str) {
    if let Some(text) = body[name].as_str() {
        let keys: Vec<_> = text.split([' ', ',', '，', '、']).filter(|key| !key.is_empty()).collect();
        body[name] = json!(keys);
    }
}

async fn put(member: Member, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ManageAccess)?;
        let mut body = read(&account_fields(Vec::new()), &sent.typed)?;
        listed(&mut body, "roles");
        body["active"] = (sent.text("/active") == "true").into();
        let password = sent.text("password");
        if !password.is_empty() {
            body["password"] = password.into();
        }
        access::put(&member.visitor.app, &member.principal(), &Problem::read(body)?).await
    };
    match done.await {
        Ok(_) => onward("/console/admin/access?done=account"),
        Err(refusal) => {
            let said = Said::refused(&refusal);
            let typed = Typed(sent.typed.0.into_iter().filter(|(name, _)| name != "password").collect());
            let with =
                Access { account: typed, account_problem: Some(*refusal.problem), ..Access::default() };
            room(&member, &Parameters::of(&[]), said, with).await
        }
    }
}

async fn issue(member: Member, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ManageAccess)?;
        let mut body = read(&key_fields(), &sent.typed)?;
        listed(&mut body, "channels");
        access::issue(&member.visitor.app, &member.principal(), &Problem::read(body)?).await
    };
    let (said, with) = match done.await {
        // Shown by the answer itself: a secret stands in no address and is kept nowhere.
        Ok(made) => {
            let secret = Some(Secret { name: made.name, key: made.key });
            (Said::default(), Access { secret, ..Access::default() })
        }
        Err(refusal) => {
            let said = Said::refused(&refusal);
            (said, Access { key: sent.typed, key_problem: Some(*refusal.problem), ..Access::default() })
        }
    };
    room(&member, &Parameters::of(&[]), said, with).await
}

async fn revoke(member: Member, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ManageAccess)?;
        access::revoke(&member.visitor.app, &member.principal(), &sent.text("/name")).await
    };
    match done.await {
        Ok(()) => onward("/console/admin/access?done=revoked"),
        Err(refusal) => room(&member, &Parameters::of(&[]), Said::refused(&refusal), Access::default()).await,
    }
}
