//! Intake's side of the contract, over NATS: who lives where, and the tracking code.

use contracts::queries::intake::{ComplaintFound, Contact, ContactAsked, Listed};
use contracts::queries::{Query, QueryAnswer};
use contracts::{ComplaintId, Language, Problem, ProblemCode};
use futures::StreamExt as _;
use serde_json::Value;
use testkit::nats::TestNats;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::bench::{complainant, now};

pub(crate) const CODE: &str = "7K3F-92QX";

/// Answers until it is dropped.
pub(crate) struct Intake(JoinHandle<()>);

impl Drop for Intake {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The address of a complainant: known by number, so that a test says in it what the mail server is to do.
fn address(asked: &ContactAsked) -> Result<Option<String>, Problem> {
    let names: [(u128, Option<&str>); 7] = [
        (1, Some("li.hua@example.com")),
        (2, Some("busy-2@example.com")),
        (3, Some("never@example.com")),
        (4, Some("busy-99@example.com")),
        (5, None),
        (6, Some("sign-in-2@example.com")),
        (7, Some("slow@example.com")),
    ];
    let found = names.iter().find(|(n, _)| complainant(*n) == asked.complainant);
    let unknown = || Problem::new(ProblemCode::NotFound, "there is no such complainant");
    found.map(|(_, address)| address.map(str::to_owned)).ok_or_else(unknown)
}

fn answer(name: &str, query: Query) -> Result<Value, Problem> {
    match name {
        "contact" => {
            let asked: ContactAsked = serde_json::from_value(query.body).unwrap();
            assert!(!asked.masked, "a hidden address cannot be written to");
            let contact = Contact { email: address(&asked)?, ..Contact::default() };
            Ok(serde_json::to_value(contact).unwrap())
        }
        _ => Ok(serde_json::to_value(found()).unwrap()),
    }
}

fn found() -> ComplaintFound {
    let playbook = contracts::messages::complaint_registered::PlaybookRef {
        id: "p03".to_owned().try_into().unwrap(),
        version: 1,
    };
    ComplaintFound {
        listed: Listed {
            complaint: ComplaintId(Uuid::from_u128(7)),
            number: "TS-1".to_owned(),
            complainant: complainant(1),
            playbook_id: playbook.id.clone(),
            channel: "email".to_owned().try_into().unwrap(),
            kind: "complaint".to_owned(),
            category: None,
            unit: None,
            received_at: now(),
            registered_at: now(),
        },
        version: 1,
        playbook,
        language: Language::Zh,
        external: None,
        repeats: None,
        progress: None,
        settlement: None,
        tracking_code: CODE.to_owned(),
    }
}

impl Intake {
    pub(crate) async fn answering(nats: &TestNats) -> Self {
        let client = nats.client().await.unwrap();
        let mut asked = client.subscribe("redress.query.intake.*").await.unwrap();
        client.flush().await.unwrap();
        Self(tokio::spawn(async move {
            while let Some(message) = asked.next().await {
                let name = message.subject.rsplit('.').next().unwrap().to_owned();
                let query = serde_json::from_slice(&message.payload).unwrap();
                let answer = QueryAnswer::from(answer(&name, query));
                let payload = serde_json::to_vec(&answer).unwrap();
                client.publish(message.reply.unwrap(), payload.into()).await.unwrap();
            }
        }))
    }
}
