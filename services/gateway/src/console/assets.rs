//! Style and script, under names that hold their content: kept by the browser for good, sent compressed.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::problem::Refusal;

/// For good: another content has another name.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(&format!("{}{{name}}", pages::assets::BASE), get(asset))
}

async fn asset(Path(name): Path<String>, asked: HeaderMap) -> Result<Response, Refusal> {
    let asset = pages::assets::find(&name).ok_or_else(|| Refusal::not_found("asset"))?;
    let accepts =
        asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media));
    headers.insert(header::CACHE_CONTROL, FOR_GOOD);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if accepts.split(',').any(|one| one.trim().starts_with("gzip")) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return Ok((headers, asset.gzip.as_slice()).into_response());
    }
    Ok((headers, asset.plain.as_ref()).into_response())
}
