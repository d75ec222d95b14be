//! Files of a complaint: taken in as they come, handed on in chunks, read back chunk by chunk.
//!
//! An upload is first written to a temporary file, while its size and checksum are taken; only a whole one is begun at
//! intake, so a broken connection leaves nothing behind there. The type is intake's to find out: what the client says
//! is not believed.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use contracts::commands::Verb;
use contracts::commands::intake::{BeginFile, FileChunk, FinishFile};
use contracts::queries::intake::{FILE_CHUNK, FILES, FileChunkFound};
use contracts::{ComplaintId, FileId, Problem, ProblemCode, ServiceName, SubjectRef};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use crate::app::App;
use crate::auth::{Act, Principal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, Segments, too_slow};
use crate::openapi::BASE;
use crate::order::{Giver, Orderer};
use crate::problem::Refusal;
use crate::sight;
use crate::upstream::question;

const TAG: &str = "Files";
/// A chunk before encoding, as intake takes it.
const CHUNK: usize = 256 * 1024;
/// Chunks asked for ahead of a reader.
const AHEAD: usize = 2;

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(Endpoint::get("/complaints/{complaint}/files", TAG, "Its files").may(Act::ReadCase), list)
        .add(
            Endpoint::order(
                Method::POST,
                "/complaints/{complaint}/files",
                TAG,
                "Adds a file, sent as the body",
            )
            .may(Act::AddToCase)
            .with("name", "The file's name; at most 200 characters")
            .takes_media("application/octet-stream")
            .gives(201, "Stored; Location says where"),
            upload,
        )
        .add(
            Endpoint::get("/complaints/{complaint}/files/{file}", TAG, "The content of a file")
                .may(Act::ReadCase)
                .answers_media("application/octet-stream"),
            download,
        )
}

async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller, complaint).await?;
    Ok(Json(json!({ "files": of_complaint(&app, &caller, complaint).await? })))
}

/// The files of a complaint that the caller may see.
///
/// # Errors
/// That intake cannot be asked.
pub async fn of_complaint(app: &App, caller: &Principal, complaint: ComplaintId) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), json!({ "complaint": complaint }));
    app.upstream.ask(ServiceName::Intake, FILES, &query).await
}

/// A file to be handed on: an upload as it lies in its temporary file, or the part of a mail.
#[derive(Debug)]
pub struct Spooled<R> {
    /// What is in it.
    pub(super) content: R,
    /// Its size.
    pub(super) bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub(super) sha256: String,
}

