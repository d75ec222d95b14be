//! `file.begin`, `file.chunk`, `file.finish`: photographs, papers and recordings, before registration or later (R-019).
//!
//! A pure decision cannot read stored chunks back, so nothing is left to be verified later: chunks come in order, and
//! the *running* SHA-256 (its state can be written down: 105 bytes) travels in the upload's entry from chunk to chunk. The
//! type is sniffed from the first chunk. `file.finish` then compares three values it has at hand: size, checksum, type.
//! An upload that is not finished in time is given up by a timer, and its chunks go.

mod kinds;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contracts::commands::intake::{BeginFile, FileChunk, FinishFile};
use contracts::commands::{Command, check_text};
use contracts::messages::file_added::FileAdded;
use contracts::{ComplaintId, FileId, Problem, ProblemCode};
use jiff::SignedDuration;
use runtime::service::{Context, Decision, Due, EntryChange, EntryKey, TimerChange};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};
use vault::Masked;

use super::reading::{Shape, read};
use super::{Decided, complaint_of, space};
use crate::Intake;
use crate::rows::{ChunkRow, FileRow, Row};
use crate::state::State;

/// The largest chunk, before encoding.
pub(super) const LARGEST_CHUNK: usize = 256 * 1024;
const LONGEST_NAME: usize = 200;
const ANY_ID: &str = r#""00000000-0000-0000-0000-000000000000""#;

const BEGIN: Shape = Shape {
    required: &[("file", ANY_ID), ("name", "\"x\""), ("bytes", "1"), ("sha256", "\"x\"")],
    optional: &[],
};
const CHUNK: Shape =
    Shape { required: &[("file", ANY_ID), ("index", "0"), ("content", "\"x\"")], optional: &[] };
const FINISH: Shape = Shape { required: &[("file", ANY_ID)], optional: &[] };

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Upload {
    complaint: ComplaintId,
    bytes: u64,
    sha256: String,
    next: u32,
    got: u64,
    hash: String,
    media_type: Option<String>,
}

impl Upload {
    fn entry(file: FileId) -> EntryKey {
        EntryKey { space: space::UPLOAD, key: file.to_string() }
    }

    fn of(context: &Context<'_, State>, file: FileId, complaint: ComplaintId) -> Result<Self, Problem> {
        let entry = context.entry(space::UPLOAD, file.to_string());
        entry
            .and_then(|value| serde_json::from_value::<Self>(value).ok())
            .filter(|upload| upload.complaint == complaint)
            .ok_or_else(|| {
                Problem::new(ProblemCode::NotFound, "no upload of this file is under way for this complaint")
                    .at("/file")
            })
    }

    fn put(&self, file: FileId) -> Result<EntryChange, Problem> {
        let value = serde_json::to_value(self)
            .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
        Ok(EntryChange::Put { entry: Self::entry(file), value })
    }

    fn hasher(&self) -> Result<Sha256, Problem> {
        let broken = || Problem::new(ProblemCode::Internal, "the running checksum of the upload is broken");
        let bytes = hex::decode(&self.hash).map_err(|_| broken())?;
        let state = SerializedState::<Sha256>::try_from(bytes.as_slice()).map_err(|_| broken())?;
        Sha256::deserialize(&state).map_err(|_| broken())
    }
}

fn timer(file: FileId) -> String {
    format!("upload:{file}")
}

pub(super) fn begin(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Decided {
    let complaint = complaint_of(command)?;
    let body: BeginFile = read(command, &BEGIN)?;
    if let Some(problem) = Problem::all(check_begin(intake, state, &body)) {
        return Err(problem);
    }
    let known = state.complaint().is_some_and(|complaint| complaint.files.contains_key(&body.file));
    if known || context.entry(space::UPLOAD, body.file.to_string()).is_some() {
        return Err(Problem::new(ProblemCode::AlreadyExists, "a file with this id was begun before")
            .at("/file")
            .expected("an id that no file has"));
    }
    let sha256 = body.sha256.to_ascii_lowercase();
    let upload = Upload {
        complaint,
        bytes: body.bytes,
        sha256: sha256.clone(),
        next: 0,
        got: 0,
        hash: hex::encode(Sha256::new().serialize()),
        media_type: None,
    };
    let mut decision = Decision::nothing();
    decision.entries.push(upload.put(body.file)?);
    decision.timers.push(TimerChange::Set {
        key: timer(body.file),
        due: context
            .now()
            .checked_add(SignedDuration::from_hours(i64::from(intake.config().upload_hours)))
            .unwrap_or(jiff::Timestamp::MAX),
        payload: json!({ "file": body.file }),
    });
    decision.rows.push(Row::FileBegun(FileRow {
        file: body.file,
        complaint,
        name: Masked::new(body.name),
        bytes: body.bytes,
        sha256,
        at: context.now(),
    }));
    decision.answer_with(&json!({ "file": body.file, "next": 0 }))
}

fn check_begin(intake: &Intake, state: &State, body: &BeginFile) -> Vec<Problem> {
    let mut findings = Vec::new();
    findings.extend(check_text("/name", &body.name, LONGEST_NAME).err());
    if body.name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\')) {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "the name holds a control character or a slash")
                .at("/name")
                .expected("a file name without folders"),
        );
    }
    if body.bytes == 0 {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "the file is empty").at("/bytes").expected("1 or more"),
        );
    }
    let largest = intake.config().max_file_bytes;
    if body.bytes > largest {
        findings.push(
            Problem::new(ProblemCode::TooLarge, "the file is too large")
                .at("/bytes")
                .expected(format!("at most {largest} bytes")),
        );
    }
    if hex::decode(&body.sha256).map(|bytes| bytes.len()) != Ok(32) {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "not a SHA-256")
                .at("/sha256")
                .expected("64 hexadecimal digits"),
        );
    }
    let most = intake.config().max_files;
    if state.complaint().is_some_and(|complaint| complaint.files.len() >= most) {
        findings.push(
            Problem::new(ProblemCode::TooLarge, format!("the complaint has {most} files already"))
                .at("/file")
                .expected(format!("at most {most} files")),
        );
    }
    findings
}

