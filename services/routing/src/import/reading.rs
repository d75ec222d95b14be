//! Reading a CSV file into rows with their lines.

use csv::{ReaderBuilder, StringRecord, Terminator, Trim};

use super::columns::{self, Field, Kind};
use super::{MOST_ROWS, Mistake, said};

/// A file that was read.
#[derive(Debug)]
pub(super) struct Table {
    /// Which file, from 0.
    pub file: usize,
    /// What it has.
    pub kind: Kind,
    /// The fields in the order of its columns.
    pub fields: Vec<Field>,
    /// Its own names of the columns.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// The line where it begins, from 1.
    pub line: u64,
    /// Its cells, as many as there are columns.
    pub cells: Vec<String>,
}

impl Table {
    /// The cell of a field; `None` where the file has no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, field: Field) -> Option<&'r str> {
        let at = self.fields.iter().position(|one| *one == field)?;
        row.cells.get(at).map(String::as_str)
    }

    /// How the file calls a column.
    pub(super) fn name_of(&self, field: Field) -> Option<String> {
        let at = self.fields.iter().position(|one| *one == field)?;
        self.header.get(at).cloned()
    }

    /// A mistake in a cell.
    pub(super) fn wrong(
        &self,
        row: &Row,
        field: Field,
        what: contracts::Text,
        expected: contracts::Text,
    ) -> Mistake {
        Mistake { file: self.file, line: Some(row.line), column: self.name_of(field), what, expected }
    }
}

/// Reads a file: RFC 4180 in UTF-8, with a byte order mark or without, with a header.
///
/// # Errors
/// Everything that is wrong with the file as a table.
pub(super) fn table(file: usize, text: &str) -> Result<Table, Vec<Mistake>> {
    // Rows end with `\n` alone, so that lines are counted right; a `\r` before it is trimmed.
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::All)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let whole = |what, expected| vec![Mistake { file, line: None, column: None, what, expected }];
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            return Err(whole(
                said("无法读取表头", format!("the header cannot be read: {error}")),
                table_like(),
            ));
        }
    };
    let (kind, fields) = header_of(file, &header)?;
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => match row(file, &record, header.len(), text) {
                Ok(found) => rows.extend(found),
                Err(mistake) => mistakes.push(*mistake),
            },
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                let what = said("此行无法读取", format!("the row cannot be read: {error}"));
                mistakes.push(Mistake { file, line, column: None, what, expected: table_like() });
            }
        }
    }
    if rows.len() > MOST_ROWS {
        let (zh, en) = (format!("共 {} 行", rows.len()), format!("there are {} rows", rows.len()));
        let expected =
            said(format!("每个文件至多 {MOST_ROWS} 行"), format!("at most {MOST_ROWS} rows a file"));
        mistakes.extend(whole(said(zh, en), expected));
    }
    if mistakes.is_empty() { Ok(Table { file, kind, fields, header, rows }) } else { Err(mistakes) }
}

fn table_like() -> contracts::Text {
    said("UTF-8 编码、首行为表头的 CSV", "CSV in UTF-8 whose first line names the columns")
}

fn header_of(file: usize, header: &[String]) -> Result<(Kind, Vec<Field>), Vec<Mistake>> {
    let wrong = |column: Option<&str>, what, expected| Mistake {
        file,
        line: Some(1),
        column: column.map(str::to_owned),
        what,
        expected,
    };
    let Some(kind) = columns::kind(header) else {
        let (units, people) = (columns::told(Kind::Departments), columns::told(Kind::People));
        let expected = said(
            format!("部门表的列 {units}；或人员表的列 {people}"),
            format!("the columns of departments, {units}; or of people, {people}"),
        );
        let what = said("表头既非部门表，亦非人员表", "the header is neither of departments nor of people");
        return Err(vec![wrong(None, what, expected)]);
    };
    let known = || said(columns::told(kind), format!("one of {}", columns::told(kind)));
    let (mut fields, mut mistakes) = (Vec::new(), Vec::new());
    for name in header {
        match columns::known(kind, name) {
            Some(column) if fields.contains(&column.field) => {
                let what = said("此列重复", "this column stands there twice");
                mistakes.push(wrong(Some(name), what, said("每列一次", "each column once")));
            }
            Some(column) => fields.push(column.field),
            None => {
                let what = said(
                    "没有此列；请删去不导入的列",
                    "there is no such column; leave out what is not imported",
                );
                mistakes.push(wrong(Some(name), what, known()));
            }
        }
    }
    for column in columns::of(kind).iter().filter(|column| column.required && !fields.contains(&column.field))
    {
        let names = column.names.join(", ");
        let what = said("缺少此列", "this column is missing");
        let expected =
            said(format!("以下名称之一：{names}"), format!("a column by one of these names: {names}"));
        mistakes.push(wrong(Some(column.names[0]), what, expected));
    }
    if mistakes.is_empty() { Ok((kind, fields)) } else { Err(mistakes) }
}

/// A row; none where it is blank.
fn row(file: usize, record: &StringRecord, columns: usize, text: &str) -> Result<Option<Row>, Box<Mistake>> {
    let line = record.position().map_or(0, |at| at.line() + blank_lines(text, at.byte()));
    if record.iter().all(str::is_empty) {
        return Ok(None);
    }
    if record.len() != columns {
        let what = said(format!("此行有 {} 格", record.len()), format!("the row has {} cells", record.len()));
        let expected = said(
            format!("与表头相同的 {columns} 格；含逗号的内容须加引号"),
            format!("{columns} cells as in the header; text with a comma stands in quotes"),
        );
        return Err(Box::new(Mistake { file, line: Some(line), column: None, what, expected }));
    }
    Ok(Some(Row { line, cells: record.iter().map(str::to_owned).collect() }))
}

/// The blank lines from a byte on: the reader skips them, but counts a row from there.
fn blank_lines(text: &str, from: u64) -> u64 {
    let rest = usize::try_from(from).ok().and_then(|from| text.as_bytes().get(from..)).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    blank.map(|byte| u64::from(*byte == b'\n')).sum()
}
