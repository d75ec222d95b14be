//! Feeding systems: what they submit by the work queue, and what they hear of it.

use std::time::Duration;

use bus::{Bus, BusOptions, Headers, Outgoing, StreamLimits};
use bytes::Bytes;
use contracts::commands::Answer;
use contracts::commands::intake::SubmissionAnswer;
use contracts::{ProblemCode, subjects};
use intake::submissions::Submissions;
use serde_json::{Value, json};
use testkit::nats::TestNats;

use crate::serving::served;
use crate::world::{clerk, good, keys};

async fn bus(nats: &TestNats, name: &str) -> Bus {
    Bus::connect(BusOptions::new(nats.url(), name)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeders_get_receipts_after_the_commit_and_problems_for_the_rest() {
    let served = served().await;
    let nats = TestNats::start().await.unwrap();
    let intake = Submissions {
        bus: bus(&nats, "intake").await,
        inlet: served.inlet.clone(),
        pool: served.pool.clone(),
        keys: keys(),
    };
    let limits = StreamLimits { event_max_bytes: 64 << 20, submit_max_messages: 1000, replicas: 1 };
    intake.bus.ensure_submit_stream(limits).await.unwrap();
    tokio::spawn(intake.run(served.stop.clone()));
    let feeder = bus(&nats, "feeder").await;
    let mut receipts = feeder.hear("redress.receipt.portal.>").await.unwrap();
    feeder.flush().await.unwrap();
    let submit = |at: usize, body: Vec<u8>, to: &str| {
        let headers: Headers = [(subjects::RECEIPT_HEADER, to)].into_iter().collect();
        Outgoing {
            subject: subjects::submit("web"),
            headers,
            body: Bytes::from(body),
            message_id: format!("m{at}"),
        }
    };
    let mut complaint = good();
    complaint.as_object_mut().unwrap().remove("channel");
    let good = json!({ "organisation": "demo", "key": "s-1", "complaint": complaint }).to_string();
    let bad =
        json!({ "organisation": "demo", "key": "s-2", "complaint": { "narrative": "x\0y" } }).to_string();
    let messages = vec![
        submit(1, good.clone().into_bytes(), "redress.receipt.portal.1"),
        submit(2, bad.into_bytes(), "redress.receipt.portal.2"),
        submit(3, b"\xff\xfe nonsense".to_vec(), "redress.receipt.portal.3"),
        submit(4, good.into_bytes(), "redress.receipt.portal.4"),
        submit(5, b"{}".to_vec(), "redress.event.routing.x"),
    ];
    for published in feeder.publish(subjects::SUBMIT_STREAM, messages).await {
        published.unwrap();
    }
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let (_, body) =
            tokio::time::timeout(Duration::from_secs(20), receipts.next()).await.unwrap().unwrap();
        let answer: SubmissionAnswer = serde_json::from_slice(&body).unwrap();
        match answer.answer {
            Answer::Done { body, .. } => done.push((answer.key.unwrap().to_string(), body["number"].clone())),
            Answer::Refused { problem } => {
                refused.push((answer.key.map(|key| key.to_string()), problem.code))
            }
        }
    }
    assert_eq!(done.len(), 2);
    assert_eq!(done[0], done[1], "resent, the same receipt");
    refused.sort();
    assert_eq!(refused, [(None, ProblemCode::InvalidUtf8), (Some("s-2".into()), ProblemCode::InvalidField)]);
    assert_eq!(served.count("complaint").await, 1);
    for _ in 0..100 {
        if served.count("refused_submission").await == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let kept = served.ask("submissions.refused", clerk(), Value::Null).await.unwrap();
    let mut sequences: Vec<_> =
        kept.as_array().unwrap().iter().map(|one| one["stream_sequence"].as_u64().unwrap()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [2, 3, 5]);
}