pub(super) fn chunk(context: &Context<'_, State>, command: &Command) -> Decided {
    let complaint = complaint_of(command)?;
    let body: FileChunk = read(command, &CHUNK)?;
    let mut upload = Upload::of(context, body.file, complaint)?;
    let content = BASE64_STANDARD.decode(body.content.as_bytes()).map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "the content is not base64").at("/content").expected("base64")
    })?;
    check_chunk(&upload, &body, &content)?;
    if upload.media_type.is_none() {
        let sniffed = kinds::sniff(&content).ok_or_else(kinds::refused)?;
        upload.media_type = Some(sniffed.to_owned());
    } else if upload.media_type.as_deref() == Some(kinds::PLAIN_TEXT) && content.contains(&0) {
        return Err(kinds::refused());
    }
    let mut hasher = upload.hasher()?;
    hasher.update(&content);
    upload.hash = hex::encode(hasher.serialize());
    upload.got += content.len() as u64;
    upload.next += 1;
    let mut decision = Decision::nothing();
    decision.entries.push(upload.put(body.file)?);
    decision.rows.push(Row::FileChunk(ChunkRow {
        file: body.file,
        index: body.index,
        content: Masked::new(content),
    }));
    decision.answer_with(&json!({ "file": body.file, "next": upload.next, "bytes": upload.got }))
}

fn check_chunk(upload: &Upload, body: &FileChunk, content: &[u8]) -> Result<(), Problem> {
    if body.index != upload.next {
        return Err(Problem::new(ProblemCode::InvalidField, "chunks come in order")
            .at("/index")
            .expected(upload.next.to_string()));
    }
    if content.is_empty() {
        return Err(Problem::new(ProblemCode::MissingField, "the chunk is empty")
            .at("/content")
            .expected("at least 1 byte"));
    }
    if content.len() > LARGEST_CHUNK {
        return Err(Problem::new(ProblemCode::TooLarge, "the chunk is too large")
            .at("/content")
            .expected(format!("at most {LARGEST_CHUNK} bytes before encoding")));
    }
    if upload.got + content.len() as u64 > upload.bytes {
        return Err(Problem::new(ProblemCode::TooLarge, "more bytes than were declared")
            .at("/content")
            .expected(format!("{} bytes in all", upload.bytes)));
    }
    Ok(())
}

pub(super) fn finish(context: &Context<'_, State>, command: &Command) -> Decided {
    let complaint = complaint_of(command)?;
    let body: FinishFile = read(command, &FINISH)?;
    let upload = Upload::of(context, body.file, complaint)?;
    if upload.got != upload.bytes {
        return Err(Problem::new(ProblemCode::InvalidField, format!("{} bytes have come", upload.got))
            .at("/file")
            .expected(format!("{} bytes", upload.bytes)));
    }
    let found = hex::encode(upload.hasher()?.finalize());
    if found != upload.sha256 {
        return Err(Problem::new(
            ProblemCode::InvalidField,
            "the checksum is not the declared one; begin the file anew under another id",
        )
        .at("/file")
        .expected(format!("SHA-256 {}", upload.sha256)));
    }
    let media_type = upload.media_type.ok_or_else(kinds::refused)?;
    let mut decision = Decision::nothing();
    decision.entries.push(EntryChange::Remove { entry: Upload::entry(body.file) });
    decision.timers.push(TimerChange::Cancel { key: timer(body.file) });
    decision.rows.push(Row::FileKept { file: body.file, media_type: media_type.clone() });
    let answer =
        json!({ "file": body.file, "media_type": media_type, "bytes": upload.bytes, "sha256": found });
    decision.say(FileAdded {
        file: body.file,
        media_type,
        bytes: upload.bytes,
        sha256: found,
        by: command.actor.plain(),
    });
    decision.answer_with(&answer)
}

/// An upload ran out of time.
pub(super) fn give_up(context: &Context<'_, State>, state: &State, due: &Due) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let file = due.payload.get("file").and_then(Value::as_str).and_then(|id| id.parse::<FileId>().ok());
    let Some(file) = file else { return decision };
    let kept = state.complaint().is_some_and(|complaint| complaint.files.contains_key(&file));
    if kept || context.entry(space::UPLOAD, file.to_string()).is_none() {
        return decision;
    }
    decision.entries.push(EntryChange::Remove { entry: Upload::entry(file) });
    decision.rows.push(Row::FileDropped { file });
    decision
}
