//! Reading files row by row, with the line where each begins.

use std::collections::HashMap;
use std::io::{BufRead, Lines, Read};

use contracts::commands::intake::RegisterComplaint;
use contracts::{CommandId, Problem};
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::mapping::{Mapping, MappingError};
use super::{Row, RowError, convert, key_for};

/// Keys seen so far, with the line of the first.
#[derive(Debug, Default)]
struct Seen(HashMap<[u8; 16], u64>);

impl Seen {
    /// A key that stands twice in one file would be refused as reused: say so here, with both lines.
    fn once(&mut self, row: Row) -> Row {
        let submission = row?;
        let hash = Sha256::digest(submission.key.as_str().as_bytes());
        let short = std::array::from_fn(|at| hash[at]);
        match self.0.insert(short, submission.line) {
            None => Ok(submission),
            Some(first) => {
                self.0.insert(short, first);
                let reason = format!("the same reference stands in line {first}");
                Err(vec![RowError::new(submission.line, "reference", reason)])
            }
        }
    }
}

/// The rows of a CSV file.
#[derive(Debug)]
pub struct CsvRows<'a, R> {
    mapping: &'a Mapping,
    reader: Reader<R>,
    columns: HashMap<String, usize>,
    seen: Seen,
}

/// Reads a CSV file (RFC 4180, UTF-8, with a header row) by a mapping.
///
/// # Errors
/// [`MappingError`] when the header cannot be read or lacks columns that the mapping names; all are said.
pub fn csv<R: Read>(mapping: &Mapping, input: R) -> Result<CsvRows<'_, R>, MappingError> {
    // Rows end with `\n` alone, so that lines are counted right; a `\r` before it is taken off by `row`.
    let mut reader =
        ReaderBuilder::new().flexible(true).terminator(csv::Terminator::Any(b'\n')).from_reader(input);
    let head = reader.headers().map_err(|error| MappingError::Head(error.to_string()))?;
    let name = |name: &str| name.trim_start_matches('\u{feff}').trim_end_matches('\r').to_owned();
    let columns: HashMap<String, usize> =
        head.iter().enumerate().map(|(at, text)| (name(text), at)).collect();
    let missing: Vec<String> =
        mapping.columns().into_iter().filter(|name| !columns.contains_key(name)).collect();
    if missing.is_empty() {
        Ok(CsvRows { mapping, reader, columns, seen: Seen::default() })
    } else {
        Err(MappingError::MissingColumns(missing))
    }
}

impl<R: Read> Iterator for CsvRows<'_, R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let mut record = ByteRecord::new();
            let line = self.reader.position().line();
            match self.reader.read_byte_record(&mut record) {
                Ok(false) => return None,
                Ok(true) => {}
                Err(error) => return Some(Err(vec![RowError::new(line, "row", error.to_string())])),
            }
            // The reader skips blank lines before a record; the record itself knows where it began.
            let line = record.position().map_or(line, csv::Position::line);
            if record.len() == 1 && self.columns.len() > 1 && record.get(0) == Some(b"\r") {
                continue;
            }
            if let Some(row) = self.row(line, &record) {
                return Some(row);
            }
        }
    }
}

impl<R> CsvRows<'_, R> {
    fn row(&mut self, line: u64, record: &ByteRecord) -> Option<Row> {
        let wrong = |reason: String| Some(Err(vec![RowError::new(line, "row", reason)]));
        if record.len() != self.columns.len() {
            return wrong(format!("{} fields, the header has {}", record.len(), self.columns.len()));
        }
        if let Some(at) = record.iter().position(|field| std::str::from_utf8(field).is_err()) {
            return wrong(format!("field {} is not UTF-8", at + 1));
        }
        let column = |name: &str| {
            let at = *self.columns.get(name)?;
            let text = std::str::from_utf8(record.get(at)?).ok()?;
            let text = if at + 1 == record.len() { text.strip_suffix('\r').unwrap_or(text) } else { text };
            Some(text.to_owned())
        };
        let row = convert::row(self.mapping, line, &column)?;
        Some(self.seen.once(row))
    }
}

/// The rows of a file with one JSON object a line.
#[derive(Debug)]
pub struct NdjsonRows<'a, R> {
    mapping: Option<&'a Mapping>,
    lines: Lines<R>,
    line: u64,
    seen: Seen,
}

/// Reads a file with one JSON object a line. With a mapping, its members are the columns. Without one, each line is a
/// `RegisterComplaint`, or `{"key": …, "complaint": {…}}`; without a key, `external` gives it.
pub fn ndjson<R: BufRead>(mapping: Option<&Mapping>, input: R) -> NdjsonRows<'_, R> {
    NdjsonRows { mapping, lines: input.lines(), line: 0, seen: Seen::default() }
}

impl<R: BufRead> Iterator for NdjsonRows<'_, R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let text = self.lines.next()?;
            self.line += 1;
            let line = self.line;
            let text = match text {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => text,
                Err(error) => return Some(Err(vec![RowError::new(line, "row", error.to_string())])),
            };
            let members: Map<String, Value> = match serde_json::from_str(text.trim_start_matches('\u{feff}'))
            {
                Ok(members) => members,
                Err(error) => {
                    return Some(Err(vec![RowError::new(
                        line,
                        "row",
                        format!("not a JSON object: {error}"),
                    )]));
                }
            };
            let row = match self.mapping {
                Some(mapping) => convert::row(mapping, line, &|name| member(&members, name)),
                None => Some(plain(line, members)),
            };
            if let Some(row) = row {
                return Some(self.seen.once(row));
            }
        }
    }
}

fn member(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Some(other.to_string())
        }
    }
}

/// A line that is an order already.
fn plain(line: u64, mut members: Map<String, Value>) -> Row {
    let wrong = |field: &str, reason: String| vec![RowError::new(line, field, reason)];
    let (key, body) = match members.remove("complaint") {
        Some(complaint) => (members.remove("key"), complaint),
        None => (members.remove("key"), Value::Object(members)),
    };
    let complaint: RegisterComplaint = serde_json::from_value(body).map_err(|error| {
        let problem = Problem::from_json(&error);
        wrong(problem.field.as_deref().unwrap_or("row"), problem.detail)
    })?;
    let key = match (key, &complaint.external) {
        (Some(Value::String(text)), _) => CommandId::new(text)
            .map_err(|_| wrong("key", "expected 1 to 128 visible ASCII characters".to_owned()))?,
        (Some(_), _) => return Err(wrong("key", "the key is not a text".to_owned())),
        (None, Some(external)) => key_for(external),
        (None, None) => return Err(wrong("key", "a line needs a key or an external reference".to_owned())),
    };
    Ok(super::Submission { line, key, complaint })
}
