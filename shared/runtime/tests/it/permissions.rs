//! The files in `deploy/` on real servers: everybody can do their work, and nobody anybody else's.

use std::time::Duration;

use bus::{
    Bus, BusError, BusOptions, Endpoint, Headers, Info, Listener, ListenerOptions, Outgoing, RequestError,
    StreamLimits, StreamReader,
};
use bytes::Bytes;
use contracts::queries::asking::{Asker, asked_by};
use contracts::{ServiceName, subjects};
use embedded::{Nats, NatsOptions, Postgres, PostgresOptions, StopMode, temporary_folder};
use runtime::permissions::{database_of, databases, heard_by, nats_config_with, postgres_roles_with};

fn password(user: &str) -> String {
    format!("{user}-0123456789abcdef")
}

async fn nats() -> (Nats, tempfile::TempDir) {
    let folder = temporary_folder().unwrap();
    let config = nats_config_with(password).unwrap();
    (Nats::start(NatsOptions::new(folder.path(), config)).await.unwrap(), folder)
}

async fn user(nats: &Nats, name: &str) -> Bus {
    let mut options = BusOptions::new(nats.url(), name).signed_in(name, password(name).into());
    options.answer_patience = Duration::from_secs(2);
    Bus::connect(options).await.unwrap()
}

fn event(service: ServiceName, id: &str) -> Outgoing {
    Outgoing {
        subject: subjects::event(service, "complaint.registered"),
        headers: Headers::default(),
        body: Bytes::from_static(b"{}"),
        message_id: id.into(),
    }
}

#[tokio::test]
async fn every_service_makes_its_stream_publishes_and_hears_its_sources() {
    let (nats, _folder) = nats().await;
    let mut buses = Vec::new();
    for service in ServiceName::ALL {
        let bus = user(&nats, service.as_str()).await;
        bus.ensure_event_stream(*service, StreamLimits::default()).await.unwrap();
        bus.publish(&subjects::event_stream(*service), vec![event(*service, "1")]).await.remove(0).unwrap();
        buses.push((*service, bus));
    }
    for (service, bus) in &buses {
        for source in heard_by(*service) {
            let mut listener = Listener::new(bus.clone(), ListenerOptions::events(*service, *source));
            let heard = listener.fetch(10, Duration::from_secs(2)).await.unwrap();
            assert_eq!(heard.len(), 1, "{service} hears {source}");
            for delivery in heard {
                delivery.acknowledge.acknowledge().await.unwrap();
            }
            bus.flush().await.unwrap();
            assert_eq!(listener.lag().await.unwrap().pending, 0);
        }
        assert_eq!(bus.refusals(), 0, "{service}");
    }
}

#[tokio::test]
async fn the_operator_reads_every_stream_without_taking_part_in_it() {
    let (nats, _folder) = nats().await;
    let operator = user(&nats, "operator").await;
    for service in ServiceName::ALL {
        let bus = user(&nats, service.as_str()).await;
        bus.ensure_event_stream(*service, StreamLimits::default()).await.unwrap();
        let stream = subjects::event_stream(*service);
        bus.publish(&stream, vec![event(*service, "1")]).await.remove(0).unwrap();
        let facts = operator.stream_facts(*service).await.unwrap().unwrap();
        let mut reader = StreamReader::new(operator.clone(), stream.clone(), 1, facts.last_sequence);
        assert_eq!(reader.read().await.unwrap().len(), 1, "{service}");
        assert_eq!(operator.refusals(), 0, "{service}");
    }
    let consumer = ListenerOptions::events(ServiceName::Routing, ServiceName::Intake);
    let heard = Listener::new(operator.clone(), consumer).fetch(1, Duration::from_millis(100)).await;
    assert!(matches!(heard, Err(BusError::NotPermitted { .. })), "{heard:?}");
}

