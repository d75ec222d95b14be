//! The work of the stages: each verb of a service as `POST /complaints/{complaint}/<action>`.
//!
//! The gateway hands the body on as it is. The service that owns the stage checks it: the visit and its epoch, who
//! holds it, who is barred, what the playbook allows.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::{Verb, approval, intake, investigation, notification, routing};
use contracts::{ComplaintId, ProblemCode, ServiceName, SubjectRef};
use serde_json::Value;

use crate::app::App;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{JsonBody, Segments};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::sight;
use crate::upstream::Done;

const TAG: &str = "Work of the stages";

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .action::<routing::Triage>(
            "/complaints/{complaint}/triage",
            "Classifies it and names who must answer",
        )
        .action::<intake::Clarify>(
            "/complaints/{complaint}/clarify",
            "Restates the claim, and takes down what was missing",
        )
        .action::<investigation::Verify>("/complaints/{complaint}/verify", "Says whether it stands")
        .action::<investigation::AddFinding>("/complaints/{complaint}/findings", "Adds a finding")
        .action::<investigation::Propose>("/complaints/{complaint}/propose", "Proposes remedies")
        .action::<investigation::Execute>(
            "/complaints/{complaint}/execute",
            "Says that the remedy was carried out",
        )
        .action::<investigation::PlanMeasures>(
            "/complaints/{complaint}/measures",
            "Plans corrective, preventive and training measures",
        )
        .action::<investigation::FinishMeasure>(
            "/complaints/{complaint}/measures/done",
            "Says that a measure was carried out, and what came of it",
        )
        .action::<investigation::VerifyEffect>(
            "/complaints/{complaint}/measures/effect",
            "Says whether the measures worked",
        )
        .action::<approval::Decide>(
            "/complaints/{complaint}/decide",
            "Decides at the current step of the round",
        )
        .action::<approval::Review>(
            "/complaints/{complaint}/review",
            "Agrees or objects to the proposal before it is decided on",
        )
        .action::<approval::Audit>("/complaints/{complaint}/audit", "Passes or fails the whole handled case")
        .action::<approval::Meet>(
            "/complaints/{complaint}/meet",
            "Writes down the opinion of a meeting, or signs it",
        )
        .action::<approval::Account>(
            "/complaints/{complaint}/account",
            "Decides on rewards and penalties, or drops the matter",
        )
        .action::<notification::PrepareContact>(
            "/complaints/{complaint}/contact/prepare",
            "Fills in the sheet that is asked for before the customer is contacted",
        )
        .action::<notification::RecordContact>(
            "/complaints/{complaint}/contact",
            "Records contact with the customer",
        )
        .action::<notification::TellResult>("/complaints/{complaint}/reply", "Tells the customer the result")
        .action::<notification::RecordAnswer>(
            "/complaints/{complaint}/answer",
            "Records the customer's answer",
        )
        .action::<notification::RecordCallback>("/complaints/{complaint}/callback", "Records a callback")
        .add(
            order_of::<notification::NoteForCallback>(
                "/complaints/{complaint}/callback-notes",
                "Notes what whoever calls the customer back has to know",
            ),
            act_in_reach::<notification::NoteForCallback>,
        )
        .add(
            order_of::<routing::FillForm>("/complaints/{complaint}/forms", "Writes into a form of the case"),
            act_in_reach::<routing::FillForm>,
        )
        .action::<routing::SignForm>("/complaints/{complaint}/signatures", "Signs a form of the case")
        .add(
            order_of::<routing::RaiseCase>(
                "/complaints/{complaint}/level",
                "Raises its level, as it is graver than it seemed",
            ),
            act_in_reach::<routing::RaiseCase>,
        )
        .add(
            order_of::<routing::WithdrawCase>(
                "/complaints/{complaint}/withdraw",
                "Ends it, as the customer takes it back",
            ),
            act_in_reach::<routing::WithdrawCase>,
        )
        .action::<routing::Archive>("/complaints/{complaint}/archive", "Files the case")
        .action::<routing::TransferStage>(
            "/complaints/{complaint}/transfer",
            "Moves the visit to another department",
        )
        .action::<routing::PauseClock>(
            "/complaints/{complaint}/clocks/pause",
            "Pauses a clock for a listed reason",
        )
        .action::<routing::ResumeClock>("/complaints/{complaint}/clocks/resume", "Lets a paused clock run on")
        .action::<routing::ExtendClock>(
            "/complaints/{complaint}/clocks/extend",
            "Asks for more time before a clock runs out; somebody rules on it",
        )
        .action::<routing::DisputeWork>(
            "/complaints/{complaint}/dispute",
            "Says that the main work is not the department's own; somebody rules on it",
        )
        .action::<routing::GiveRuling>(
            "/complaints/{complaint}/ruling",
            "Answers a question about the case that one was asked to rule on",
        )
}

impl Endpoints {
    fn action<V: Verb + 'static>(self, path: &'static str, summary: &'static str) -> Self {
        self.add(order_of::<V>(path, summary), act::<V>)
    }
}

fn order_of<V: Verb + 'static>(path: &'static str, summary: &'static str) -> Endpoint {
    Endpoint::order(Method::POST, path, TAG, summary).may(Act::DoWork).takes::<V>().refuses(&[
        ProblemCode::VisitLeft,
        ProblemCode::StaleEpoch,
        ProblemCode::NotTheHolder,
        ProblemCode::WrongStage,
        ProblemCode::ConflictOfInterest,
        ProblemCode::SeparationOfDuty,
        ProblemCode::FieldTooLong,
    ])
}

async fn act<V: Verb + 'static>(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    let done = give(&app, &orderer, complaint, (V::SERVICE, V::VERB), body).await?;
    Ok(answer(V::SERVICE, done))
}

/// Has a piece of the stages' work done.
///
/// # Errors
/// What the service refuses.
pub async fn give(
    app: &App,
    orderer: &Orderer,
    complaint: ComplaintId,
    (service, verb): (ServiceName, &str),
    body: Value,
) -> Result<Done, Refusal> {
    let subject = SubjectRef::complaint(orderer.principal.organisation(), complaint);
    orderer.order(app, service, subject, verb, body).await
}

/// As [`act`], for an order that names no visit: nobody's seat is looked at, so the case must be within reach.
async fn act_in_reach<V: Verb + 'static>(
    state: State<App>,
    orderer: Orderer,
    segments: Segments,
    body: JsonBody<Value>,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::require(&state, &orderer.principal, complaint).await?;
    act::<V>(state, orderer, segments, body).await
}
