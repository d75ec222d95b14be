//! A work list as it changes: the person's own work, and their department's.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use contracts::messages::{
    Message as _, work_assigned::WorkAssigned, work_queued::WorkQueued, work_withdrawn::WorkWithdrawn,
};
use contracts::queries::routing as ask;
use contracts::{ComplaintId, DepartmentId, ServiceName, WorkId};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::{Client, Gone, Reader, Telling, changed, open, watch};
use crate::app::App;
use crate::auth::Staff;
use crate::extract::{Caller, Parameters};
use crate::problem::Refusal;
use crate::routes::work::department;
use crate::upstream::question;
use crate::watch::{Published, Seen};

/// Pages of a work list that are looked at to know what is on it.
const PAGES: usize = 10;

pub(super) async fn of_work(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    parameters.only(&["department"])?;
    let staff = caller.staff()?.clone();
    let department = match parameters.text("department") {
        Some(_) => department(&app, &caller, &parameters)?.and_then(|name| DepartmentId::new(name).ok()),
        None => staff.department.clone(),
    };
    follow_work(app, staff, department, (Telling::All, &[])).await
}

/// A stream of one work list: of the person's own work, and the department's. For a page also what is said about its
/// cases by a name that begins with one of `besides`.
///
/// # Errors
/// That routing cannot be asked, or events cannot be watched.
pub async fn follow_work(
    app: App,
    staff: Staff,
    department: Option<DepartmentId>,
    (telling, besides): (Telling, &'static [&'static str]),
) -> Result<Response, Refusal> {
    let (client, response) = open(&app, Reader::Staff(&staff), telling)?;
    let seen = watch(&app).await?;
    let mut list = WorkList { app, staff, department, besides, known: HashMap::new(), client };
    list.load().await?;
    tokio::spawn(async move { list.run(seen).await });
    Ok(response)
}

/// A stream of one work list.
struct WorkList {
    app: App,
    staff: Staff,
    department: Option<DepartmentId>,
    besides: &'static [&'static str],
    /// What is on it, and about which complaint.
    known: HashMap<WorkId, ComplaintId>,
    client: Client,
}

impl WorkList {
    async fn run(mut self, mut seen: broadcast::Receiver<Seen>) {
        let mut told = self.reset().await;
        while told.is_ok() {
            told = match self.client.next(&self.app, &mut seen).await {
                None => return,
                Some(Seen::Again) => match self.load().await {
                    Ok(()) => self.reset().await,
                    Err(_) => Err(Gone),
                },
                Some(Seen::Event(event)) => self.see(&event).await,
            };
        }
    }

    async fn reset(&self) -> Result<(), Gone> {
        self.client.tell(Event::default().event("reset").data("{}")).await
    }

    /// Learns what is on the list, so that it can be told when it goes.
    async fn load(&mut self) -> Result<(), Refusal> {
        self.known.clear();
        let mine = json!({ "person": self.staff.person });
        let ours = self.department.as_ref().map(|department| json!({ "department": department }));
        for filter in [Some(mine), ours].into_iter().flatten() {
            self.load_some(filter).await?;
        }
        Ok(())
    }

    async fn load_some(&mut self, mut filter: Value) -> Result<(), Refusal> {
        filter["limit"] = 200.into();
        let actor = crate::auth::Principal::Staff(self.staff.clone()).actor();
        for _ in 0..PAGES {
            let query = question(&self.staff.organisation, actor.clone(), filter.clone());
            let page = self.app.upstream.ask(ServiceName::Routing, ask::WORK, &query).await?;
            let page: ask::WorkPage =
                serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?;
            self.known.extend(page.items.iter().map(|item| (item.work, item.complaint)));
            let Some(next) = page.next else { return Ok(()) };
            filter["after"] = next.into();
        }
        Ok(())
    }

    async fn see(&mut self, event: &Published) -> Result<(), Gone> {
        let envelope = &event.envelope;
        if envelope.subject.organisation != self.staff.organisation {
            return Ok(());
        }
        if self.besides.iter().any(|name| envelope.what.starts_with(name)) {
            let complaint = envelope.subject.complaint_id();
            let ours = complaint.is_some_and(|complaint| self.known.values().any(|one| *one == complaint));
            return if ours { self.client.tell(changed()).await } else { Ok(()) };
        }
        if envelope.source != ServiceName::Routing {
            return Ok(());
        }
        match envelope.what.as_str() {
            "work.assigned" => {
                let Ok(said) = WorkAssigned::read(envelope.version, &event.body) else { return Ok(()) };
                let ours = said.person == self.staff.person || self.is_ours(&said.department);
                self.change(event, said.work, ours).await
            }
            "work.queued" => {
                let Ok(said) = WorkQueued::read(envelope.version, &event.body) else { return Ok(()) };
                let ours = self.is_ours(&said.department);
                self.change(event, said.work, ours).await
            }
            "work.withdrawn" => {
                let Ok(said) = WorkWithdrawn::read(envelope.version, &event.body) else { return Ok(()) };
                self.change(event, said.work, false).await
            }
            _ => Ok(()),
        }
    }

    fn is_ours(&self, department: &DepartmentId) -> bool {
        self.department.as_ref() == Some(department)
    }

    async fn change(&mut self, event: &Published, work: WorkId, ours: bool) -> Result<(), Gone> {
        let complaint = event.envelope.subject.complaint_id();
        if ours {
            self.known.extend(complaint.map(|complaint| (work, complaint)));
            let body: Value = serde_json::from_slice(&event.body).unwrap_or_default();
            let data = json!({ "complaint": complaint, "at": event.envelope.time, "change": body });
            return self
                .client
                .tell(Event::default().event(&event.envelope.what).data(data.to_string()))
                .await;
        }
        if self.known.remove(&work).is_none() {
            return Ok(());
        }
        let data = json!({ "complaint": complaint, "work": work });
        self.client.tell(Event::default().event("work.gone").data(data.to_string())).await
    }
}
