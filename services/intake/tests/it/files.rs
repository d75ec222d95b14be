//! Uploads: in order, verified by size, checksum and type, given up when nobody finishes them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contracts::{Event, Problem, ProblemCode};
use intake::Row;
use jiff::Span;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{World, clerk, good};

const FILE: &str = "0195702c-7b80-7000-8000-000000000001";

fn order(world: &mut World, key: &str, verb: &str, body: Value) -> Result<Value, Problem> {
    world.order(World::complaint("k"), verb, key, clerk(), body)
}

fn begin(world: &mut World, content: &[u8]) -> Result<Value, Problem> {
    let sha256 = hex::encode(Sha256::digest(content));
    let body = json!({ "file": FILE, "name": "照片.png", "bytes": content.len(), "sha256": sha256 });
    order(world, "f-begin", "file.begin", body)
}

fn chunk(world: &mut World, index: u32, content: &[u8]) -> Result<Value, Problem> {
    let body = json!({ "file": FILE, "index": index, "content": BASE64_STANDARD.encode(content) });
    order(world, &format!("f-{index}"), "file.chunk", body)
}

fn finish(world: &mut World) -> Result<Value, Problem> {
    order(world, "f-finish", "file.finish", json!({ "file": FILE }))
}

fn png(length: usize) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    content.extend((content.len()..length).map(|at| u8::try_from(at % 251).unwrap()));
    content
}

///
#[test]
fn a_file_comes_in_chunks_before_its_complaint_and_is_verified() {
    let mut world = World::new();
    let content = png(600_000);
    begin(&mut world, &content).unwrap();
    for (index, part) in (0..).zip(content.chunks(256 * 1024)) {
        chunk(&mut world, index, part).unwrap();
    }
    let answer = finish(&mut world).unwrap();
    assert_eq!(answer["media_type"], "image/png");
    assert!(matches!(world.said.last(), Some((_, Event::FileAdded(added))) if added.bytes == 600_000));
    assert!(world.timers.is_empty());
    let stored: Vec<u8> = world
        .rows
        .iter()
        .filter_map(
            |row| if let Row::FileChunk(row) = row { Some(row.content.expose().clone()) } else { None },
        )
        .flatten()
        .collect();
    assert_eq!(stored, content);
    let mut body = good();
    body["files"] = json!([FILE]);
    world.register("k", clerk(), body).unwrap();
    assert_eq!(begin(&mut world, &content).unwrap_err().code, ProblemCode::AlreadyExists);
}

#[test]
fn what_was_damaged_is_noticed() {
    let mut world = World::new();
    let mut content = png(1000);
    begin(&mut world, &content).unwrap();
    content[500] ^= 1;
    chunk(&mut world, 0, &content).unwrap();
    let problem = finish(&mut world).unwrap_err();
    assert!(problem.detail.contains("checksum") && world.said.is_empty());
}

#[test]
fn order_size_and_type_are_kept() {
    let mut world = World::new();
    assert_eq!(chunk(&mut world, 0, b"x").unwrap_err().code, ProblemCode::NotFound);
    begin(&mut world, &png(1000)).unwrap();
    let problem = chunk(&mut world, 1, &png(10)).unwrap_err();
    assert_eq!((problem.field.as_deref(), problem.expected.as_deref()), (Some("/index"), Some("0")));
    assert_eq!(chunk(&mut world, 0, &png(1001)).unwrap_err().code, ProblemCode::TooLarge);
    assert_eq!(chunk(&mut world, 0, b"MZ\x90\0").unwrap_err().code, ProblemCode::UnsupportedType);
    assert_eq!(chunk(&mut world, 0, b"").unwrap_err().code, ProblemCode::MissingField);
    chunk(&mut world, 0, &png(900)).unwrap();
    assert_eq!(finish(&mut world).unwrap_err().expected.as_deref(), Some("1000 bytes"));
    let elsewhere = World::complaint("other");
    let problem = world.order(elsewhere, "file.finish", "x", clerk(), json!({ "file": FILE })).unwrap_err();
    assert_eq!(problem.code, ProblemCode::NotFound);
}

#[test]
fn bad_beginnings_are_refused_all_at_once() {
    let mut world = World::new();
    let body = json!({ "file": FILE, "name": "../../etc/passwd", "bytes": 1u64 << 40, "sha256": "abc" });
    let problem = order(&mut world, "b", "file.begin", body).unwrap_err();
    let fields: Vec<_> = problem.errors.iter().filter_map(|one| one.field.as_deref()).collect();
    assert_eq!(fields, ["/name", "/bytes", "/sha256"]);
    let problem = order(&mut world, "b", "file.begin", json!({ "file": 1, "colour": 2 })).unwrap_err();
    assert_eq!(problem.errors.len(), 5, "{problem:?}");
}

#[test]
fn an_upload_that_nobody_finishes_is_given_up() {
    let mut world = World::new();
    begin(&mut world, &png(1000)).unwrap();
    world.now = world.now.checked_add(Span::new().hours(25)).unwrap();
    world.fire_timers();
    assert!(world.rows.iter().any(|row| matches!(row, Row::FileDropped { .. })));
    assert_eq!(world.entries_of("upload"), 0);
    assert_eq!(chunk(&mut world, 0, &png(10)).unwrap_err().code, ProblemCode::NotFound);
}
