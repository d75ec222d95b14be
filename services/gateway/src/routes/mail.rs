//! Mail of a designated mailbox, one message a request, as a mail server hands it over.
//!
//! The `Message-ID` (or, without one, when it was sent) and what the mail says are the key, so a mail that is delivered again gets the first receipt again:
//! also the copy for another designated mailbox of the organisation, as one mail is one complaint to whoever wrote it.
//! What was attached follows once the complaint is on record; a file that is not taken is told, and the complaint stands
//! without it.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts::commands::Verb;
use contracts::commands::intake::{Receipt, RegisterComplaint, complaint_for};
use contracts::{ChannelKey, ComplaintId, FileId, Problem, ProblemCode, ServiceName, SubjectRef};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest as _;

use super::complaints::{may_feed, receipt};
use super::files::{Spooled, store};
use crate::app::App;
use crate::auth::Act;
use crate::auth::principal::scoped;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, read_body, require_type};
use crate::mail::{self, Attachment};
use crate::openapi::BASE;
use crate::order::{Giver, Orderer};
use crate::problem::Refusal;

const MEDIA: &str = "message/rfc822";
/// The channel where none is named.
const USUAL_CHANNEL: &str = "email";

/// A mail that is on record.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailTaken {
    /// The receipt of the complaint.
    pub receipt: Receipt,
    /// What became of its attachments.
    pub attachments: Vec<AttachmentTaken>,
}

/// What became of an attachment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttachmentTaken {
    /// Its name.
    pub name: String,
    /// The file, where it was taken.
    pub file: Option<FileId>,
    /// Why it was not.
    pub problem: Option<Problem>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let endpoint = Endpoint::post("/mail", "Complaints", "Puts a complaint on record that came as mail")
        .may(Act::Register)
        .with("channel", "The channel of the mailbox; `email` when absent")
        .takes_media(MEDIA)
        .answers::<MailTaken>()
        .gives(201, "On record, with its number; Location says where")
        .refuses(&[
            ProblemCode::NotAComplaint,
            ProblemCode::FieldTooLong,
            ProblemCode::UnknownPlaybook,
            ProblemCode::KeyReused,
            ProblemCode::OutcomeUnknown,
        ]);
    Endpoints::new().add(endpoint, take)
}

async fn take(
    State(app): State<App>,
    Caller(caller): Caller,
    parameters: Parameters,
    request: Request,
) -> Result<Response, Refusal> {
    parameters.only(&["channel"])?;
    let channel = parameters.get("channel", "the key of a channel")?;
    let channel: ChannelKey =
        channel.map_or_else(|| USUAL_CHANNEL.parse(), Ok).map_err(|error| Refusal::defect(&error))?;
    may_feed(&caller, channel.as_str(), "?channel")?;
    require_type(request.headers(), MEDIA, |kind| kind == MEDIA)?;
    let _place = app.limits.upload()?;
    let (parts, body) = request.into_parts();
    let bytes = read_body(&app, body, app.config.file_max_bytes).await?;
    let mail = mail::read(&bytes, &channel)?;
    let organisation = caller.organisation().clone();
    // The mailboxes may be read by several feeders: the key is the organisation's.
    let mut orderer = Orderer::keyed(caller, &mail.key, &parts.headers);
    orderer.key = scoped(&format!("{organisation}/mail"), &mail.key);
    let complaint = complaint_for(&organisation, &orderer.key);
    let subject = SubjectRef::complaint(&organisation, complaint);
    let done = orderer.order(&app, ServiceName::Intake, subject, RegisterComplaint::VERB, mail.order).await;
    let receipt: Receipt = match done {
        Ok(done) => serde_json::from_value(done.body).map_err(|error| Refusal::defect(&error))?,
        // By another mailbox, so another order: the first is on record.
        Err(refusal) if refusal.problem.code == ProblemCode::KeyReused => {
            receipt(&app, &organisation, complaint).await.map_err(|_| refusal)?
        }
        Err(refusal) => return Err(refusal),
    };
    let (giver, mut attachments) = (orderer.giver(), Vec::new());
    for (attachment, n) in mail.attachments.into_iter().zip(1..) {
        attachments.push(attach(&app, &giver.part(&format!("file{n}"))?, complaint, attachment).await?);
    }
    let location = format!("{BASE}/complaints/{complaint}");
    let taken = MailTaken { receipt, attachments };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(taken)).into_response())
}

/// Stores one; a file that is refused for good is told, whatever may pass later makes the mail come again.
async fn attach(
    app: &App,
    giver: &Giver,
    complaint: ComplaintId,
    attachment: Attachment,
) -> Result<AttachmentTaken, Refusal> {
    let Attachment { name, content } = attachment;
    let mut spooled = Spooled {
        bytes: content.len() as u64,
        sha256: hex::encode(sha2::Sha256::digest(&content)),
        content: content.as_slice(),
    };
    let stored = store(app, giver, complaint, &name, &mut spooled).await;
    match stored {
        Ok(file) => Ok(AttachmentTaken { name, file: Some(file), problem: None }),
        Err(refusal)
            if refusal.status().is_client_error() && refusal.problem.code != ProblemCode::TooManyRequests =>
        {
            Ok(AttachmentTaken { name, file: None, problem: Some(*refusal.problem) })
        }
        Err(refusal) => Err(refusal),
    }
}
