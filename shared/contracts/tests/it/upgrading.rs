//! What an older version said is read as the current one; what no version says is not guessed.

use contracts::messages::stage_changed::StageChanged;
use contracts::messages::work_queued::{QueueCause, WorkQueued};
use contracts::{Event, ReadError, WHATS};
use serde_json::Value;

use crate::folder;

fn sample(what: &str, name: &str) -> Vec<u8> {
    std::fs::read(folder("samples").join(what).join(format!("{name}.json"))).unwrap()
}

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// Reads a sample of version 1 and writes it again, which writes version 2.
fn upgraded(what: &str, name: &str) -> (Event, Value) {
    let event = Event::read(what, 1, &sample(what, name)).unwrap();
    assert_eq!((event.what(), event.version()), (what, 2), "it is written as the current version");
    let written = event.body().unwrap();
    assert_eq!(Event::read(what, 2, &written).unwrap(), event, "and read back as that");
    (event, value(&written))
}

#[test]
fn work_that_nobody_could_take_keeps_its_cause() {
    let (event, written) = upgraded("work.queued", "v1-full");
    let Event::WorkQueued(WorkQueued { cause, because, .. }) = event else { panic!() };
    assert_eq!((cause, because), (QueueCause::NobodyAvailable, None));
    assert_eq!(written, value(&sample("work.queued", "v2-nobody-available")), "every other member is kept");
}

#[test]
fn words_that_version_1_carried_stay_in_version_1() {
    let (event, written) = upgraded("work.queued", "v1-handed-back");
    let Event::WorkQueued(said) = event else { panic!() };
    assert_eq!((said.cause, said.because, said.epoch), (QueueCause::HandedBack, None, 2));
    let old = value(&sample("work.queued", "v1-handed-back"));
    for member in ["work", "visit", "department", "role"] {
        assert_eq!(written[member], old[member]);
    }
    let words = old["reason"].as_str().unwrap();
    assert!(!written.to_string().contains(words), "nothing that is written today carries them: {written}");

    let (event, written) = upgraded("stage.changed", "v1-full");
    let Event::StageChanged(StageChanged { epoch, department, because, .. }) = event else { panic!() };
    assert_eq!((epoch, department.as_str(), because), (1, "quality_management", None));
    let words = value(&sample("stage.changed", "v1-full"))["reason"].as_str().unwrap().to_owned();
    assert!(!written.to_string().contains(&words), "{written}");
}

#[test]
fn a_body_is_read_as_the_version_that_it_says_and_as_no_other() {
    for what in ["work.queued", "stage.changed"] {
        let read_as_old = Event::read(what, 1, &sample(what, "v2-full")).unwrap_err();
        assert!(matches!(read_as_old, ReadError::Body { version: 1, .. }), "{what}: {read_as_old}");
    }
    let read_as_new = Event::read("work.queued", 2, &sample("work.queued", "v1-full")).unwrap_err();
    assert!(matches!(read_as_new, ReadError::Body { version: 2, .. }), "{read_as_new}");
}

#[test]
fn a_version_nobody_said_is_not_guessed() {
    for (what, current) in WHATS {
        // A body that the current version would take: it is the version that counts.
        let folder = std::fs::read_dir(folder("samples").join(what)).unwrap();
        let paths = folder.map(|file| file.unwrap().path());
        let newest = paths.filter(|path| crate::golden::version(path) == *current).max().unwrap();
        let body = std::fs::read(newest).unwrap();
        assert!(Event::read(what, *current, &body).is_ok());
        for version in [0, current + 1, u32::MAX] {
            let error = Event::read(what, version, &body).unwrap_err();
            assert!(
                matches!(&error, ReadError::UnknownVersion { what: named, version: told } if named == what && *told == version),
                "{what} {version}: {error}"
            );
        }
    }
    assert!(matches!(Event::read("nothing.said", 1, b"{}"), Err(ReadError::UnknownWhat(_))));
}