#[tokio::test]
async fn nobody_says_what_is_anothers_to_say() {
    let (nats, _folder) = nats().await;
    let intake = user(&nats, "intake").await;
    intake.ensure_event_stream(ServiceName::Intake, StreamLimits::default()).await.unwrap();
    for name in ["routing", "gateway", "operator", "feeder"] {
        let bus = user(&nats, name).await;
        let stream = subjects::event_stream(ServiceName::Intake);
        assert!(bus.publish(&stream, vec![event(ServiceName::Intake, name)]).await.remove(0).is_err());
        bus.hear("_INBOX.intake.>").await.unwrap();
        // The server tells refusals beside the traffic, so they come a little later.
        let both = async {
            while bus.refusals() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), both).await.unwrap_or_else(|_| panic!("{name}"));
    }
    let facts = intake.stream_facts(ServiceName::Intake).await.unwrap().unwrap();
    assert_eq!(facts.messages, 0);
    let approval = user(&nats, "approval").await;
    let refused = approval.ensure_event_stream(ServiceName::Routing, StreamLimits::default()).await;
    assert!(matches!(refused, Err(BusError::NotPermitted { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_gateway_asks_and_the_operator_finds_services_and_the_feeder_only_submits() {
    let (nats, _folder) = nats().await;
    let routing = user(&nats, "routing").await;
    let subject = subjects::command(ServiceName::Routing, "work.claim");
    let info = Info {
        name: "routing".into(),
        version: "0.1.0".into(),
        description: "Routing".into(),
        queue_group: "routing".into(),
    };
    let endpoint = Endpoint { name: "work-claim".into(), subject: subject.clone() };
    let mut requests = routing.serve(info, vec![endpoint]).await.unwrap();
    let answering = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            request.respond(Bytes::from_static(b"done")).await.unwrap();
        }
    });
    let patience = Duration::from_secs(2);
    for name in ["gateway", "operator"] {
        let bus = user(&nats, name).await;
        let answer = bus.request(&subject, Bytes::from_static(b"[]"), patience).await.unwrap();
        assert_eq!(answer, Bytes::from_static(b"done"));
        bus.request("$SRV.PING.routing", Bytes::new(), patience).await.unwrap();
    }
    let feeder = user(&nats, "feeder").await;
    assert!(feeder.request(&subject, Bytes::new(), patience).await.is_err());
    assert_eq!(routing.refusals(), 0);

    let intake = user(&nats, "intake").await;
    intake.ensure_submit_stream(StreamLimits::default()).await.unwrap();
    let submission = Outgoing { subject: subjects::submit("web"), ..event(ServiceName::Intake, "s1") };
    feeder.publish(subjects::SUBMIT_STREAM, vec![submission]).await.remove(0).unwrap();
    let mut listener = Listener::new(intake.clone(), ListenerOptions::submissions());
    assert_eq!(listener.fetch(10, patience).await.unwrap().len(), 1);
    assert_eq!(intake.refusals(), 0);
    answering.abort();
}

/// Every query that anybody may ask, and the others of intake: what each user asks is let through, and nothing else.
#[tokio::test]
async fn a_user_asks_what_the_table_says_and_is_refused_the_rest() {
    let (nats, _folder) = nats().await;
    let mut all: Vec<(ServiceName, &str)> = [Asker::Gateway, Asker::Operator]
        .into_iter()
        .chain(ServiceName::ALL.iter().map(|service| Asker::Service(*service)))
        .flat_map(|asker| asked_by(asker, ServiceName::ALL))
        .chain(contracts::queries::intake::NAMES.iter().map(|name| (ServiceName::Intake, *name)))
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut answering = Vec::new();
    for service in ServiceName::ALL {
        let bus = user(&nats, service.as_str()).await;
        let info = Info {
            name: service.to_string(),
            version: "0.1.0".into(),
            description: "Answers everything".into(),
            queue_group: service.to_string(),
        };
        let names = all.iter().filter(|(asked, _)| asked == service);
        let endpoints = names
            .map(|(_, name)| Endpoint {
                name: format!("query {name}"),
                subject: subjects::query(*service, name),
            })
            .collect();
        let mut requests = bus.serve(info, endpoints).await.unwrap();
        answering.push(tokio::spawn(async move {
            while let Some(request) = requests.next().await {
                request.respond(Bytes::from_static(b"answered")).await.unwrap();
            }
        }));
    }
    let services = ServiceName::ALL.iter().map(|service| {
        let asks = asked_by(Asker::Service(*service), heard_by(*service));
        (service.as_str(), asks)
    });
    let others = [
        ("gateway", asked_by(Asker::Gateway, &[])),
        ("operator", asked_by(Asker::Operator, &[])),
        ("feeder", vec![]),
    ];
    for (name, asks) in services.chain(others) {
        let bus = user(&nats, name).await;
        for (service, query) in &all {
            let subject = subjects::query(*service, query);
            let answer = bus.request(&subject, Bytes::new(), Duration::from_secs(2)).await;
            let allowed = asks.contains(&(*service, *query));
            match answer {
                Ok(_) => assert!(allowed, "{name} asked {subject}"),
                Err(RequestError::NotSent(BusError::NotPermitted { .. })) => {
                    assert!(!allowed, "{name} may not ask {subject}");
                }
                Err(other) => panic!("{name} asked {subject}: {other:?}"),
            }
        }
    }
    answering.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_role_enters_its_own_database_and_no_other() {
    let folder = temporary_folder().unwrap();
    let mut postgres = Postgres::start(PostgresOptions::new(folder.path())).await.unwrap();
    for _ in 0..2 {
        postgres.sql("postgres", &postgres_roles_with(password).unwrap()).await.unwrap();
    }
    for role in databases() {
        for database in databases() {
            let url = postgres.url(&database_of(&database), &database_of(&role), &password(&role));
            let entered = sqlx::PgPool::connect(&url).await;
            assert_eq!(entered.is_ok(), role == database, "{role} in {database}");
            if let Ok(pool) = entered {
                sqlx::query("create table own (id int primary key)").execute(&pool).await.unwrap();
                let more = sqlx::query("create database more").execute(&pool).await.unwrap_err();
                assert!(more.to_string().contains("permission denied"), "{more}");
                pool.close().await;
            }
        }
        let url = postgres.url("postgres", &database_of(&role), &password(&role));
        assert!(sqlx::PgPool::connect(&url).await.is_err(), "{role} in postgres");
    }
    let url = postgres.url(&database_of("intake"), &database_of("intake"), "a-guess-of-the-password");
    assert!(sqlx::PgPool::connect(&url).await.is_err(), "a wrong password");
    let wrong = "alter role redress_nobody with password 'a-secret-of-somebody';";
    let roles = postgres_roles_with(password).unwrap();
    assert!(postgres.sql("postgres", &format!("{roles}\n{wrong}")).await.is_err());
    let log = std::fs::read_to_string(postgres.log()).unwrap();
    assert!(!log.contains("0123456789abcdef") && !log.contains("a-secret"), "a password is in the log");
    postgres.stop(StopMode::Immediate).await.unwrap();
}
