//! What leaves as a file: cases as CSV, for spreadsheet programs. It is written page by page while it is read, so it
//! takes the same memory however long it is.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use contracts::Language;
use futures::stream;
use pages::Locale;
use pages::ledger::{COLUMNS, Line};
use serde_json::Value;

use crate::app::App;
use crate::console::naming::Naming;
use crate::cursor::MOST;
use crate::extract::{Caller, Parameters};
use crate::problem::Refusal;
use crate::routes::figures;

/// By this a spreadsheet program knows that it is UTF-8, and opens Chinese right.
const MARK: &str = "\u{feff}";

/// The ledger as far as the caller sees it, narrowed as its pages are.
///
/// # Errors
/// `not-allowed`, `invalid-field`, and that analytics cannot be asked: all before anything is sent.
pub async fn ledger(
    app: &App,
    caller: &Caller,
    language: Language,
    parameters: &Parameters,
) -> Result<Response, Refusal> {
    let first = Reading::begin(app, caller, language, parameters).await?;
    // Who took which part of the ledger with them must be told on request.
    tracing::info!(by = %caller.0.key(), narrowed = %parameters, "the ledger was exported");
    let pages = stream::try_unfold(Some(first), |reading| async {
        let Some(mut reading) = reading else { return Ok(None) };
        let text = reading.page().await?;
        let rest = reading.goes_on().await?.then_some(reading);
        Ok::<_, std::io::Error>(Some((Bytes::from(text), rest)))
    });
    Ok(answer(Body::from_stream(pages), "ledger"))
}

/// The cases of a report, if the caller sees it.
///
/// # Errors
/// `not-found`, and that analytics cannot be asked.
pub async fn report(
    app: &App,
    caller: &Caller,
    language: Language,
    report: uuid::Uuid,
) -> Result<Response, Refusal> {
    let mut found = figures::one_report(app, caller, report).await?;
    let rows = found["cases"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let naming = Naming::of(app, caller.0.organisation(), language, &rows).await;
    tracing::info!(by = %caller.0.key(), %report, "a report was exported");
    let lines: Vec<_> = rows.iter().map(|row| naming.line(row)).collect();
    let text = [MARK.as_bytes(), &written(&naming.locale(), true, &lines)].concat();
    Ok(answer(Body::from(text), "report"))
}

fn answer(body: Body, name: &str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    (headers, body).into_response()
}

/// An export that is on its way.
struct Reading {
    app: App,
    caller: Caller,
    language: Language,
    parameters: Parameters,
    rows: Vec<Value>,
    next: Option<String>,
    is_first: bool,
}

impl Reading {
    async fn begin(
        app: &App,
        caller: &Caller,
        language: Language,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let parameters = parameters.clone().with("limit", &MOST.to_string());
        let mut reading = Self {
            app: app.clone(),
            caller: caller.clone(),
            language,
            parameters,
            rows: Vec::new(),
            next: None,
            is_first: true,
        };
        reading.read().await?;
        Ok(reading)
    }

    async fn read(&mut self) -> Result<(), Refusal> {
        let mut page = figures::ledger_page(&self.app, &self.caller, &self.parameters).await?;
        self.next = page["next"].as_str().map(str::to_owned);
        self.rows = page["cases"].as_array_mut().map(std::mem::take).unwrap_or_default();
        Ok(())
    }

    /// The text of the page at hand.
    async fn page(&mut self) -> std::io::Result<Vec<u8>> {
        let naming = Naming::of(&self.app, self.caller.0.organisation(), self.language, &self.rows).await;
        let lines: Vec<_> = self.rows.iter().map(|row| naming.line(row)).collect();
        let text = written(&naming.locale(), self.is_first, &lines);
        let mark = if self.is_first { MARK.as_bytes() } else { &[] };
        self.is_first = false;
        Ok([mark, &text].concat())
    }

    /// Reads the next page, where there is one. A service that is away breaks the file off, so that nobody takes a part
    /// for the whole.
    async fn goes_on(&mut self) -> std::io::Result<bool> {
        let Some(next) = self.next.take() else { return Ok(false) };
        self.parameters = self.parameters.clone().with("cursor", &next);
        self.read().await.map_err(|refusal| std::io::Error::other(refusal.problem.to_string()))?;
        Ok(!self.rows.is_empty())
    }
}

/// Lines as CSV, the first with the names of the columns before them.
fn written(locale: &Locale, is_first: bool, lines: &[Line]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        // Writing to memory does not fail.
        let _written = writer.write_record(COLUMNS.map(|word| locale.say(word)));
    }
    for line in lines {
        let _written = writer.write_record(line.cells(locale).map(harmless));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that no spreadsheet program takes for a formula.
fn harmless(cell: String) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// what is exported opens as text, whatever stands in it.
    #[test]
    fn a_cell_is_no_formula_and_commas_stay_in_it() {
        for risky in ["=1+1", "+86", "-5", "@SUM(A1)", "\tx", "\rx"] {
            assert!(harmless(risky.to_owned()).starts_with('\''), "{risky:?}");
        }
        assert_eq!(harmless("产品质量".to_owned()), "产品质量");
        let locale = Locale { language: Language::Zh, zone: TimeZone::UTC, now: jiff::Timestamp::UNIX_EPOCH };
        let line = Line {
            number: "TS1".into(),
            category: Some("=cmd|' /C calc'!A0".into()),
            department: Some("a,b\"c\nd".into()),
            ..Line::default()
        };
        let text = String::from_utf8(written(&locale, true, &[line])).unwrap();
        assert!(text.starts_with("编号,性质,类别,"), "{text}");
        assert!(text.contains("\r\nTS1,,'=cmd|' /C calc'!A0,,\"a,b\"\"c\nd\","), "{text}");
        assert!(written(&locale, false, &[]).is_empty());
    }
}
