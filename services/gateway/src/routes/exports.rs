//! What leaves as a file.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::exports;
use crate::extract::{Caller, Parameters, Segments};
use crate::language;
use crate::problem::Refusal;
use crate::seeking;

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let get = |path, summary| {
        Endpoint::get(path, "Ledger and figures", summary).may(Act::ReadFigures).answers_media("text/csv")
    };
    Endpoints::new()
        .add(
            seeking::described(get(
                "/exports/ledger",
                "The ledger as CSV, in the language of Accept-Language; that of the own department for roles that see no more",
            )),
            ledger,
        )
        .add(
            get("/exports/reports/{report}", "The cases of a report as CSV, as they were then"),
            report,
        )
}

async fn ledger(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    parameters.only(&seeking::names().collect::<Vec<_>>())?;
    exports::ledger(&app, &caller, language::wanted(&headers), &parameters).await
}

async fn report(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    exports::report(&app, &caller, language::wanted(&headers), segments.get("report")?).await
}
