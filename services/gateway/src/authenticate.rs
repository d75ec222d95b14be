//! From the `Authorization` header to who it is.

use axum::http::{HeaderMap, header};

use crate::app::App;
use crate::auth::{Principal, api_keys};
use crate::problem::Refusal;

/// The scheme of tokens and API keys alike.
const SCHEME: &str = "bearer ";

/// Who asks.
///
/// # Errors
/// `not-signed-in`; which part of a credential is wrong is not told.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Principal, Refusal> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.ok_or_else(|| Refusal::not_signed_in("the header Authorization is missing"))?;
    let scheme = shown.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let credential = if scheme { shown[SCHEME.len()..].trim() } else { "" };
    let refused = || Refusal::not_signed_in("the token or key is not good, or not any more");
    if credential.starts_with(api_keys::PREFIX) {
        let found = app.api_keys.feeder(credential).await.map_err(|error| Refusal::store(&*error))?;
        return found.map(|feeder| Principal::Feeder((*feeder).clone())).ok_or_else(refused);
    }
    app.tokens.read(credential).await.map(Principal::Staff).ok_or_else(refused)
}