async fn upload(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    parameters: Parameters,
    request: Request,
) -> Result<Response, Refusal> {
    parameters.only(&["name"])?;
    let name = parameters.required("name")?.to_owned();
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::require(&app, &orderer.principal, complaint).await?;
    let _place = app.limits.upload()?;
    // Long ones are counted by size, slow ones by time: ten times that of a JSON body.
    let body = request.into_body();
    if axum::body::HttpBody::size_hint(&body).lower() > app.config.file_max_bytes as u64 {
        return Err(too_large(&app));
    }
    let mut spooled = spooled_in_time(&app, body.into_data_stream()).await?;
    let file = store(&app, &orderer.giver(), complaint, &name, &mut spooled).await?;
    let body = json!({ "file": file, "name": name, "bytes": spooled.bytes, "sha256": spooled.sha256 });
    let location = format!("{BASE}/complaints/{complaint}/files/{file}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(body)).into_response())
}

fn too_large(app: &App) -> Refusal {
    let problem = Problem::new(ProblemCode::TooLarge, "the file is too large");
    problem.at("").expected(format!("at most {} bytes", app.config.file_max_bytes)).into()
}

/// Takes a file in, to a temporary file.
///
/// # Errors
/// `too-large`, `request-timeout`, `missing-field` for an empty one.
pub async fn spooled_in_time<E>(
    app: &App,
    stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Spooled<tokio::fs::File>, Refusal> {
    let spooling = tokio::time::timeout(app.config.read_timeout * 10, spool(app, stream)).await;
    spooling.unwrap_or_else(|_| Err(too_slow()))
}

/// The file that a giver hands on: the same key, the same file.
#[must_use]
pub fn file_of(giver: &Giver) -> FileId {
    FileId::derived(giver.key.root(&giver.organisation), "file")
}

/// Hands a file on to intake, which keeps it with the complaint; begun and finished under keys of its own.
///
/// # Errors
/// What intake refuses, such as a type that is not taken.
pub async fn store<R: AsyncRead + Unpin>(
    app: &App,
    giver: &Giver,
    complaint: ComplaintId,
    name: &str,
    spooled: &mut Spooled<R>,
) -> Result<FileId, Refusal> {
    let file = file_of(giver);
    let subject = SubjectRef::complaint(&giver.organisation, complaint);
    let begin = json!({ "file": file, "name": name, "bytes": spooled.bytes, "sha256": spooled.sha256 });
    send::<BeginFile>(app, giver, &subject, "begin", begin).await?;
    send_chunks(app, giver, &subject, file, spooled).await?;
    send::<FinishFile>(app, giver, &subject, "finish", json!({ "file": file })).await?;
    Ok(file)
}

async fn spool<E>(
    app: &App,
    mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Spooled<tokio::fs::File>, Refusal> {
    let most = app.config.file_max_bytes as u64;
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an upload cannot be kept");
        Refusal::unavailable("there is no room for uploads now")
    };
    let file =
        tokio::task::spawn_blocking(tempfile::tempfile).await.map_err(|error| Refusal::defect(&error))?;
    let mut file = tokio::fs::File::from_std(file.map_err(failed)?);
    let (mut hash, mut bytes) = (sha2::Sha256::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(ProblemCode::RequestTimeout, "the file broke off"))?;
        bytes += chunk.len() as u64;
        if bytes > most {
            return Err(too_large(app));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    if bytes == 0 {
        return Err(Problem::new(ProblemCode::MissingField, "the file is empty")
            .at("")
            .expected("at least 1 byte")
            .into());
    }
    file.flush().await.map_err(failed)?;
    file.rewind().await.map_err(failed)?;
    Ok(Spooled { content: file, bytes, sha256: hex::encode(hash.finalize()) })
}

async fn send_chunks<R: AsyncRead + Unpin>(
    app: &App,
    giver: &Giver,
    subject: &SubjectRef,
    file: FileId,
    spooled: &mut Spooled<R>,
) -> Result<(), Refusal> {
    let chunks = spooled.bytes.div_ceil(CHUNK as u64);
    for index in 0..chunks {
        let mut content = Vec::with_capacity(CHUNK);
        let mut part = (&mut spooled.content).take(CHUNK as u64);
        part.read_to_end(&mut content).await.map_err(|error| Refusal::defect(&error))?;
        let body = json!({ "file": file, "index": index, "content": BASE64_STANDARD.encode(&content) });
        // One after the other: intake's checksum runs along.
        send::<FileChunk>(app, giver, subject, &format!("chunk{index}"), body).await?;
    }
    Ok(())
}

async fn send<V: Verb>(
    app: &App,
    giver: &Giver,
    subject: &SubjectRef,
    part: &str,
    body: Value,
) -> Result<(), Refusal> {
    giver.part(part)?.order::<V>(app, subject.clone(), body).await.map(drop)
}

async fn chunk(
    app: &App,
    caller: &Principal,
    file: FileId,
    index: u32,
) -> Result<(FileChunkFound, Vec<u8>), Refusal> {
    let query = question(caller.organisation(), caller.actor(), json!({ "file": file, "index": index }));
    let found = app.upstream.ask(ServiceName::Intake, FILE_CHUNK, &query).await?;
    let found: FileChunkFound = serde_json::from_value(found).map_err(|error| Refusal::defect(&error))?;
    let content = BASE64_STANDARD.decode(&found.content).map_err(|error| Refusal::defect(&error))?;
    Ok((found, content))
}

async fn download(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    let file: FileId = segments.get("file")?;
    content(app, caller, complaint, file).await
}

/// The content of a file, as a download.
///
/// # Errors
/// `not-found` for one that is not the complaint's, or a complaint that is not theirs to see.
pub async fn content(
    app: App,
    caller: Principal,
    complaint: ComplaintId,
    file: FileId,
) -> Result<Response, Refusal> {
    sight::of_case(&app, &caller, complaint).await?;
    let (found, first) = chunk(&app, &caller, file, 0).await?;
    if found.complaint != complaint {
        return Err(Refusal::not_found("file"));
    }
    let headers = headers(&found)?;
    let rest = futures::stream::iter(1..found.file.chunks).map(move |index| {
        let (app, caller) = (app.clone(), caller.clone());
        async move { chunk(&app, &caller, file, index).await.map(|(_, content)| content) }
    });
    let rest = rest.buffered(AHEAD).map_err(|refusal| std::io::Error::other(refusal.problem.to_string()));
    let all = futures::stream::once(async { Ok::<_, std::io::Error>(first) }).chain(rest);
    Ok((headers, Body::from_stream(all)).into_response())
}

fn headers(found: &FileChunkFound) -> Result<HeaderMap, Refusal> {
    let value = |text: String| HeaderValue::from_str(&text).map_err(|error| Refusal::defect(&error));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, value(found.file.media_type.clone())?);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.file.bytes));
    // Never shown inside a page of ours, whatever it says it is.
    headers.insert(header::CONTENT_DISPOSITION, value(disposition(&found.file.name))?);
    headers.insert(header::ETAG, value(format!("\"{}\"", found.file.sha256))?);
    Ok(headers)
}

/// `attachment` with the name as RFC 6266 wants it.
fn disposition(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_into_a_header() {
        assert_eq!(disposition("a b\"\r\n.jpg"), "attachment; filename*=UTF-8''a%20b%22%0D%0A.jpg");
        assert_eq!(disposition("照.png"), "attachment; filename*=UTF-8''%E7%85%A7.png");
    }
}
