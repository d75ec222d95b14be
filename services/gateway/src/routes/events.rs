//! Server-sent events: a case as it moves, a work list as it changes.
//!
//! A stream of a case resumes: each event's id says how far every service's journal was seen, and a reader that comes
//! again with `Last-Event-ID` is first told what it missed. A stream of a work list begins with `reset`: load the
//! list; it is a table, so there is nothing to resume. Streams end with the token that opened them; those of pages when
//! somebody signs out, and now and then by themselves: the page comes again, if it still may.

mod work_list;

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use contracts::{ComplaintId, Problem, ProblemCode, SubjectRef};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

pub use self::work_list::follow_work;
use self::work_list::of_work;
use crate::app::App;
use crate::auth::{Act, Staff};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Segments};
use crate::problem::Refusal;
use crate::sight;
use crate::timeline::{self, Positions, Shown, read_positions, write_positions};
use crate::watch::{Published, Seen};

const TAG: &str = "Events";
/// How long a client may take to read what is waiting before it is dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// Events that wait for a client.
const WAITING: usize = 64;

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::get(
                "/complaints/{complaint}/events",
                TAG,
                "A case as it moves; resumes from Last-Event-ID",
            )
            .may(Act::ReadCase)
            .gives(200, "Events named like `stage.entered`, until the token ends")
            .answers_media("text/event-stream"),
            of_case,
        )
        .add(
            Endpoint::get("/work/events", TAG, "Changes of my work and of my department's")
                .may(Act::TakeWork)
                .with("department", "Another department; only for roles that see all cases")
                .gives(
                    200,
                    "Events `reset`, `work.assigned`, `work.queued`, `work.gone`, until the token ends",
                )
                .answers_media("text/event-stream"),
            of_work,
        )
}

/// The client could not be told: it is gone or too slow.
struct Gone;

/// What a stream tells of each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// All of it.
    All,
    /// That something changed, and nothing else: for a page, which fetches itself again. It is told so when the stream
    /// begins too, as something may have happened since the page was made.
    ThatItChanged,
}

/// Where a stream's events go, and how long.
struct Client {
    telling: Telling,
    sender: mpsc::Sender<Event>,
    until: tokio::time::Instant,
    signed_out: Option<CancellationToken>,
    _place: OwnedSemaphorePermit,
}

/// Who reads a stream.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    /// A member of staff.
    Staff(&'a Staff),
    /// A customer, who has until then, in seconds since 1970.
    Customer(i64),
}

impl Client {
    async fn tell(&self, event: Event) -> Result<(), Gone> {
        let event = match self.telling {
            Telling::All => event,
            Telling::ThatItChanged => changed(),
        };
        self.sender.send_timeout(event, PATIENCE).await.map_err(|_| Gone)
    }

    /// The next thing seen; `None` when the stream ends.
    async fn next(&self, app: &App, seen: &mut broadcast::Receiver<Seen>) -> Option<Seen> {
        tokio::select! {
            biased;
            () = app.until.cancelled() => None,
            () = tokio::time::sleep_until(self.until) => None,
            () = self.sender.closed() => None,
            () = until_signed_out(self.signed_out.as_ref()) => None,
            seen = seen.recv() => match seen {
                Ok(seen) => Some(seen),
                Err(RecvError::Lagged(_)) => Some(Seen::Again),
                Err(RecvError::Closed) => None,
            },
        }
    }
}

fn changed() -> Event {
    Event::default().event("changed").data("{}")
}

async fn until_signed_out(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

/// A client whose stream ends with its token, and the answer that carries the stream. That of a page ends after the time
/// that one may stay away: whoever is signed in then begins another.
fn open(app: &App, reader: Reader<'_>, telling: Telling) -> Result<(Client, Response), Refusal> {
    let (place, until, signed_out) = match reader {
        Reader::Staff(staff) => {
            let of_page = telling == Telling::ThatItChanged;
            (app.limits.watcher()?, staff.until, of_page.then(|| app.signed_in.watch(staff)))
        }
        Reader::Customer(until) => (app.limits.public_watcher()?, until, None),
    };
    let mut left = Duration::from_secs(u64::try_from(until - app.now().as_second()).unwrap_or(0));
    if signed_out.is_some() {
        left = left.min(app.config.session_idle);
    }
    let (sender, receiver) = mpsc::channel(WAITING);
    if telling == Telling::ThatItChanged {
        sender.try_send(changed()).ok();
    }
    let until = tokio::time::Instant::now() + left;
    let events = futures::StreamExt::map(ReceiverStream::new(receiver), Ok::<_, Infallible>);
    let alive = KeepAlive::new().interval(app.config.heartbeat).text("alive");
    let client = Client { telling, sender, until, signed_out, _place: place };
    Ok((client, Sse::new(events).keep_alive(alive).into_response()))
}

async fn watch(app: &App) -> Result<broadcast::Receiver<Seen>, Refusal> {
    app.hub.watch().await.map_err(|error| {
        tracing::warn!(%error, "events cannot be watched");
        Refusal::unavailable("events cannot be watched now")
    })
}

async fn of_case(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller.0, complaint).await?;
    let known = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let known = known.map(|text| {
        read_positions(text).ok_or_else(|| {
            let problem = Problem::new(ProblemCode::InvalidField, "that is no id of an event of this stream");
            Refusal::from(problem.at("Last-Event-ID").expected("the id of the last event, as it was"))
        })
    });
    let known = known.transpose()?;
    let subject = SubjectRef::complaint(caller.0.organisation(), complaint);
    follow(app, subject, known, (Reader::Staff(caller.staff()?), Telling::All)).await
}

