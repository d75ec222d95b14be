//! Cursors: what a service calls "after", as an opaque text.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::{Problem, ProblemCode};
use serde_json::Value;

use crate::extract::Parameters;
use crate::problem::Refusal;

/// The most rows of a page.
pub const MOST: u32 = 200;
/// The rows of a page when nobody says.
pub const USUAL: u32 = 50;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where the page before ended; null for the first.
    pub after: Value,
    /// How many rows.
    pub limit: u32,
}

impl Page {
    /// Reads `cursor` and `limit`.
    ///
    /// # Errors
    /// `invalid-field`.
    pub fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let limit = parameters.get("limit", &format!("1 to {MOST}"))?.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let problem = Problem::new(ProblemCode::InvalidField, "there is no such page");
            return Err(problem.at("?limit").expected(format!("1 to {MOST}")).into());
        }
        let after = parameters.text("cursor").map_or(Ok(Value::Null), |text| {
            decode(text).ok_or_else(|| {
                let problem = Problem::new(ProblemCode::InvalidField, "that is no cursor").at("?cursor");
                Refusal::from(problem.expected("the `next` of the page before, as it was"))
            })
        })?;
        Ok(Self { after, limit })
    }

    /// Puts `after` and `limit` into the body of a query.
    pub fn put(&self, body: &mut Value) {
        if !self.after.is_null() {
            body["after"] = self.after.clone();
        }
        body["limit"] = self.limit.into();
    }
}

/// Where a page ended, as a text.
#[must_use]
pub fn encode(after: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(after.to_string())
}

fn decode(text: &str) -> Option<Value> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok().filter(|value: &Value| !value.is_null())
}

/// Makes the `next` of a service's page opaque.
pub fn seal(page: &mut Value) {
    if let Some(next) = page.get_mut("next")
        && !next.is_null()
    {
        *next = Value::String(encode(next));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let after = json!({ "registered_at": "2025-03-07T02:00:00Z", "complaint": "x" });
        assert_eq!(decode(&encode(&after)), Some(after.clone()));
        for bad in ["", "!", "bnVsbA", "eyJh"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        let mut page = json!({ "cases": [], "next": after });
        seal(&mut page);
        assert!(page["next"].is_string());
        let mut last = json!({ "cases": [], "next": null });
        seal(&mut last);
        assert!(last["next"].is_null());
    }
}