/// A stream of what is said about `subject` from now on, or after what is `known`, for `reader`.
///
/// # Errors
/// `not-found` when nothing was ever said about it, or that events cannot be watched.
pub async fn follow(
    app: App,
    subject: SubjectRef,
    known: Option<Positions>,
    (reader, telling): (Reader<'_>, Telling),
) -> Result<Response, Refusal> {
    let (client, response) = open(&app, reader, telling)?;
    let seen = watch(&app).await?;
    let said = timeline::read(&app, &subject, &known.clone().unwrap_or_default()).await?;
    if said.is_empty() && known.is_none() {
        return Err(Refusal::not_found("complaint"));
    }
    let mut following = Following { app, subject, positions: known.clone().unwrap_or_default(), client };
    let missed = if known.is_some() {
        said
    } else {
        // Whoever comes for the first time has just read the case: only what follows is news.
        said.iter().for_each(|event| following.note(event));
        Vec::new()
    };
    tokio::spawn(async move { following.run(missed, seen).await });
    Ok(response)
}

/// A stream of one case.
struct Following {
    app: App,
    subject: SubjectRef,
    positions: Positions,
    client: Client,
}

impl Following {
    async fn run(mut self, missed: Vec<Shown>, mut seen: broadcast::Receiver<Seen>) {
        let mut told = self.tell_all(missed).await;
        while told.is_ok() {
            told = match self.client.next(&self.app, &mut seen).await {
                None => return,
                Some(Seen::Again) => self.catch_up().await,
                Some(Seen::Event(event)) => self.see(&event).await,
            };
        }
    }

    fn note(&mut self, event: &Shown) {
        let position = self.positions.entry(event.source).or_default();
        *position = event.sequence.max(*position);
    }

    async fn see(&mut self, event: &Published) -> Result<(), Gone> {
        let envelope = &event.envelope;
        let position = self.positions.get(&envelope.source).copied().unwrap_or(0);
        if envelope.subject != self.subject || envelope.sequence <= position {
            return Ok(());
        }
        match Shown::of(envelope, &event.body) {
            Some(shown) if envelope.sequence == position + 1 => self.tell_all(vec![shown]).await,
            Some(_) | None => self.catch_up().await,
        }
    }

    /// Tells what the journals have and the client has not. When a service cannot be asked the client comes again.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        let said = timeline::read(&self.app, &self.subject, &self.positions).await.map_err(|_| Gone)?;
        self.tell_all(said).await
    }

    async fn tell_all(&mut self, events: Vec<Shown>) -> Result<(), Gone> {
        for shown in events {
            self.note(&shown);
            let event = Event::default().event(&shown.what).id(write_positions(&self.positions));
            self.client.tell(event.json_data(&shown).map_err(|_| Gone)?).await?;
        }
        Ok(())
    }
}

/// A stream for a page that tells that something of the whole house changed: events whose names begin with one of
/// `heeded`. What the page shows it reads again by itself.
///
/// # Errors
/// That events cannot be watched.
pub async fn follow_house(
    app: App,
    staff: Staff,
    heeded: &'static [&'static str],
) -> Result<Response, Refusal> {
    let (client, response) = open(&app, Reader::Staff(&staff), Telling::ThatItChanged)?;
    let mut seen = watch(&app).await?;
    let concerns = move |event: &Published| {
        let envelope = &event.envelope;
        envelope.subject.organisation == staff.organisation
            && heeded.iter().any(|name| envelope.what.starts_with(name))
    };
    tokio::spawn(async move {
        while let Some(next) = client.next(&app, &mut seen).await {
            if matches!(&next, Seen::Event(event) if !concerns(event)) {
                continue;
            }
            if client.tell(changed()).await.is_err() {
                return;
            }
        }
    });
    Ok(response)
}
